package dev.lockstep.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Databases;
import dev.lockstep.db.Db;
import dev.lockstep.db.Environment;
import dev.lockstep.db.Row;
import dev.lockstep.db.Sqlite.Access;
import dev.lockstep.db.Trouble;
import dev.lockstep.db.Tx;
import dev.lockstep.journal.Journal.Span;
import dev.lockstep.journal.Journal.Subject;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a journal notes, keeps, forgets, and owns up to. */
class JournalTest {
    private static final String ME = "a reader";

    @TempDir
    private Path dir;

    private Path file;

    private void database(String... statements) throws SQLException {
        file = TestSqlite.create(dir.resolve("data.db"), statements);
    }

    private void write(String... statements) throws SQLException {
        TestSqlite.create(file, statements);
    }

    private <T> T with(Function<Tx, T> work) {
        Databases databases = new Databases(new Environment(Map.of()));
        try (Db db = databases.sqlite(file, Access.WRITE, Duration.ofSeconds(10))) {
            return db.transact(work);
        }
    }

    private void install(String table, List<String> key, String... image) {
        with(tx -> Journal.install(tx, ME, new Subject(table, key, List.of(image))));
    }

    private List<String> pending(String table) {
        return with(tx -> {
            Journal journal = Journal.find(tx, ME, table).orElseThrow();
            List<String> keys = new ArrayList<>();
            journal.each(tx, journal.pending(tx), row -> keys.add(key(row)));
            return keys;
        });
    }

    /** A key with the types of its values. */
    private static String key(Row row) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < row.width(); i++) {
            Object value = row.value(i);
            values.add(
                    switch (value == null ? "null" : value.getClass().getSimpleName()) {
                        case "null" -> "null";
                        case "byte[]" -> "x" + new String((byte[]) value, java.nio.charset.StandardCharsets.ISO_8859_1);
                        case "String" -> "'" + value + "'";
                        default -> value.toString();
                    });
        }
        return String.join(",", values);
    }

    private Optional<String> gap() {
        return with(tx -> Journal.find(tx, ME, "t").orElseThrow().gap(tx));
    }

    private Optional<TableKey> keyOf(String table) {
        return with(tx -> TableKey.of(tx, table));
    }

    private Span acknowledge(String table) {
        return with(tx -> {
            Journal journal = Journal.find(tx, ME, table).orElseThrow();
            Span span = journal.pending(tx);
            journal.acknowledge(tx, span);
            return span;
        });
    }

    @Test
    void everyChangeLeavesTheKeyAndAMovedRowBoth() throws SQLException {
        database("create table t (id integer primary key, v)", "insert into t values (1, 'before'), (2, 'before')");
        install("t", List.of("id"));

        write("insert into t values (10, 'new')", "update t set v = 'x' where id = 1", "delete from t where id = 2");
        write("update t set id = 30 where id = 10", "insert into t (v) values ('numbered by SQLite')");

        assertThat(pending("t")).containsExactlyInAnyOrder("10", "1", "2", "30", "31");
    }

    @Test
    void aChangeThatIsRolledBackLeavesNothing() throws SQLException {
        database("create table t (id integer primary key, v)");
        install("t", List.of("id"));

        write("begin", "insert into t values (1, 1)", "rollback", "insert or ignore into t values (2, 2)");

        assertThat(pending("t")).containsExactly("2");
    }

    @Test
    void keysOfEveryTypeStayWhatTheyAre() throws SQLException {
        database("create table t (k primary key, v)");
        install("t", List.of("k"));

        write(
                "insert into t (k) values (1), ('1'), (x'31'), (1.5), (9223372036854775807), (null), (null), (''), ('a''b')");

        assertThat(pending("t"))
                .containsExactlyInAnyOrder("1", "'1'", "x1", "1.5", "9223372036854775807", "null", "''", "'a'b'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "without rowid"})
    void keysOfSeveralColumnsAndOddNamesWorkToo(String option) throws SQLException {
        database(
                "create table \"a \"\"b\"\"'s; drop\" (\"select\" text, \"x y\" integer, v, primary key (\"x y\", \"select\")) "
                        + option);
        install("a \"b\"'s; drop", List.of("x y", "select"));

        write(
                "insert into \"a \"\"b\"\"'s; drop\" values ('one', 1, 0), ('two', 2, 0)",
                "update \"a \"\"b\"\"'s; drop\" set \"x y\" = 3 where \"select\" = 'two'");

        assertThat(pending("a \"b\"'s; drop")).containsExactlyInAnyOrder("1,'one'", "2,'two'", "3,'two'");
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
        database(
                "create table t (id integer primary key, u unique, n text collate nocase unique)",
                "insert into t values (1, 'one', 'first'), (2, 'two', 'second')");
        install("t", List.of("id"));

        write(write);

        assertThat(pending("t")).containsExactlyInAnyOrder(noted.split(","));
    }

    @Test
    void aKeyThatDiffersInCaseOnlyIsAnotherEntry() throws SQLException {
        database("create table t (k text collate nocase primary key, v)", "insert into t values ('key', 1)");
        install("t", List.of("k"));

        write("insert or replace into t values ('KEY', 2)");

        assertThat(pending("t")).containsExactlyInAnyOrder("'key'", "'KEY'");
    }

    @Test
    void anUpdateOfAKeysCaseAloneNotesBoth() throws SQLException {
        database("create table t (k text collate nocase primary key, v)", "insert into t values ('key', 1)");
        install("t", List.of("k"));

        write("update t set k = 'KEY'");

        assertThat(pending("t")).containsExactlyInAnyOrder("'key'", "'KEY'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"replace into t values (7, 'FIRST')", "update or replace t set n = 'FIRST' where id = 2"})
    void aRowThatIsReplacedByTheCollationOfAnIndexIsNoted(String write) throws SQLException {
        database(
                "create table t (id integer primary key, n text)",
                "create unique index by_n on t (n collate nocase)",
                "insert into t values (1, 'first'), (2, 'second')");
        install("t", List.of("id"));

        write(write);

        assertThat(pending("t")).contains("1");
    }

    @Test
    void whatChangesAfterASpanWasReadSurvivesItsAcknowledgementHoweverOftenThatIsRepeated() throws SQLException {
        database("create table t (id integer primary key, v)");
        install("t", List.of("id"));
        write("insert into t values (1, 0), (2, 0)");
        Span read = with(tx -> Journal.find(tx, ME, "t").orElseThrow().pending(tx));

        write("update t set v = 1 where id = 1");
        for (int i = 0; i < 2; i++) {
            with(tx -> {
                Journal.find(tx, ME, "t").orElseThrow().acknowledge(tx, read);
                return null;
            });
        }
        assertThat(pending("t")).containsExactly("1");

        Span second = acknowledge("t");
        assertThat(pending("t")).isEmpty();
        write("insert into t values (3, 0)");
        with(tx -> {
            Journal.find(tx, ME, "t").orElseThrow().acknowledge(tx, second);
            return null;
        });
        assertThat(pending("t")).containsExactly("3");
        assertThat(TestSqlite.ask(file, "select count(*) from lockstep_journal_1"))
                .isEqualTo("1");
    }

    @Test
    void aSpanCanBeTakenInPieces() throws SQLException {
        database("create table t (id integer primary key, v)");
        install("t", List.of("id"));
        write(
                "with recursive n(i) as (select 1 union all select i + 1 from n where i < 10) insert into t select i, i from n");

        List<Integer> sizes = new ArrayList<>();
        Span piece;
        do {
            piece = with(tx -> {
                Journal journal = Journal.find(tx, ME, "t").orElseThrow();
                Span next = journal.pending(tx, 4);
                sizes.add((int) journal.count(tx, next));
                if (!next.isEmpty()) {
                    journal.acknowledge(tx, next);
                }
                return next;
            });
        } while (!piece.isEmpty());

        assertThat(sizes).containsExactly(4, 4, 2, 0);
    }

    @Test
    void theFirstImageOfASpanIsTheRowAsItWas() throws SQLException {
        database(
                "create table t (id integer primary key, a, b)",
                "insert into t values (1, 'a', 'b'), (2, 'c', 'd'), (3, 'e', 'f')");
        install("t", List.of("id"), "(old.\"a\")", "(upper(old.b))");

        write(
                "update t set a = 'x' where id = 1",
                "update t set a = 'y', b = 'y' where id = 1",
                "insert into t values (9, 9, 9)");
        write(
                "insert or replace into t values (2, 'n', 'n')",
                "update t set id = 30 where id = 3",
                "delete from t where id = 9");

        List<String> images = with(tx -> {
            Journal journal = Journal.find(tx, ME, "t").orElseThrow();
            List<String> rows = new ArrayList<>();
            tx.each("select * from " + journal.images(journal.pending(tx)), row -> rows.add(key(row)));
            return rows;
        });
        assertThat(images)
                .containsExactlyInAnyOrder(
                        "1,1,'a','B'", "2,1,'c','D'", "3,1,'e','F'", "30,0,null,null", "9,0,null,null");
    }

    @Test
    void twoReadersOfATableHaveTheirOwnLogs() throws SQLException {
        database("create table t (id integer primary key, v)");
        install("t", List.of("id"));
        with(tx -> Journal.install(tx, "another", new Subject("T", List.of("id"), List.of())));
        write("insert into t values (1, 1)");

        acknowledge("t");

        assertThat(pending("t")).isEmpty();
        long others = with(tx -> {
            Journal other = Journal.find(tx, "another", "t").orElseThrow();
            return other.count(tx, other.pending(tx));
        });
        assertThat(others).isEqualTo(1);
        assertThatThrownBy(() -> install("t", List.of("id"))).isInstanceOf(Trouble.class);
    }

    @Test
    void onceRemovedNothingIsLeftOfIt() throws SQLException {
        database("create table t (id integer primary key, u unique)", "create table s (k text primary key)");
        String schema = TestSqlite.schema(file);
        install("t", List.of("id"), "old.u");
        install("s", List.of("k"));
        assertThat(TestSqlite.schema(file)).isNotEqualTo(schema);

        write("drop trigger lockstep_journal_1_insert");
        with(tx -> {
            Journal.all(tx, ME).forEach(journal -> journal.remove(tx));
            return null;
        });

        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "drop trigger lockstep_journal_1_update",
                "alter table t rename to s",
                "alter table t rename column id to number",
                "drop table lockstep_journal_1",
                "drop table t",
                "delete from lockstep_journal_1",
            })
    void whatEndsTheNotingIsAGap(String damage) throws SQLException {
        database("create table t (id integer primary key, v)");
        install("t", List.of("id"));
        write("insert into t values (1, 1)");
        acknowledge("t");
        assertThat(gap()).isEmpty();

        write(damage);

        assertThat(gap()).isPresent();
    }

    @ParameterizedTest
    @ValueSource(strings = {"alter table t add column more", "create index i on t (v)", "vacuum", "analyze"})
    void whatDoesNotIsNone(String harmless) throws SQLException {
        database("create table t (id integer primary key, v)");
        install("t", List.of("id"));

        write(harmless);

        assertThat(gap()).isEmpty();
    }

    @Test
    void aReaderOfAnEarlierInstallationCannotAcknowledge() throws SQLException {
        database("create table t (id integer primary key, v)");
        install("t", List.of("id"));
        with(tx -> {
            Journal before = Journal.find(tx, ME, "t").orElseThrow();
            before.remove(tx);
            Journal now = Journal.install(tx, ME, new Subject("t", List.of("id"), List.of()));
            assertThat(now.epoch()).isNotEqualTo(before.epoch());
            assertThatThrownBy(() -> before.acknowledge(tx, new Span(0, 1))).isInstanceOf(Trouble.class);
            return null;
        });
    }

    @Test
    void whatCannotBeNotedIsRefused() throws SQLException {
        database("create table t (id integer primary key)", "create view v as select * from t");

        for (String table : List.of("v", "nowhere", "sqlite_master")) {
            assertThatThrownBy(() -> install(table, List.of("id")))
                    .as(table)
                    .isInstanceOfSatisfying(
                            Trouble.class, e -> assertThat(e.kind()).isEqualTo(Trouble.Kind.USAGE));
        }
        String schema = TestSqlite.schema(file);
        assertThatThrownBy(() -> install("t", List.of("no such column"))).isInstanceOf(Trouble.class);
        assertThat(TestSqlite.schema(file)).isEqualTo(schema);
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
        database("create table t " + table, "create table keyless (a)", "create view v as select 1 as a");

        assertThat(keyOf("t")).contains(new TableKey(List.of(columns.split(",")), kind));
        assertThat(keyOf("keyless")).isEmpty();
        assertThat(keyOf("v")).isEmpty();
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
        database("create table t " + columns, "create table copy as select * from t");
        boolean byBoth = columns.contains("(k, u)");
        List<String> key = byBoth ? List.of("k", "u") : List.of("k");
        install("t", key);
        Random random = new Random(columns.hashCode());

        for (int round = 0; round < 40; round++) {
            List<String> changes = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                changes.add(change(random));
            }
            write(changes.toArray(String[]::new));
            with(tx -> {
                Journal journal = Journal.find(tx, ME, "t").orElseThrow();
                Span span = journal.pending(tx);
                String same = byBoth ? "t.k is d.k0 and t.u is d.k1" : "t.k is d.k0";
                tx.update("delete from copy as t where exists (select 1 from " + journal.keys(span) + " as d where "
                        + same.replace(" is ", " collate binary is ") + ")");
                tx.update("insert into copy select t.* from t where exists (select 1 from " + journal.keys(span)
                        + " as d where " + same.replace(" is ", " collate binary is ") + ")");
                journal.acknowledge(tx, span);
                return null;
            });
            assertThat(TestSqlite.ask(file, "select count(*) from (select * from t except select * from copy)"))
                    .isEqualTo("0");
            assertThat(TestSqlite.ask(file, "select (select count(*) from t) - (select count(*) from copy)"))
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
