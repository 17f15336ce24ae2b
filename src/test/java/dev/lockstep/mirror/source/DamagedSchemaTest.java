package dev.lockstep.mirror.source;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Of a schema that SQLite refuses as a whole, what it can make sense of is mirrored, and the rest is named. */
class DamagedSchemaTest {
    private static final String[] SOURCE = {
        "create table a (id integer primary key, v text)",
        "insert into a values (1, 'x'), (2, 'y')",
        "create table b (id integer primary key, v text)",
        "insert into b values (1, 'z')",
        "create index bi on b (v)",
        "create trigger bt after insert on b begin select 1; end",
        "create view bv as select v from b",
        "create table c (id integer primary key, v text)",
        "insert into c values (7, 'seven')"
    };

    private static final List<String> COMMANDS = List.of("plan", "backfill", "verify");

    @TempDir
    private Path dir;

    private static void damage(TestMirror mirror, String statement) throws SQLException {
        mirror.sql("pragma writable_schema = on", statement);
    }

    private static LockstepRun run(TestMirror mirror, String command) {
        return command.equals("backfill")
                ? mirror.run("mirror", command, "--create", "--json")
                : mirror.run("mirror", command, "--json");
    }

    private static void assertNamed(LockstepRun run, String command, String entry) {
        int expected = command.equals("plan") ? 3 : command.equals("verify") ? 1 : 7;
        assertThat(run.exit()).as(run.toString()).isEqualTo(expected);
        assertThat(run.envelope().get("changed")).isEqualTo(command.equals("backfill"));
        assertThat(run.stdout()).contains("\"table\":\"" + entry + "\"", "schema");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "update sqlite_schema set sql = 'create table b(id,, v)' where name = 'b'                 | b  | a c",
                "update sqlite_schema set sql = 'b' where name = 'b'                                      | b  | a c",
                "update sqlite_schema set sql = null where name = 'b'                                     | b  | a c",
                "update sqlite_schema set type = 'tabel' where name = 'b'                                 | b  | a c",
                "update sqlite_schema set type = null where name = 'b'                                    | b  | a c",
                "insert into sqlite_schema select * from sqlite_schema where name = 'b'                   | b  | a c",
                "delete from sqlite_schema where name = 'b'                                               | bi | a c",
                "update sqlite_schema set name = 'other' where name = 'b'                                 | other | a c",
                "update sqlite_schema set name = null where name = 'b'                       | entry 2 of the schema | a c",
                "update sqlite_schema set sql = 'create index bi on b(nothing)' where name = 'bi'         | bi | a b c",
                "update sqlite_schema set sql = 'create trigger bt on b begin selec; end' where name = 'bt' | bt | a b c",
                "update sqlite_schema set sql = 'create view bv as selec v from b' where name = 'bv'      | bv | a b c"
            })
    void anEntryThatMakesNoSenseIsNamedAndTheOthersArrive(String statement, String entry, String whole)
            throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, SOURCE)) {
            damage(mirror, statement);
            for (String command : COMMANDS) {
                assertNamed(run(mirror, command), command, entry);
            }
            for (String table : whole.split(" ", -1)) {
                assertThat(mirror.ask("select count(*) from " + table)).isEqualTo(table.equals("a") ? "2" : "1");
            }
            LockstepRun named = mirror.run("mirror", "verify", "--table", "a", "--table", "c");
            assertThat(named.exit()).as(named.toString()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void aTableWhoseEntryIsDamagedLaterIsNeitherForgottenNorDropped(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            assertThat(run(mirror, "backfill").exit()).isZero();
            damage(mirror, "update sqlite_schema set rootpage = 9999 where name = 'b'");
            LockstepRun again = run(mirror, "backfill");
            assertThat(again.exit()).as(again.toString()).isEqualTo(7);
            assertThat(again.envelope().get("changed")).isEqualTo(false);
            damage(mirror, "update sqlite_schema set sql = 'create table b(' where name = 'b'");
            LockstepRun drop = mirror.run("mirror", "backfill", "--drop-extra-tables", "--yes");
            assertThat(drop.exit()).as(drop.toString()).isEqualTo(7);
            assertThat(drop.stdout()).contains("b cannot be mirrored: its entry in the schema is damaged");
            assertThat(mirror.ask("select count(*) from b")).isEqualTo("1");
        }
    }

    @Test
    void aCopyIsRefusedForItWouldLackWhatIsDamaged() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, SOURCE)) {
            damage(mirror, "update sqlite_schema set sql = 'create table b(' where name = 'b'");
            LockstepRun copy = mirror.run("mirror", "backfill", "--create", "--snapshot", "copy");
            assertThat(copy.exit()).as(copy.toString()).isEqualTo(6);
            assertThat(copy.stderr()).contains("leave out --snapshot copy");
        }
    }

    @Test
    void whoeverWouldWriteToItIsToldWhichEntryItIs() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, SOURCE)) {
            damage(mirror, "update sqlite_schema set sql = 'create table b(' where name = 'b'");
            for (String[] command : new String[][] {{"mirror", "follow"}, {"fts", "status"}}) {
                LockstepRun run = mirror.run(command);
                assertThat(run.exit()).as(run.toString()).isEqualTo(6);
                assertThat(run.stderr()).contains("malformed database schema (b)");
            }
        }
    }
}
