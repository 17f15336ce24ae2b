package dev.lockstep.mirror.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.Mirrored;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.Statements;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a backfill promises, whatever the mirror is. */
public abstract class BackfillConformance {
    public static final String MANY = """
            insert into %s with recursive n (i) as (select %d union all select i + 1 from n where i < %d)
            select i, 'row ' || i from n""";

    @TempDir
    public Path dir;

    protected Path source;

    @BeforeEach
    protected void makeSource() throws SQLException {
        source = TestSqlite.create(dir.resolve("source.db"), "create table many (id integer primary key, name text)");
    }

    /** The mirror's address, with the password. */
    protected abstract String url() throws SQLException;

    protected abstract Connection connect() throws SQLException;

    @Test
    protected void copiesEveryRowOnceAndThenNone() throws SQLException {
        sql(MANY.formatted("many", 1, 5_000));

        assertThat(backfill("--create").stdout())
                .contains("many: 5000 read, 5000 inserted, 0 updated, 0 deleted, 0 unchanged, 0 rejected");
        assertEqual("many");
        assertThat(backfill().stdout()).contains("0 inserted, 0 updated, 0 deleted, 5000 unchanged");
    }

    @Test
    protected void whatARunHasWrittenIsNotReadAgainNorIsATableThatItHasMade() throws SQLException {
        sql(
                "create table kinds (k varchar(40) primary key, i integer, r real, n numeric, t text, b blob, f boolean,"
                        + " at datetime, d date)",
                "insert into kinds values ('a', 1, 1.5, 2.25, 'x', x'00', 1, '2024-02-29 12:00:00.5', '2024-02-29')",
                "insert into kinds (k) values ('b')");
        assertThat(backfill("--create").stdout()).contains("kinds: 2 read, 2 inserted");
        execute("update kinds set t = 'who reads it, sees this' where k = 'a'");
        sql("create table another (id integer primary key)");

        assertThat(backfill("--table", "kinds", "--sole-writer").stdout())
                .contains(
                        "kinds: 2 read, 0 inserted, 0 updated, 0 deleted, 2 unchanged, 0 rejected; the unchanged as recorded");
        assertThat(ask("select t from kinds where k = 'a'")).isEqualTo("who reads it, sees this");
        assertThat(backfill("--table", "kinds").stdout()).contains("1 updated");
        assertEqual("kinds");
    }

    @Test
    protected void touchesOnlyWhatChanged() throws SQLException {
        sql(MANY.formatted("many", 1, 5_000));
        backfill("--create");
        sql("update many set name = 'changed' where id = 2500", "delete from many where id = 7");
        sql("insert into many values (9000, 'new')");

        assertThat(backfill().stdout())
                .contains("many: 5000 read, 1 inserted, 1 updated, 1 deleted, 4998 unchanged, 0 rejected");
        assertEqual("many");
    }

    @Test
    protected void mirrorsEveryKindOfTable() throws SQLException {
        sql(
                "create table composite (a text, b integer, c blob, primary key (a, b)) without rowid",
                "insert into composite values ('x', 1, x'00'), ('x', 2, x''), ('X', 1, null)",
                "create table keyless (a, b)",
                "insert into keyless values (1, 'a'), (1, 'a'), (null, null)",
                "create table generated (id text primary key, n integer, twice integer as (n * 2) stored, thrice as (n * 3))",
                "insert into generated values ('a', 1), ('b', 2)",
                "create table \"Odd \"\"name\"\" é\" (\"select\" integer primary key, \"a'b\" text)",
                "insert into \"Odd \"\"name\"\" é\" values (1, 'quote '' quote')",
                "create table collated (k text collate nocase primary key, v real)",
                "insert into collated values ('b', 1.5), ('A', -0.0)");

        assertThat(backfill("--create").exit()).isZero();
        for (String table : List.of("composite", "keyless", "generated", "Odd \"name\" é", "collated")) {
            assertEqual(table);
        }
        sql("delete from composite where a = 'X'", "update keyless set b = 'c' where rowid = 2");
        assertThat(backfill().exit()).isZero();
        assertEqual("composite");
        assertEqual("keyless");
    }

    @Test
    protected void copiesRowsOfAnyLength() throws SQLException {
        sql(
                "create table longer (id integer primary key, name text)",
                "insert into longer values (1, 'a'), (2, printf('%.600c', 'x')), (3, printf('%.300000c', 'y')), (4, 'b')");

        assertThat(backfill("--create").exit()).isZero();
        assertEqual("longer");
    }

    @Test
    protected void readsDatabasesInUtf16() throws SQLException {
        Path utf16 = TestSqlite.create(
                dir.resolve("utf16.db"),
                "pragma encoding = 'UTF-16le'",
                "create table t (k text primary key, v text)",
                "insert into t values ('é→𝄞', 'a'), ('z', '')");

        assertThat(run(utf16, "mirror", "backfill", "--create").exit()).isZero();
        try (Connection connection = connect()) {
            assertThat(Mirrored.differences(utf16, connection, "t")).isEmpty();
        }
    }

    @Test
    protected void readsDatesInBothOfCadtsFormsAndOthers() throws SQLException {
        sql(
                "create table dates (id integer primary key, at datetime, day date)",
                "insert into dates values (1, '2024-02-29 23:59:59.999 +00:00', '2024-02-29')",
                "insert into dates values (2, '2024-02-29 23:59:59', null)",
                "insert into dates values (3, '2024-02-29', null), (4, '2024-02-29T12:00:00Z', null)",
                "insert into dates values (5, '2024-02-29T12:00:00.123456+05:30', '1000-01-01')");

        assertThat(backfill("--create").exit()).isZero();
        assertEqual("dates");
    }

    @Test
    protected void writesNothingOfATableOfWhichAValueDoesNotFit() throws SQLException {
        sql(MANY.formatted("many", 1, 100));
        sql(
                "create table bad (id integer primary key, n text)",
                "insert into bad values (1, 'one'), (2, cast(x'ff' as text))");
        backfill("--create", "--table", "many");

        LockstepRun run = backfill("--create");
        assertThat(run.exit()).isEqualTo(7);
        assertThat(run.stdout()).contains("bad: FAILED: bad, key 2, column n: not UTF-8");
        assertThat(backfill("--create", "--table", "bad").exit()).isEqualTo(6);
    }

    @Test
    protected void quarantinesTheBadRowAndCopiesTheRest() throws SQLException {
        sql(MANY.formatted("many", 1, 3_000));
        sql("update many set name = cast(x'61ff' as text) where id = 1234");

        LockstepRun run = backfill("--create", "--on-bad-row", "quarantine");
        assertThat(run.exit()).isEqualTo(7);
        assertThat(run.stdout())
                .contains("3000 read, 2999 inserted", "1 rejected", "many, key 1234, column name: not UTF-8");
        assertThat(ask("select row_key from lockstep_mirror_reject")).isEqualTo("1234");
        sql("update many set name = 'mended' where id = 1234");
        assertThat(backfill().exit()).isZero();
        assertEqual("many");
        assertThat(ask("select count(*) from lockstep_mirror_reject")).isEqualTo("0");
    }

    @Test
    protected void rowsThatSwapAUniqueValueArrive() throws SQLException {
        sql(MANY.formatted("many", 1, 3_000));
        execute("create table many (id bigint primary key, name varchar(100) unique)");
        assertThat(backfill().exit()).isZero();
        sql(
                "update many set name = 'tmp' where id = 1",
                "update many set name = 'row 1' where id = 2900",
                "update many set name = 'row 2900' where id = 1");

        LockstepRun run = backfill();
        assertThat(run.exit()).as(run.stdout() + run.stderr()).isZero();
        assertEqual("many");
    }

    @Test
    protected void deletesNoMoreThanItMay() throws SQLException {
        sql(MANY.formatted("many", 1, 3_000));
        backfill("--create");
        sql("delete from many where id > 1500");

        LockstepRun refused = backfill();
        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.stderr()).contains("1500 rows of the mirror are not in the source");
        assertThat(ask("select count(*) from many")).isEqualTo("3000");
        assertThat(backfill("--keep-extra").exit()).isZero();
        assertThat(ask("select count(*) from many")).isEqualTo("3000");
        assertThat(backfill("--max-delete", "1500").exit()).isZero();
        assertEqual("many");
    }

    @Test
    protected void anEmptySourceEmptiesNothingUnlessThatIsMeant() throws SQLException {
        sql(MANY.formatted("many", 1, 10));
        backfill("--create");
        sql("delete from many");

        assertThat(backfill().exit()).isEqualTo(6);
        assertThat(ask("select count(*) from many")).isEqualTo("10");
        sql("drop table many", "create table other (id integer primary key)");
        LockstepRun gone = backfill("--create");
        assertThat(gone.stdout()).contains("the source has no table many any more");
        assertThat(ask("select count(*) from many")).isEqualTo("10");
        sql("create table many (id integer primary key, name text)");
        assertThat(backfill("--allow-empty-source").exit()).isZero();
        assertThat(ask("select count(*) from many")).isEqualTo("0");
    }

    @Test
    protected void anotherSourceOfTheSameTableIsRefused() throws SQLException {
        sql(MANY.formatted("many", 1, 10));
        backfill("--create");
        Path other = TestSqlite.create(
                dir.resolve("other.db"),
                "create table many (id integer primary key, name text)",
                MANY.formatted("many", 5, 9));

        LockstepRun refused = run(other, "mirror", "backfill");
        assertThat(refused.exit()).isEqualTo(6);
        assertThat(refused.stderr()).contains("many is the mirror of another source");
        assertThat(run(other, "mirror", "backfill", "--restart").exit()).isZero();
        assertThat(ask("select count(*) from many")).isEqualTo("5");
    }

    @Test
    protected void repairsWhatSomebodyElseChanged() throws SQLException {
        sql(MANY.formatted("many", 1, 3_000));
        backfill("--create");
        execute("delete from many where id = 17");
        assertThat(backfill().stdout()).contains("1 inserted");
        execute("update many set name = 'broken' where id = 18");
        assertThat(backfill().stdout()).contains("1 updated");
        execute("update many set name = 'broken' where id = 18");
        assertThat(backfill("--recheck").stdout()).contains("1 updated");
        assertEqual("many");
    }

    @Test
    protected void nineTablesOfTenArriveAndTheTenthIsNamed() throws SQLException {
        for (int i = 0; i < 9; i++) {
            String table = "t" + i;
            sql("create table " + table + " (id integer primary key)", "insert into " + table + " values (1), (2)");
        }
        execute("create table t4 (id bigint primary key, more text not null)");
        LockstepRun run = backfill("--create");
        assertThat(run.exit()).isEqualTo(7);
        assertThat(run.stdout()).contains("t4: FAILED: t4 cannot be mirrored: the mirror's column more takes no NULL");
        assertThat(run.stdout().lines().filter(line -> line.contains(": 2 read, 2 inserted")))
                .hasSize(8);
    }

    protected final void assertEqual(String table) throws SQLException {
        try (Connection connection = connect()) {
            assertThat(Mirrored.differences(source, connection, table))
                    .as(table)
                    .isEmpty();
        }
    }

    protected final void sql(String... statements) throws SQLException {
        TestSqlite.create(source, statements);
    }

    protected final LockstepRun backfill(String... more) throws SQLException {
        List<String> arguments = new ArrayList<>(List.of("mirror", "backfill"));
        arguments.addAll(List.of(more));
        return run(source, arguments.toArray(String[]::new));
    }

    protected final LockstepRun run(Path file, String... arguments) throws SQLException {
        return LockstepRun.of(
                Map.of("LOCKSTEP_TO", url(), "LOCKSTEP_DB", file.toString(), "HOME", dir.toString()), arguments);
    }

    protected final void execute(String... statements) throws SQLException {
        Statements.execute(connect(), statements);
    }

    /** The first column of the first row as text; null if it is NULL or there is no row. */
    protected final String ask(String sql) throws SQLException {
        return Statements.ask(connect(), sql);
    }
}
