package dev.lockstep.fts.deferral;

import static dev.lockstep.fts.FtsCommand.fts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Live triggers leave a replaced row's text in the index, for no trigger on DELETE hears of it: that a restore does not is never silent. */
class ReplacementWatchTest {
    private static final String BY_NUMBER =
            "k integer primary key, u text unique, a int, b int, body text, unique (a, b)";
    private static final String BY_KEY = "k text primary key, u text unique, a int, b int, body text, unique (a, b)";
    private static final String WITHOUT = BY_KEY + ") without rowid";

    @TempDir
    private Path dir;

    private Path file(String table, String index, String number, String insert) throws SQLException {
        String columns =
                switch (table) {
                    case "number" -> BY_NUMBER + ")";
                    case "unique" -> BY_NUMBER.replace("u text unique", "u text unique on conflict replace") + ")";
                    case "nocase" -> BY_NUMBER.replace("u text unique", "u text") + ", unique (u collate nocase))";
                    case "key" -> BY_KEY + ")";
                    default -> WITHOUT;
                };
        boolean hasRows = !index.contains("content");
        String gone = hasRows
                ? "delete from f where " + number + " = old.k"
                : "insert into f (f, rowid, body) values ('delete', old.k, old.body)";
        return TestSqlite.create(
                dir.resolve("n.db"),
                "create table n (" + columns,
                "create virtual table f using " + index,
                "create trigger ai after insert on n begin " + insert + " insert into f(" + number
                        + ", body) values (new.k, new.body); end",
                "create trigger au after update on n begin " + gone + "; insert into f(" + number
                        + ", body) values (new.k, new.body); end",
                "create trigger ad after delete on n begin " + gone + "; end",
                "insert into n values (1, 'u1', 1, 1, 'one'), (2, 'u2', 2, 2, 'two'), (3, 'u3', 3, 3, 'three')");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            number  | fts5(body)                              | rowid | insert or replace into n values (9, 'u2', 9, 9, 'x')        | 1 row)
            number  | fts5(body)                              | rowid | insert or replace into n values (9, 'u2', 3, 3, 'x')        | 2 rows)
            number  | fts5(body)                              | rowid | insert or replace into n (u, body) values ('u2', 'x')       | 1 row)
            number  | fts5(body)                              | rowid | insert or replace into n values (9, 'u9', 2, 2, 'x')        | 1 row)
            number  | fts5(body)                              | rowid | update or replace n set u = 'u2' where k = 1                | 1 row)
            unique  | fts5(body)                              | rowid | insert into n values (9, 'u2', 9, 9, 'x')                   | 1 row)
            nocase  | fts4(body)                              | docid | insert or replace into n values (9, 'U2', 9, 9, 'x')        | 1 row)
            number  | fts5(body, content='n', content_rowid='k') | rowid | replace into n values (2, 'u2', 2, 2, 'x')               | 1 row)
            number  | fts5(body, content='')                  | rowid | replace into n values (2, 'u8', 8, 8, 'x')                  | 1 row)
            key     | fts5(k unindexed, body)                 | k     | insert or replace into n values ('2', 'u8', 8, 8, 'x')      | 1 row)
            without | fts5(k unindexed, body)                 | k     | insert or replace into n values ('2', 'u8', 8, 8, 'x')      | 1 row)
            """)
    void rowsThatOthersReplaceAreToldAtTheRestoreAndUndoneInOneTransaction(
            String table, String index, String number, String work, String told) throws SQLException, IOException {
        Path file = file(table, index, number, "");
        String schema = TestSqlite.schema(file);
        Path script = Files.writeString(dir.resolve("w.sql"), work);

        LockstepRun run = fts(file, "run", "--mode", "rebuild", "--atomic", script.toString());
        assertThat(run.exit()).as("%s", run).isEqualTo(6);
        assertThat(run.stderr()).contains("rows of n were replaced", told, "nothing changed");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);

        assertThat(fts(file, "defer").exit()).isZero();
        TestSqlite.create(file, work, "insert into n (k, body) values (100, 'another')");
        LockstepRun restored = fts(file, "restore");
        assertThat(restored.exit()).as("%s", restored).isZero();
        assertThat(restored.stderr()).contains("rows of n were replaced", told);
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
        assertThat(fts(file, "check", "--deep").exit()).isZero();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            number  | fts5(body)              | rowid |                                | insert or replace into n values (2, 'u2', 2, 2, 'x')
            number  | fts4(body)              | docid |                                | insert or replace into n values (2, 'u2', 2, 2, 'x')
            key     | fts5(k unindexed, body) | k     | delete from f where k = new.k; | insert or replace into n values ('2', 'u2', 2, 2, 'x')
            number  | fts5(body)              | rowid |                                | insert or ignore into n values (9, 'u2', 9, 9, 'x')
            key     | fts5(k unindexed, body) | k     |                                | insert or ignore into n values ('2', 'u2', 2, 2, 'x')
            without | fts5(k unindexed, body) | k     |                                | insert into n values ('2', 'u', 0, 0, 'x') on conflict (k) do update set body = 'y'
            key     | fts5(k unindexed, body) | k     |                                | insert into n values ('9', 'u2', 0, 0, 'x') on conflict (u) do update set body = 'y'
            number  | fts5(body)              | rowid |                                | update n set u = 'u2', body = 'again' where k = 2
            """)
    void whatLiveTriggersFollowIsNotTold(String table, String index, String number, String insert, String work)
            throws SQLException, IOException {
        Path file = file(table, index, number, insert == null ? "" : insert);
        String schema = TestSqlite.schema(file);
        Path live = Files.copy(file, dir.resolve("live.db"));
        String later = "insert into n (k, u, body) values (50, 'u50', 'later')";
        TestSqlite.create(live, work, later);
        Path script = Files.writeString(dir.resolve("w.sql"), work + ";" + later);

        LockstepRun run = fts(file, "run", "--mode", "rebuild", "--atomic", script.toString());

        assertThat(run.exit()).as("%s", run).isZero();
        assertThat(run.stderr()).doesNotContain("replaced");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
        String texts = "select group_concat(body, '|') from (select body from f order by body)";
        assertThat(TestSqlite.ask(file, texts)).isEqualTo(TestSqlite.ask(live, texts));
    }

    @Test
    void rowsThatTriggersOnDeleteHearOfAreNotTold() throws SQLException {
        Path file = file("key", "fts5(k unindexed, body)", "k", "");

        assertThat(fts(file, "defer").exit()).isZero();
        TestSqlite.create(
                file,
                "pragma recursive_triggers = on",
                "insert or replace into n values ('2', 'u8', 8, 8, 'x'), ('7', 'u1', 7, 7, 'y')");

        assertThat(fts(file, "restore").stderr()).doesNotContain("replaced");
    }

    @ParameterizedTest
    @CsvSource({"'', 1 row)", "' when new.a = 1', 2 rows)"})
    void anEmptyTableIsWatchedToo(String when, String told) throws SQLException {
        Path file = TestSqlite.create(
                dir.resolve("n.db"),
                "create table n (k integer primary key, u text unique, a int, body text)",
                "create virtual table f using fts5(body)",
                "create trigger ai after insert on n" + when
                        + " begin insert into f(rowid, body) values (new.k, new.body); end",
                "create trigger ad after delete on n" + when.replace("new", "old")
                        + " begin delete from f where rowid = old.k; end");

        assertThat(fts(file, "defer").exit()).isZero();
        TestSqlite.create(
                file,
                "replace into n values (1, 'a', 1, 'one')",
                "replace into n values (1, 'b', 0, 'two')",
                "replace into n values (2, 'b', 1, 'three')");

        assertThat(fts(file, "restore").stderr()).contains(told);
    }
}
