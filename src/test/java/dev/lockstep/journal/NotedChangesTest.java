package dev.lockstep.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.journal.Journal.Span;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is noted: the keys of all rows that change, however they do, as they are. */
class NotedChangesTest {
    @TempDir
    private Path dir;

    @Test
    void everyChangeLeavesTheKeyAndAMovedRowBoth() throws SQLException {
        JournalFile data = JournalFile.create(
                dir, "create table t (id integer primary key, v)", "insert into t values (1, 'before'), (2, 'before')");
        data.install("t", List.of("id"));

        data.write(
                "insert into t values (10, 'new')", "update t set v = 'x' where id = 1", "delete from t where id = 2");
        data.write("update t set id = 30 where id = 10", "insert into t (v) values ('numbered by SQLite')");

        assertThat(data.pending("t")).containsExactlyInAnyOrder("10", "1", "2", "30", "31");
    }

    @Test
    void aChangeThatIsRolledBackLeavesNothing() throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t (id integer primary key, v)");
        data.install("t", List.of("id"));

        data.write("begin", "insert into t values (1, 1)", "rollback", "insert or ignore into t values (2, 2)");

        assertThat(data.pending("t")).containsExactly("2");
    }

    @Test
    void keysOfEveryTypeStayWhatTheyAre() throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t (k primary key, v)");
        data.install("t", List.of("k"));

        data.write(
                "insert into t (k) values (1), ('1'), (x'31'), (1.5), (9223372036854775807), (null), (null), (''), ('a''b')");

        assertThat(data.pending("t"))
                .containsExactlyInAnyOrder("1", "'1'", "x1", "1.5", "9223372036854775807", "null", "''", "'a'b'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "without rowid"})
    void keysOfSeveralColumnsAndOddNamesWorkToo(String option) throws SQLException {
        JournalFile data = JournalFile.create(
                dir,
                "create table \"a \"\"b\"\"'s; drop\" (\"select\" text, \"x y\" integer, v, primary key (\"x y\", \"select\")) "
                        + option);
        data.install("a \"b\"'s; drop", List.of("x y", "select"));

        data.write(
                "insert into \"a \"\"b\"\"'s; drop\" values ('one', 1, 0), ('two', 2, 0)",
                "update \"a \"\"b\"\"'s; drop\" set \"x y\" = 3 where \"select\" = 'two'");

        assertThat(data.pending("a \"b\"'s; drop")).containsExactlyInAnyOrder("1,'one'", "2,'two'", "3,'two'");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "insert or replace into t values (7, 'one', 'N')    | 1,7",
                "replace into t values (7, 'x', 'first')            | 1,7",
                "update or replace t set u = 'one' where id = 2     | 1,2",
                "update or replace t set n = 'FIRST' where id = 2   | 1,2",
                "insert into t values (7, 'one', 'N') on conflict (u) do update set n = 'M' | 1",
            })
    void aRowThatAReplaceDeletesIsNoted(String write, String noted) throws SQLException {
        JournalFile data = JournalFile.create(
                dir,
                "create table t (id integer primary key, u unique, n text collate nocase unique)",
                "insert into t values (1, 'one', 'first'), (2, 'two', 'second')");
        data.install("t", List.of("id"));

        data.write(write);

        assertThat(data.pending("t")).containsExactlyInAnyOrder(noted.split(","));
    }

    @Test
    void aKeyThatDiffersInCaseOnlyIsAnotherEntry() throws SQLException {
        JournalFile data = JournalFile.create(
                dir, "create table t (k text collate nocase primary key, v)", "insert into t values ('key', 1)");
        data.install("t", List.of("k"));

        data.write("insert or replace into t values ('KEY', 2)");

        assertThat(data.pending("t")).containsExactlyInAnyOrder("'key'", "'KEY'");
    }

    @Test
    void anUpdateOfAKeysCaseAloneNotesBoth() throws SQLException {
        JournalFile data = JournalFile.create(
                dir, "create table t (k text collate nocase primary key, v)", "insert into t values ('key', 1)");
        data.install("t", List.of("k"));

        data.write("update t set k = 'KEY'");

        assertThat(data.pending("t")).containsExactlyInAnyOrder("'key'", "'KEY'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"replace into t values (7, 'FIRST')", "update or replace t set n = 'FIRST' where id = 2"})
    void aRowThatIsReplacedByTheCollationOfAnIndexIsNoted(String write) throws SQLException {
        JournalFile data = JournalFile.create(
                dir,
                "create table t (id integer primary key, n text)",
                "create unique index by_n on t (n collate nocase)",
                "insert into t values (1, 'first'), (2, 'second')");
        data.install("t", List.of("id"));

        data.write(write);

        assertThat(data.pending("t")).contains("1");
    }

    @Test
    void whatCannotBeNotedIsRefused() throws SQLException {
        JournalFile data =
                JournalFile.create(dir, "create table t (id integer primary key)", "create view v as select * from t");

        for (String table : List.of("v", "nowhere", "sqlite_master")) {
            assertThatThrownBy(() -> data.install(table, List.of("id")))
                    .as(table)
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.USAGE));
        }
        String schema = TestSqlite.schema(data.file());
        assertThatThrownBy(() -> data.install("t", List.of("no such column"))).isInstanceOf(LockstepException.class);
        assertThat(TestSqlite.schema(data.file())).isEqualTo(schema);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "(a integer primary key, b)                     | ROWID    | a",
                "(a integer primary key desc, b)                | NULLABLE | a",
                "(a text not null primary key, b)               | UNIQUE   | a",
                "(a text primary key, b)                        | NULLABLE | a",
                "(a, b, c, primary key (c, a)) without rowid    | UNIQUE   | c,a",
                "(a int primary key, b)                         | NULLABLE | a",
            })
    void aTablesKeyIsItsPrimaryKey(String table, TableKey.Kind kind, String columns) throws SQLException {
        JournalFile data = JournalFile.create(
                dir, "create table t " + table, "create table keyless (a)", "create view v as select 1 as a");

        assertThat(data.keyOf("t")).contains(new TableKey(List.of(columns.split(",")), kind));
        assertThat(data.keyOf("keyless")).isEmpty();
        assertThat(data.keyOf("v")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "(k text primary key, u unique, v)",
                "(k text collate nocase primary key, u unique, v) without rowid",
                "(k integer primary key, u text collate nocase unique, v)",
                "(k, u, v, primary key (k, u))",
            })
    void aCopyThatFollowsTheJournalAloneIsEqualAfterAnyChanges(String columns) throws SQLException {
        JournalFile data = JournalFile.create(dir, "create table t " + columns, "create table copy as select * from t");
        boolean byBoth = columns.contains("(k, u)");
        List<String> key = byBoth ? List.of("k", "u") : List.of("k");
        data.install("t", key);
        Random random = new Random(columns.hashCode());

        for (int round = 0; round < 40; round++) {
            List<String> changes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                changes.add(change(random));
            }
            data.write(changes.toArray(String[]::new));
            data.with(tx -> {
                Journal journal = Journal.find(tx, JournalFile.READER, "t").orElseThrow();
                Span span = journal.pending(tx);
                String same = byBoth ? "t.k is d.k0 and t.u is d.k1" : "t.k is d.k0";
                tx.update("delete from copy as t where exists (select 1 from " + journal.keys(span) + " as d where "
                        + same.replace(" is ", " collate binary is ") + ")");
                tx.update("insert into copy select t.* from t where exists (select 1 from " + journal.keys(span)
                        + " as d where " + same.replace(" is ", " collate binary is ") + ")");
                journal.acknowledge(tx, span);
                return null;
            });
            assertThat(TestSqlite.ask(data.file(), "select count(*) from (select * from t except select * from copy)"))
                    .isEqualTo("0");
            assertThat(TestSqlite.ask(data.file(), "select (select count(*) from t) - (select count(*) from copy)"))
                    .isEqualTo("0");
        }
    }

    private static String change(Random random) {
        String[] policies = {"or replace", "or ignore", "or replace"};
        String policy = policies[random.nextInt(policies.length)];
        int number = random.nextInt(12);
        String u = random.nextInt(6) == 0 ? "null" : "'" + "uU".charAt(random.nextInt(2)) + random.nextInt(8) + "'";
        return switch (random.nextInt(5)) {
            case 0, 1 -> "insert " + policy + " into t values (" + number + ", " + u + ", random())";
            case 2 ->
                "update " + policy + " t set u = " + u + ", v = random() where k in (" + number + ", " + (number + 1)
                        + ")";
            case 3 -> "update " + policy + " t set k = " + number + " where k = " + random.nextInt(12);
            default -> "delete from t where k = " + number;
        };
    }
}
