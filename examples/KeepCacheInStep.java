import dev.lockstep.api.Invalidations;
import dev.lockstep.api.RealmCache;
import java.time.Instant;
import java.util.Scanner;

/**
 * A replica that keeps what it has in memory in step with its realms, over any number of lost connections.
 *
 * <pre>java -cp 'lib/*' examples/KeepCacheInStep.java postgresql://boxel@db9/boxel replica-1</pre>
 */
class KeepCacheInStep {
    public static void main(String[] args) throws Exception {
        RealmCache<String> cache = new RealmCache<>(1_000_000, String::length);
        try (Invalidations heard = Invalidations.listen(args[0]).named(args[1]).into(cache)) {
            System.out.println("in step; a line REALM PATH shows a value, the end of the input stops it");
            Scanner input = new Scanner(System.in);
            while (heard.isListening() && input.hasNext()) {
                String realm = input.next();
                String path = input.next();
                System.out.println(cache.get(realm, path, () -> path + " as of " + Instant.now()));
            }
        }
    }
}
