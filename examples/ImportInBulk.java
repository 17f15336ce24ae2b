import dev.lockstep.api.FtsDeferral;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;

/**
 * Imports notes into a table with a full-text index, and pays for the index once instead of on every row. If it dies meanwhile, the next
 * run puts the index right.
 *
 * <pre>java -cp 'lib/*' examples/ImportInBulk.java notes.db lines.txt</pre>
 */
class ImportInBulk {
    public static void main(String[] args) throws Exception {
        try (Connection notes = DriverManager.getConnection("jdbc:sqlite:" + args[0])) {
            FtsDeferral.on(notes)
                    .tables("note")
                    .note("import of " + args[1])
                    .around(() -> insert(notes, Path.of(args[1])))
                    .indexes()
                    .forEach(index -> System.out.println(index.fts() + ": " + index.reindexed() + " rows indexed"));
        }
    }

    private static void insert(Connection notes, Path file) throws Exception {
        notes.setAutoCommit(false);
        try (PreparedStatement insert = notes.prepareStatement("insert into note (body) values (?)")) {
            for (String line : Files.readAllLines(file)) {
                insert.setString(1, line);
                insert.executeUpdate();
            }
        }
        notes.commit();
    }
}
