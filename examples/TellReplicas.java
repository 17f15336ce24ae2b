import dev.lockstep.api.InvalidationSender;
import java.util.Arrays;

/**
 * Tells every replica, also those that are away just now, that files of a realm have changed, or the whole realm. What the
 * database caches of them is forgotten in the same transaction.
 *
 * <pre>java -cp 'lib/*' examples/TellReplicas.java postgresql://boxel@db9/boxel http://localhost:4201/luke/ cards/person.gts</pre>
 */
class TellReplicas {
    public static void main(String[] args) throws Exception {
        String[] paths = Arrays.copyOfRange(args, 2, args.length);
        InvalidationSender.Invalidated done = InvalidationSender.on(args[0]).invalidate(args[1], paths);
        System.out.println(done.artifacts() + " compiled modules are stale now, " + done.dependents().size() + " of them by import");
    }
}
