package dev.lockstep.fts.deferral;

import static dev.lockstep.fts.FtsCommand.fts;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys that change while the triggers are deferred which would not have followed them: that is never silent. */
class ChangeWatchTest {
    @TempDir
    private Path dir;

    /** @param number how the triggers call what they find a row by in the index */
    private Path file(String table, String columns, String number, String update) throws SQLException {
        return TestSqlite.create(
                dir.resolve("n.db"),
                "create table n(" + table + (table.contains(")") ? "" : ")"),
                "create virtual table f using fts5(" + columns + ")",
                "create trigger ai after insert on n begin insert into f(" + number
                        + ", body) values (new.k, new.body); end",
                "create trigger au after update on n begin " + update.replace("NUMBER", number) + "; end",
                "create trigger ad after delete on n begin delete from f where " + number + " = old.k; end",
                "insert into n(k, body) values (1, 'one'), (2, 'two'), (3, 'three')");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            k integer primary key, body text             | body              | rowid
            k text primary key, body text                | k unindexed, body | k
            k text primary key, body text) without rowid | k unindexed, body | k
            """)
    void aChangedKeyIsToldAtTheRestoreAndUndoneInOneTransaction(String table, String columns, String number)
            throws SQLException, IOException {
        Path file = file(table, columns, number, "update f set body = new.body where NUMBER = old.k");
        String schema = TestSqlite.schema(file);
        String index = TestSqlite.ask(file, "select group_concat(body) from f");
        Path script = Files.writeString(dir.resolve("w.sql"), "update n set k = 7, body = 'seven' where k = 2;");

        for (String mode : new String[] {"journal", "rebuild"}) {
            LockstepRun run = fts(file, "run", "--mode", mode, "--atomic", script.toString());
            assertThat(run.exit()).as("%s", run).isEqualTo(6);
            assertThat(run.stderr()).contains("n.k was changed", "nothing changed");
            assertThat(TestSqlite.schema(file)).isEqualTo(schema);
            assertThat(TestSqlite.ask(file, "select group_concat(body) from f")).isEqualTo(index);
        }

        assertThat(fts(file, "defer").exit()).isZero();
        TestSqlite.create(file, "update n set body = body || ' again'", "update n set k = 7 where k = 2");
        LockstepRun restored = fts(file, "restore");
        assertThat(restored.exit()).isZero();
        assertThat(restored.stderr()).contains("n.k was changed", "1 change)");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);

        assertThat(fts(file, "defer").exit()).isZero();
        TestSqlite.create(file, "update n set body = body || ' again', k = k");
        assertThat(fts(file, "restore").stderr()).doesNotContain("was changed");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }

    @ParameterizedTest
    @CsvSource({"k integer primary key, rowid", "k text primary key, k"})
    void aKeyThatTriggersFollowMayChange(String key, String number) throws SQLException, IOException {
        Path file = file(
                key + ", body text",
                number.equals("k") ? "k unindexed, body" : "body",
                number,
                "delete from f where NUMBER = old.k; insert into f(NUMBER, body) values (new.k, new.body)");
        Path script = Files.writeString(dir.resolve("w.sql"), "update n set k = 7 where k = 2;");

        LockstepRun run = fts(file, "run", "--mode", "rebuild", "--atomic", script.toString());

        assertThat(run.exit()).as("%s", run).isZero();
        assertThat(run.stderr()).doesNotContain("was changed");
        assertThat(TestSqlite.ask(file, "select body from f where " + number + " + 0 = 7"))
                .isEqualTo("two");
    }

    private Path posts(String insert, String more) throws SQLException {
        return TestSqlite.create(
                dir.resolve("p.db"),
                "create table u(id integer primary key, name text)",
                "create table p(id integer primary key, u int, parent int, body text)",
                "create virtual table f using fts5(name, body)",
                "create trigger ai after insert on p " + insert.replace("ROW", "new") + "; end",
                more,
                "insert into u values (1, 'ann'), (2, 'bob')",
                "insert into p values (1, 1, null, 'one'), (2, 2, 1, 'two')");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            update u set name = 'zoe'       | u was changed
            update p set body = 'changed'   | p was changed
            delete from p where id = 2      | p was changed
            """)
    void whatNoTriggerFollowsIsToldAtTheRestoreAndUndoneInOneTransaction(String work, String told)
            throws SQLException, IOException {
        Path file = posts(
                "begin insert into f(rowid, name, body) values (ROW.id, (select name from u where id = ROW.u), ROW.body)",
                "create table other (a)");
        String schema = TestSqlite.schema(file);
        Path script = Files.writeString(dir.resolve("w.sql"), work);

        LockstepRun run = fts(file, "run", "--mode", "rebuild", "--atomic", script.toString());
        assertThat(run.exit()).as("%s", run).isEqualTo(6);
        assertThat(run.stderr()).contains(told);
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);

        assertThat(fts(file, "defer").exit()).isZero();
        TestSqlite.create(
                file, "insert into p values (3, 2, 1, 'three')", "update p set parent = 2, body = body", work);
        LockstepRun restored = fts(file, "restore");
        assertThat(restored.exit()).isZero();
        assertThat(restored.stderr()).contains(told);
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "when exists (select 1 from u where id = ROW.u) begin insert into f(rowid, body) values (ROW.id, ROW.body)",
                "begin insert into f(rowid, body) select ROW.id, ROW.body where ROW.u in (select id from u)",
                "begin insert into f(rowid, body) values (ROW.id, (select body from p where p.id = ROW.parent))"
            })
    void rowsThatOthersBringInOrTakeOutAreRefused(String insert) throws SQLException {
        Path file = posts(insert, "create trigger ad after delete on p begin delete from f where rowid = old.id; end");
        String schema = TestSqlite.schema(file);

        LockstepRun deferred = fts(file, "defer");

        assertThat(deferred.exit()).as("%s", deferred).isEqualTo(2);
        assertThat(deferred.stderr()).contains("f would not be what its triggers make of it");
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }
}
