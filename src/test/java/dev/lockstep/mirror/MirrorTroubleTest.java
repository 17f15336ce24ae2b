package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Connector;
import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.support.Json;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A mirror that takes nothing, not everything, or no more. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class MirrorTroubleTest {
    @TempDir
    private Path dir;

    /**
     * A table {@code t} among nine others.
     *
     * @param source the statement that makes it
     * @param mirror the statements that make the mirror's, if any
     * @param exit of a run for it alone
     * @param message what is said of it
     */
    private record Tenth(String source, List<String> mirror, int exit, String message) {}

    /** Is asked for each row that is written. */
    private static final String ROOM = """
            create or replace function room(id bigint) returns boolean language plpgsql as
            'begin %s return true; end'
            """;

    private static final String PLAIN = "create table t (id integer primary key, v text)";

    private static final List<Tenth> TENTHS = List.of(
            new Tenth(PLAIN, List.of(), 2, "the mirror has no table t"),
            new Tenth(
                    PLAIN,
                    List.of(
                            "create table t (id bigint primary key, v text)",
                            "revoke insert, update on t from current_user"),
                    1,
                    "permission denied for table t (42501)"),
            new Tenth(
                    PLAIN,
                    List.of("create table t (id bigint primary key, v point)"),
                    2,
                    "column v has the type point, which cannot be mirrored"),
            new Tenth(PLAIN, List.of("create table t (id bigint primary key)"), 2, "the mirror has no column v"),
            new Tenth(
                    "create table t (id integer primary key, v integer)",
                    List.of("create table t (id bigint primary key, v integer)"),
                    6,
                    "t, key 2, column v: TEXT value in a column of type integer"),
            new Tenth(
                    PLAIN,
                    List.of("create table t (id bigint primary key, v text check (v <> 'two'))"),
                    1,
                    "t, key 2: "),
            new Tenth(
                    "create table t (rowid, _rowid_, oid)", List.of(), 2, "it has no key, and columns hide its rowid"));

    @Test
    void nineTablesArriveWhateverIsWrongWithTheTenth(TestDatabase mirror) throws SQLException {
        for (int i = 0; i < TENTHS.size(); i++) {
            Tenth tenth = TENTHS.get(i);
            MirrorPair pair = MirrorPair.of(ten(dir.resolve("source-" + i + ".db"), tenth.source()), mirror);
            for (int table = 1; table < 10; table++) {
                pair.execute("create table t%d (id bigint primary key)".formatted(table));
            }
            pair.execute(tenth.mirror().toArray(String[]::new));

            LockstepRun run = pair.run("mirror", "backfill", "--json");
            assertThat(run.exit()).as(run.toString()).isEqualTo(7);
            Map<String, Object> errors = errors(run);
            assertThat((String) errors.remove("t")).as(tenth.toString()).contains(tenth.message());
            assertThat(errors).hasSize(9).allSatisfy((table, error) -> assertThat(error)
                    .isNull());
            pair.assertEqual(List.of("t1", "t2", "t3", "t4", "t5", "t6", "t7", "t8", "t9"));
            LockstepRun alone = pair.run("mirror", "backfill", "--table", "t");
            assertThat(alone.exit()).as(alone.toString()).isEqualTo(tenth.exit());
            assertThat(alone.stderr()).contains(tenth.message());
            clear(mirror);
        }
    }

    /** Nine tables and one more. */
    private static Path ten(Path file, String tenth) throws SQLException {
        for (int table = 1; table < 10; table++) {
            TestSqlite.create(
                    file,
                    "create table t%d (id integer primary key)".formatted(table),
                    "insert into t%d values (1), (2)".formatted(table));
        }
        TestSqlite.create(file, tenth);
        if (tenth.contains("v ")) {
            TestSqlite.create(file, "insert into t values (1, 1), (2, 'two'), (3, 3)");
        }
        return file;
    }

    private static void clear(TestDatabase mirror) throws SQLException {
        mirror.execute("drop owned by current_user", "create schema if not exists public");
    }

    @Test
    void ifNoTableArrivesAllOfThemAreInTheAnswer(TestDatabase mirror) throws SQLException {
        Path source = ten(dir.resolve("source.db"), "create table t (id integer primary key)");
        MirrorPair pair = MirrorPair.of(source, mirror);
        pair.execute("create table t5 (id bigint primary key, more text not null)");

        LockstepRun run = pair.run("mirror", "backfill", "--json");
        assertThat(run.exit()).isEqualTo(2);
        assertThat(errors(run))
                .hasSize(10)
                .allSatisfy((table, error) -> assertThat(error).asString().contains(table));
        assertThat(run.stderr().lines()).hasSize(2);
        LockstepRun text = pair.run("mirror", "backfill");
        assertThat(text.stdout().lines().filter(line -> line.contains(": FAILED: ")))
                .hasSize(10);
        assertThat(text.stderr()).contains("; 9 more tables failed too");

        // Of several exit codes that apply, the one of a wrong request goes before the one of a failed check.
        pair.sql("insert into t values (1)");
        pair.execute("drop table t5", "create table t (id bigint primary key check (id > 1))");
        assertThat(pair.run("mirror", "backfill", "--table", "t", "--table", "t1")
                        .exit())
                .isEqualTo(2);
        assertThat(pair.run("mirror", "backfill", "--table", "t").exit()).isEqualTo(1);
    }

    /** What is said of each table, in the order of the answer. */
    private static Map<String, Object> errors(LockstepRun run) {
        Map<String, Object> errors = new LinkedHashMap<>();
        Map<?, ?> data = (Map<?, ?>) ((Map<?, ?>) Json.parse(run.stdout())).get("data");
        for (Object table : (List<?>) data.get("tables")) {
            errors.put((String) ((Map<?, ?>) table).get("table"), ((Map<?, ?>) table).get("error"));
        }
        return errors;
    }

    @Test
    void aPostgresThatTakesNoWritesIsRefused(TestDatabase mirror) throws SQLException {
        MirrorPair pair = MirrorPair.of(ten(dir.resolve("source.db"), PLAIN), mirror);
        mirror.execute("alter database " + mirror.name() + " set default_transaction_read_only = on");
        takesNoWrites(pair.backfill());
        assertThat(pair.ask("select count(*) from pg_class where relname like 'lockstep%'"))
                .isEqualTo("0");
    }

    @Test
    void aPrivilegeThatIsMissingIsNamed(TestDatabase mirror) throws SQLException {
        MirrorPair pair = MirrorPair.of(ten(dir.resolve("source.db"), PLAIN), mirror);
        mirror.execute("revoke create on schema public from pg_database_owner");
        LockstepRun run = pair.backfill();
        assertThat(run.exit()).as(run.toString()).isEqualTo(1);
        assertThat(run.stderr())
                .contains("cannot write to the mirror: ERROR: permission denied for schema public (42501)")
                .contains("hint: the owner of the object, or an administrator, gives the privilege with GRANT");
    }

    @Test
    void aMariaDbThatTakesNoWritesIsRefused(MariaDbDatabase mirror) throws SQLException {
        MirrorPair pair = MirrorPair.of(ten(dir.resolve("source.db"), PLAIN), mirror);
        takesNoWrites(LockstepRun.around(MirrorTroubleTest::readOnly, pair.environment(), MirrorPair.arguments()));
        assertThat(pair.ask("show tables")).isNull();
    }

    /** As a server that is set to be read-only for whoever is no administrator. */
    private static Connector readOnly(Connector real) {
        return () -> told(real.connect(), "MariaDB", "set session transaction read only");
    }

    /** Tells a database of that kind something before anybody else does. */
    private static Connection told(Connection connection, String product, String what) throws SQLException {
        if (connection.getMetaData().getDatabaseProductName().equals(product)) {
            try (Statement statement = connection.createStatement()) {
                statement.execute(what);
            }
        }
        return connection;
    }

    private static void takesNoWrites(LockstepRun run) {
        assertThat(run.exit()).as(run.toString()).isEqualTo(6);
        assertThat(run.stderr()).contains("cannot write to the mirror: ", "hint: the server, the database or the role");
        assertThat(run.stderr().lines()).hasSize(2);
    }

    @Test
    void aServerWhoseDiskIsFullInMidTableLosesNothing(TestDatabase mirror) throws SQLException {
        Path source = TestSqlite.create(
                dir.resolve("source.db"),
                "create table t (id integer primary key, name text)",
                "create table u (id integer primary key, name text)",
                BackfillConformance.MANY.formatted("t", 1, 4_000),
                BackfillConformance.MANY.formatted("u", 1, 10));
        MirrorPair pair = MirrorPair.of(source, mirror);
        pair.execute(
                ROOM.formatted("if id = 3000 then raise sqlstate ''53100'' using message = ''no space left''; end if;"),
                "create table t (id bigint primary key check (room(id)), name text)");

        for (String[] arguments : List.of(new String[0], new String[] {"--batch", "500"})) {
            LockstepRun run = pair.backfill(arguments);
            assertThat(run.exit()).as(run.toString()).isEqualTo(7);
            assertThat(run.stdout()).contains("t: FAILED: ", "no space left (53100)", "make room on the server");
            pair.assertEqual(List.of("u"));
        }
        assertThat(Integer.parseInt(pair.ask("select count(*) from t"))).isBetween(500, 3_000);
        LockstepRun alone = pair.backfill("--table", "t");
        assertThat(alone.exit()).as(alone.toString()).isEqualTo(7);
        pair.execute(ROOM.formatted(""));
        pair.backfillToEqual(List.of("t", "u"));
    }

    @Test
    void aDiskThatIsFullLosesNothingAndTheNextRunEndsEqual() throws SQLException {
        List<String> tables = List.of("t", "u");
        Path source = TestSqlite.create(
                dir.resolve("source.db"),
                "create table t (id integer primary key, name text)",
                "create table u (id integer primary key, name text)",
                BackfillConformance.MANY.formatted("t", 1, 4_000),
                BackfillConformance.MANY.formatted("u", 1, 4_000));
        int full = 0;
        for (int pages = 1, exit = 7; exit != 0; pages += 7) {
            String limit = "pragma max_page_count = " + pages;
            MirrorPair pair = MirrorPair.of(source, dir.resolve("mirror-" + pages + ".db"));
            List<String> arguments = new ArrayList<>(List.of(MirrorPair.arguments("--batch", "500", "--json")));
            LockstepRun run = LockstepRun.around(
                    real -> () -> told(real.connect(), "SQLite", limit),
                    pair.environment(),
                    arguments.toArray(String[]::new));
            exit = run.exit();
            if (exit != 0) {
                full++;
                assertThat(exit).as(pages + ": " + run).isEqualTo(7);
                assertThat(run.stdout()).contains("SQLITE_FULL");
                pair.backfillToEqual(tables);
            }
            pair.assertEqual(tables);
        }
        assertThat(full).isGreaterThan(5);
    }
}
