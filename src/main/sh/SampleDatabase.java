import dev.lockstep.db.sqlite.NativeLibrary;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;

/** Makes the SQLite database {@code sample.db} in the working directory, for training; Java runs this from its source. */
final class SampleDatabase {
    private static final List<String> SCHEMA = List.of(
            "create table note (id integer primary key, body text not null)",
            "create virtual table note_fts using fts5(body, content='note', content_rowid='id')",
            """
            create trigger note_insert after insert on note begin
              insert into note_fts (rowid, body) values (new.id, new.body);
            end""",
            """
            create trigger note_delete after delete on note begin
              insert into note_fts (note_fts, rowid, body) values ('delete', old.id, old.body);
            end""",
            """
            create trigger note_update after update on note begin
              insert into note_fts (note_fts, rowid, body) values ('delete', old.id, old.body);
              insert into note_fts (rowid, body) values (new.id, new.body);
            end""",
            "create virtual table memo_fts using fts5(body)",
            "create table memo (id integer primary key, body text not null)",
            """
            create trigger memo_insert after insert on memo begin
              insert into memo_fts (rowid, body) values (new.id, new.body);
            end""",
            """
            create trigger memo_update after update on memo begin
              update memo_fts set body = new.body where rowid = old.id;
            end""",
            """
            create trigger memo_delete after delete on memo begin
              delete from memo_fts where rowid = old.id;
            end""",
            """
            create table audit (
              id integer primary key autoincrement, orgUid varchar(255) not null, registryId varchar(255) not null,
              rootHash varchar(255) not null, type varchar(255) not null, change text, "table" varchar(255),
              onchainConfirmationTimeStamp varchar(255) not null, createdAt datetime, updatedAt datetime,
              comment varchar(255), author varchar(255), generation integer)""",
            "insert into note (body) values ('lighthouse'), ('harbour')",
            "insert into memo (body) values ('keeper')");

    private SampleDatabase() {}

    public static void main(String[] args) throws SQLException {
        NativeLibrary.in(Path.of(System.getProperty("lockstep.native")))
                .ifPresent(folder -> System.setProperty("org.sqlite.lib.path", folder.toString()));
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:sample.db");
                Statement statement = connection.createStatement()) {
            for (String sql : SCHEMA) {
                statement.execute(sql);
            }
        }
    }
}
