import dev.lockstep.api.Mirror;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Makes tables of a database equal to those of a SQLite file, and proves it. Stopped anywhere, it goes on there when it is run again.
 *
 * <pre>java -cp 'lib/*' examples/CopyTables.java notes.db postgresql://reports@db9/reports note tag</pre>
 */
class CopyTables {
    public static void main(String[] args) throws Exception {
        String[] tables = Arrays.copyOfRange(args, 2, args.length);
        Mirror mirror = Mirror.from(Path.of(args[0]))
                .to(args[1])
                .tables(tables)
                .create(Mirror.Create.EVERYTHING);
        mirror.backfill()
                .orThrow()
                .tables()
                .forEach(table -> System.out.println(table.table() + ": " + table.inserted() + " new rows"));
        System.out.println(mirror.verify().isEqual() ? "equal" : "NOT EQUAL");
    }
}
