package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.EnumSource.Mode;

/** What the mirror cannot hold becomes NULL, or loses its U+0000, where that is wanted: counted, listed, and proved so. */
class UnfitValuesTest {
    private static final String[] SOURCE = {
        "create table t (id integer primary key, day text, small integer, need integer not null, note text)",
        "insert into t values (1, '2024-02-29', 7, 1, 'fine'), (2, 'soon', 70000, 2, null),"
                + " (3, x'c0ffee', 1.5, 3, 'x'), (4, '2024-02-30', -1, 4, 'y')"
    };

    private static final String MADE =
            "create table t (id bigint primary key, day date, small smallint, need smallint not null, note varchar(20))";

    private static final String DAYS = "select %s from t where day is null";

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource(mode = Mode.EXCLUDE, names = "SQLITE")
    void becomeNullWhereTheColumnTakesIt(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            mirror.execute(MADE);
            assertThat(run(mirror, "plan", "--on-bad-row=null").stdout()).contains("5 values will be changed to fit");

            LockstepRun backfill = run(mirror, "backfill", "--on-bad-row=null");
            assertThat(backfill.exit()).as(backfill.toString()).isZero();
            assertThat(backfill.stdout())
                    .contains(
                            "4 read, 4 inserted",
                            "0 rejected, 5 values changed to fit",
                            "changed: t, key 2, column day: not a date; NULL in its place: 'soon'");
            assertThat(mirror.ask(DAYS.formatted("count(*)"))).isEqualTo("3");
            assertThat(listed(mirror)).isEqualTo("5");
            LockstepRun verify = run(mirror, "verify", "--on-bad-row=null");
            assertThat(verify.exit()).as(verify.toString()).isZero();
            assertThat(verify.stdout()).contains("t: 4 rows, equal, 5 values changed to fit");
            assertThat(run(mirror, "verify").exit()).isEqualTo(3);
            assertThat(run(mirror, "backfill", "--on-bad-row=null").stdout())
                    .contains("4 unchanged, 0 rejected, 5 values changed to fit");

            mirror.execute("update t set day = '2020-01-01' where id = 2");
            assertThat(run(mirror, "verify", "--on-bad-row=null").stdout()).contains("t, key 2: changed: day");
            assertThat(run(mirror, "backfill", "--on-bad-row=null").stdout()).contains("1 updated");
            assertThat(run(mirror, "verify", "--on-bad-row=null").exit()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"SQLITE", "MYSQL"})
    void leaveTheirRowOutWhereTheColumnTakesNone(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            mirror.execute(MADE);
            mirror.sql("update t set need = 70000 where id = 2");
            LockstepRun backfill = run(mirror, "backfill", "--on-bad-row=null");
            assertThat(backfill.exit()).as(backfill.toString()).isEqualTo(7);
            assertThat(backfill.stdout())
                    .contains(
                            "3 inserted", "1 rejected, 3 values", "rejected: t, key 2, column need: out of the range");
            assertThat(run(mirror, "verify", "--on-bad-row=null").stdout()).contains("t, key 2: missing");
        }
    }

    @ParameterizedTest
    @CsvSource({"strip,xy", "escape,x\\u0000y"})
    void textsLoseTheirNul(String how, String held) throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table t (k text primary key, v text)",
                "insert into t values ('a', 'x' || char(0) || 'y'), ('b', 'ok')")) {
            assertThat(run(mirror, "backfill", "--create").exit()).isEqualTo(6);
            LockstepRun backfill = run(mirror, "backfill", "--create", "--nul=" + how);
            assertThat(backfill.exit()).as(backfill.toString()).isZero();
            assertThat(backfill.stdout()).contains("1 value changed to fit");
            assertThat(mirror.ask("select v from t where k = 'a'")).isEqualTo(held);
            assertThat(listed(mirror)).isEqualTo("1");
            assertThat(run(mirror, "verify", "--nul=" + how).stdout()).contains("equal, 1 value changed to fit");

            mirror.sql("insert into t values ('c' || char(0), 'a key is never changed')");
            assertThat(run(mirror, "backfill", "--nul=" + how).exit()).isEqualTo(6);
            LockstepRun both = run(mirror, "backfill", "--nul=" + how, "--on-bad-row=null");
            assertThat(both.exit()).as(both.toString()).isEqualTo(7);
            assertThat(both.stdout()).contains("1 rejected, 1 value changed to fit");
        }
    }

    @Test
    void aProfileSaysTheSame() throws SQLException, IOException {
        Path profile = dir.resolve("mine.json");
        Files.writeString(profile, """
                {"name": "mine", "description": "", "mirror": {"tables": ["t"], "onBadRow": "null", "nul": "strip"}}""");
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, SOURCE)) {
            mirror.execute(MADE);
            mirror.sql("update t set note = 'a' || char(0) where id = 1");
            LockstepRun backfill = run(mirror, "backfill", "--profile=" + profile);
            assertThat(backfill.exit()).as(backfill.toString()).isZero();
            assertThat(mirror.ask("select note from t where id = 1")).isEqualTo("a");
            assertThat(run(mirror, "verify", "--profile=" + profile).stdout()).contains("6 values changed");
            assertThat(run(mirror, "verify", "--profile=" + profile, "--nul=reject")
                            .exit())
                    .isEqualTo(3);
        }
    }

    @ParameterizedTest
    @EnumSource(
            mode = Mode.EXCLUDE,
            names = {"SQLITE", "MYSQL"})
    void areShippedWithTheirRows(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, SOURCE)) {
            mirror.execute(MADE);
            try (RunningLockstep follow = FollowTest.follow(mirror, "--on-bad-row=null")) {
                follow.awaitStdout("following 1 table");
                mirror.sql(
                        "update t set day = 'never' where id = 1",
                        "update t set day = '2024-01-01', small = 2 where id = 2");
                mirror.sql("insert into t values (9, 'late', 1, 9, 'new')");
                follow.awaitStdout("t: 1 inserted");
                assertThat(mirror.ask(DAYS.formatted("count(*)"))).isEqualTo("4");
                assertThat(listed(mirror)).isEqualTo("5");
            }
            assertThat(run(mirror, "verify", "--on-bad-row=null").stdout()).contains("equal, 5 values changed");
        }
    }

    @Test
    void anUnknownPolicyIsRefused() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, SOURCE)) {
            for (String option : List.of("--on-bad-row=nul", "--nul=null")) {
                LockstepRun run = run(mirror, "verify", option);
                assertThat(run.exit()).as(run.toString()).isEqualTo(2);
                assertThat(run.stderr()).contains("unknown policy", "takes one of");
            }
        }
    }

    private static String listed(TestMirror mirror) throws SQLException {
        return mirror.ask("select count(*) from lockstep_mirror_reject where tbl = 't'");
    }

    private static LockstepRun run(TestMirror mirror, String command, String... more) {
        List<String> arguments = new ArrayList<>(List.of("mirror", command));
        arguments.addAll(List.of(more));
        return mirror.run(arguments.toArray(String[]::new));
    }
}
