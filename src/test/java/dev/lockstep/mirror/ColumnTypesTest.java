package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** A made column has a type that takes what the source holds, whatever it declares. */
class ColumnTypesTest {
    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void whatAColumnHoldsHasTheLastWord(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table t (id integer primary key, price integer, geom point, ok boolean, flag bool, day date,"
                        + " born date, sfld integer, v, js json, phone string, big integer)",
                "insert into t values (1, 1.5, x'4750', 't', 'TRUE', '2024-02-29', '2024-02-29 10:11:12', 'front',"
                        + " 'title', '{\"a\": 1}', '+49 30', 9007199254740993)",
                "insert into t values (2, 2, x'47', 'f', 0, null, '2024-03-01', 17, 1999, 17, 110, 0.5)",
                "insert into t values (3, -7, null, 'false', 1, '2024-01-01', null, 1e15, 0.30000000000000004,"
                        + " 2.5e-7, -0.5, 1)")) {
            backfill(mirror, 0, "3 read, 3 inserted");
            assertThat(mirror.ask("select sfld from t where id = 2")).isEqualTo("17");
            assertThat(mirror.ask("select v from t where id = 3")).isEqualTo("0.30000000000000004");
            assertThat(mirror.ask("select js from t where id = 3")).isEqualTo("2.5e-07");
            assertThat(mirror.ask("select count(*) from t where price in (1.5, 2, -7)"))
                    .isEqualTo("3");
            assertThat(mirror.ask("select count(*) from t where flag = true and ok = true"))
                    .isEqualTo("1");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
            backfill(mirror, 0, "0 inserted, 0 updated, 0 deleted, 3 unchanged");

            mirror.execute("update t set v = '0.3' where id = 3");
            assertThat(mirror.run("mirror", "verify").exit()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void aNumberThatSharesAKeyWithItsTextIsRefused(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind, dir, "create table kv (k primary key, v)", "insert into kv values ('17', 'a'), (17, 'b')")) {
            backfill(mirror, 6, "a number in a key that may have a text of the same characters");
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void aTypeThatWasAGuessChangesWhileTheTableIsEmptyAndIsNamedLater(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, "create table ev (id integer primary key, at timestamp)")) {
            backfill(mirror, 0, "has a type that is a guess: at ");
            mirror.sql("insert into ev values (1, 1700000000)");
            assertThat(mirror.run("mirror", "plan").stdout()).contains("THEY FIT AFTER: alter table ");
            LockstepRun without = mirror.run("mirror", "backfill");
            assertThat(without.exit()).isEqualTo(6);
            assertThat(without.stderr()).contains("they fit after alter table ", " bigint");
            backfill(mirror, 0, "1 read, 1 inserted");

            mirror.sql("insert into ev values (2, 'yesterday')");
            LockstepRun filled = mirror.run("mirror", "backfill", "--create");
            assertThat(filled.exit()).isEqualTo(6);
            assertThat(filled.stderr()).contains("they fit after alter table ", "text");
            String statement = filled.stderr().replaceAll("(?s).*they fit after (alter .*?); or .*", "$1");
            mirror.execute(statement);
            backfill(mirror, 0, "2 read, 1 inserted");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void nineDigitsOfASecondAreCutAndThatIsSaid(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table ev (id integer primary key, at datetime)",
                "insert into ev values (1, '2023-05-04 10:11:12.123456789+00:00'), (2, '1969-12-31T23:59:59.9999999Z'),"
                        + " (3, '2023-05-04 10:11:12.123456000')")) {
            assertThat(mirror.run("mirror", "plan").stdout()).contains("note: 2 times have more than six digits");
            backfill(mirror, 0, "2 times have more than six digits of a second");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
            backfill(mirror, 0, "3 unchanged");
        }
    }

    /** A column is of the type that somebody wants, and numbers are the times that he says they are. */
    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void aColumnIsMirroredAsItIsWanted(Kind kind) throws SQLException {
        String numeric = kind == Kind.POSTGRESQL ? "numeric(10,2)" : "decimal(10,2)";
        List<String> types = List.of(
                "--type=ev.at=timestamp from unix",
                "--type=EV.ms=timestamp from unixms",
                "--type=ev.jd=timestamp from julian",
                "--type=ev.ok=boolean from t/f",
                "--type=ev.price=" + numeric);
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table ev (id integer primary key, at integer, ms integer, jd real, ok text, price integer)",
                "insert into ev values (1, 1700000000, 1700000000123, 2460263.4375, 't', 15),"
                        + " (2, -1, -1, 2440587.5, 'F', 1.25), (3, 1700000000.25, null, null, '1', null)")) {
            LockstepRun run = run(mirror, "backfill", types, "--create");
            assertThat(run.exit()).as(run.toString()).isZero();
            assertThat(mirror.ask(
                            "select count(*) from ev where at in ('2023-11-14 22:13:20', '2023-11-14 22:13:20.25',"
                                    + " '1969-12-31 23:59:59')"))
                    .isEqualTo("3");
            assertThat(mirror.ask("select count(*) from ev where jd in ('2023-11-14 22:30:00', '1970-01-01')"))
                    .isEqualTo("2");
            assertThat(mirror.ask("select price from ev where id = 1")).isEqualTo("15.00");
            assertThat(run(mirror, "verify", types).exit()).isZero();
            assertThat(run(mirror, "backfill", types).stdout()).contains("3 unchanged");
            mirror.execute("update ev set at = '2023-11-14 22:13:21' where id = 1");
            assertThat(run(mirror, "verify", types).exit()).isEqualTo(3);

            LockstepRun unknown = run(mirror, "plan", List.of("--type=ev.nope=text"));
            assertThat(unknown.exit()).isEqualTo(2);
            assertThat(unknown.stderr()).contains("no such column: ev.nope");
        }
    }

    private static LockstepRun run(TestMirror mirror, String command, List<String> types, String... more) {
        List<String> arguments = new ArrayList<>(List.of("mirror", command));
        arguments.addAll(types);
        arguments.addAll(List.of(more));
        return mirror.run(arguments.toArray(String[]::new));
    }

    @ParameterizedTest
    @EnumSource
    void whatIsInAColumnOfAnEmptyOrOddTableIsNoMatter(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table nulls (id integer primary key, a, b date, c boolean)",
                "insert into nulls values (1, null, null, null)",
                "create table \"odd \"\" name\" (\"a\"\"b\" integer, \"select\" real)",
                "insert into \"odd \"\" name\" values ('x', 'y')")) {
            backfill(mirror, 0, "1 read, 1 inserted");
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @Test
    void aTypeThatATableDoesNotHaveIsTold() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table t (id integer primary key, v integer)",
                "insert into t values (1, 2)")) {
            backfill(mirror, 0, "1 inserted");
            for (String command : List.of("plan", "backfill")) {
                LockstepRun run = mirror.run("mirror", command, "--type", "t.v=text");
                assertThat(run.exit()).isZero();
                assertThat(run.stdout() + run.stderr())
                        .contains("keeps the types that it has; others are wanted: alter table");
                LockstepRun same = mirror.run("mirror", command, "--type", "t.v=bigint");
                assertThat(same.stdout() + same.stderr()).doesNotContain("others are wanted");
            }
        }
    }

    private static void backfill(TestMirror mirror, int exit, String said) {
        LockstepRun run = mirror.run("mirror", "backfill", "--create");
        assertThat(run.exit()).as(run.toString()).isEqualTo(exit);
        assertThat(run.stdout() + run.stderr()).contains(said);
    }
}
