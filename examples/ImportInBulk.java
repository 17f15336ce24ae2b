import dev.lockstep.db.open.Databases;
import dev.lockstep.db.Db;
import dev.lockstep.support.Environment;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.support.ProcessIdentity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Imports notes into a table with a full-text index, and pays for the index once instead of on every row. If it dies
 * meanwhile, 'lockstep fts restore' or the next run puts the index right.
 *
 * <pre>java -cp 'lib/*' examples/ImportInBulk.java notes.db lines.txt</pre>
 */
class ImportInBulk {
    public static void main(String[] args) throws Exception {
        List<String> lines = Files.readAllLines(Path.of(args[1]));
        List<String> tables = List.of("note");
        ProcessIdentity self = ProcessIdentity.ofProcess();
        try (Databases databases = new Databases(Environment.ofProcess());
                Db db = databases.sqlite(Path.of(args[0]), SqliteFiles.Access.WRITE, Databases.BUSY_TIMEOUT)) {
            new Deferral(Optional.empty(), self, Optional.of("import of " + args[1])).run(db, tables);
            try {
                db.transact(tx -> {
                    for (String line : lines) {
                        tx.update("insert into note (body) values (?)", line);
                    }
                    return null;
                });
            } finally {
                new Restoration(Optional.empty(), Restoration.Policy.CAREFUL, self)
                        .run(db, tables)
                        .tables()
                        .forEach(table -> System.out.println(table.fts() + ": " + table.reindexed() + " rows indexed"));
            }
        }
    }
}
