package dev.lockstep.mirror.repair;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Whoever runs the statements that a verification writes has an equal mirror. */
class RepairScriptTest {
    /** Of SQLite: what each column of a table of all types has, row by row. */
    private static final List<String> ROWS = List.of(
            "0, 0.0, '', x'', 0, '2024-02-29 23:59:59.123456', '2024-02-29', 0",
            "9223372036854775807, 1.7976931348623157e308, 'it''s \"q\" `b` \\ \\n %s $1 :x ? ; -- /*', x'00', 1.5, '1000-01-01 00:00:00', '1000-01-01', 1",
            "-9223372036854775808, 5e-324, char(9) || char(10) || char(13) || 'é𝄞日本' || char(127), x'ff00fe', -123456789.125, '9999-12-31 23:59:59.999999', '9999-12-31', null",
            "null, null, null, null, null, null, null, null",
            "-1, 0.1, 'NULL', x'27', 0.30000000000000004, '1969-12-31 23:59:59.999999', '1969-12-31', 0",
            "1, 0.30000000000000004, '\\', x'5c78', 1e-10, '2024-01-01 00:00:00', '1970-01-01', 1",
            "2, 123456789012345680.0, ';' || char(10) || 'delete from all_types;', zeroblob(1000), 99999.995, '2024-01-01 12:00:00.5', '2000-01-01', 1",
            "3, -2.2250738585072014e-308, '\\''', x'0d0a', 3, '1600-06-15 01:02:03', '1600-06-15', 0",
            "4, 6.02214076e23, 'select 1' || char(8238) || char(133), x'00275c22', -0.5, '2038-01-19 03:14:08', '2038-01-19', 1");

    @TempDir
    Path dir;

    @ParameterizedTest
    @MethodSource("dev.lockstep.mirror.TestMirror$Kind#ofLongTests")
    void undoesMutationsOfAllKinds(Kind kind) throws Exception {
        long seed = System.nanoTime();
        try (TestMirror mirror = MirrorMutations.of(kind, dir, seed)) {
            apply(mirror);

            LockstepRun verified = mirror.run("mirror", "verify", "--show-values", "--rows", "20");
            assertThat(verified.exit())
                    .as("seed " + seed + "\n" + verified.stdout())
                    .isZero();
        }
    }

    @ParameterizedTest
    @EnumSource
    void spellsEachValueAsItIs(Kind kind) throws Exception {
        try (TestMirror mirror = new TestMirror(kind, dir, """
                create table all_types (id integer primary key, n integer, r real, s text, b blob, d decimal, at datetime,
                                        day date, flag boolean)
                """)) {
            for (String row : ROWS) {
                mirror.sql("insert into all_types (n, r, s, b, d, at, day, flag) values (" + row + ")");
            }
            if (kind == Kind.POSTGRESQL || kind == Kind.SQLITE) {
                mirror.sql("insert into all_types (r) values (-0.0), (9e999), (-9e999)");
                mirror.sql("insert into all_types (at, day) values ('0001-01-01 00:00:00', '0001-01-01')");
            }
            mirror.run("mirror", "backfill", "--create").endedWith(0);
            mirror.execute(
                    "delete from all_types where id % 2 = 1",
                    "update all_types set n = 7, r = 7, s = null, b = null, d = 7, at = null, day = null, flag = null");

            apply(mirror, hostile(kind));

            LockstepRun verified = mirror.run("mirror", "verify", "--show-values");
            assertThat(verified.exit()).as(verified.stdout()).isZero();
        }
    }

    /** What a session may be set to that would read a value as another. */
    private static String[] hostile(Kind kind) {
        return switch (kind) {
            case POSTGRESQL ->
                new String[] {
                    "set standard_conforming_strings = off",
                    "set datestyle = sql, dmy",
                    "set timezone = \"Asia/Tokyo\"",
                    "set client_encoding = latin1"
                };
            case MARIADB, MYSQL ->
                new String[] {"set sql_mode = \"NO_BACKSLASH_ESCAPES,NO_ZERO_DATE\", time_zone = \"+09:00\""};
            case SQLITE -> new String[0];
        };
    }

    @ParameterizedTest
    @EnumSource
    void tablesThatReferToEachOtherAreInOrder(Kind kind) throws Exception {
        String parent = "create table z_parent (id integer primary key, name varchar(20))";
        String child = "create table a_child (id integer primary key, parent integer %s, name varchar(20))";
        String reference = kind == Kind.SQLITE ? "references z_parent (id) on delete cascade" : "";
        try (TestMirror mirror = new TestMirror(kind, dir, parent, child.formatted(""))) {
            mirror.sql(
                    "insert into z_parent values (1, 'one'), (2, 'two'), (3, 'three')",
                    "insert into a_child values (1, 1, 'x'), (2, 2, 'y'), (3, 3, 'z')");
            mirror.execute(parent, child.formatted(reference));
            if (kind != Kind.SQLITE) {
                mirror.execute("alter table a_child add foreign key (parent) references z_parent (id)");
            }
            mirror.run("mirror", "backfill").endedWith(0);
            mirror.execute(
                    "delete from a_child where id = 1",
                    "delete from z_parent where id = 1",
                    "insert into z_parent values (4, 'four')",
                    "insert into a_child values (4, 4, 'extra')",
                    "update a_child set parent = 4 where id = 2",
                    "update z_parent set name = 'drei' where id = 3");

            apply(mirror);

            LockstepRun verified = mirror.run("mirror", "verify", "--show-values");
            assertThat(verified.exit()).as(verified.stdout()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"MARIADB", "MYSQL", "SQLITE"})
    void aKeyWhoseCaseTheMirrorDoesNotTellIsTheSourcesAgain(Kind kind) throws Exception {
        String loose = kind == Kind.SQLITE
                ? "text collate nocase"
                : "varchar(50) character set latin1 collate latin1_swedish_ci";
        try (TestMirror mirror = new TestMirror(kind, dir, "create table named (k text primary key, v text)")) {
            mirror.sql("insert into named values ('Abc', 'x'), ('É', 'y'), ('plain', 'z'), ('back\\slash', 'w')");
            mirror.execute("create table named (k " + loose + " primary key, v varchar(50))");
            mirror.run("mirror", "backfill").endedWith(0);
            mirror.execute(
                    "update named set k = 'ABC' where k = 'abc'",
                    "update named set k = 'é' where v = 'y'",
                    "update named set v = 'changed' where k = 'PLAIN'");

            apply(mirror);

            LockstepRun verified = mirror.run("mirror", "verify", "--show-values");
            assertThat(verified.exit()).as(verified.stdout()).isZero();
        }
    }

    /** A row that an application inserts next has a number that no row has which the script wrote. */
    @ParameterizedTest
    @EnumSource
    void theNumbersOfNewRowsGoOnBehindThoseThatWereWritten(Kind kind) throws Exception {
        String number =
                switch (kind) {
                    case POSTGRESQL -> "integer generated by default as identity primary key";
                    case MARIADB, MYSQL -> "integer auto_increment primary key";
                    case SQLITE -> "integer primary key autoincrement";
                };
        try (TestMirror mirror = new TestMirror(
                kind, dir, "create table \"not \\ numbered\" (id integer primary key, name varchar(20))")) {
            String into = "insert into \"not \\ numbered\" (";
            mirror.sql(into + "id, name) values (1, 'one'), (2, 'two')");
            mirror.execute("create table \"not \\ numbered\" (id " + number + ", name varchar(20))");
            mirror.run("mirror", "backfill").endedWith(0);
            mirror.sql(into + "id, name) values (40, 'forty')");

            apply(mirror, hostile(kind));

            mirror.run("mirror", "verify").endedWith(0);
            mirror.execute(into + "name) values ('next')");
            assertThat(mirror.ask("select max(id) from \"not \\ numbered\"")).isEqualTo("41");
        }
    }

    /** Writes the statements, and has the database's own client run them. */
    private void apply(TestMirror mirror, String... settings) throws Exception {
        Path script = dir.resolve("repair.sql");
        LockstepRun run = mirror.run("mirror", "verify", "--sql", script.toString());
        assertThat(run.exit()).as(run.stdout() + run.stderr()).isEqualTo(3);
        assertThat(run.stderr()).doesNotContain("warning");
        assertThat(Files.readString(script)).contains("\ncommit;\n");
        ScriptClient.run(mirror, script, settings);
    }
}
