package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import java.nio.file.Path;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Of keys that the mirror takes for the same, under quarantine, the first has its row there and each other is named. */
class OneKeyTest {
    private static final String LEFT_OUT =
            "select string_agg(row_key, ' ' order by row_key) from lockstep_mirror_reject";

    @TempDir
    private Path dir;

    @Test
    void failAloneInABackfill() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.MARIADB,
                dir,
                "create table t (k text primary key, v text)",
                "insert into t values ('a', '1'), ('A', '2'), ('b', '3'), ('ä', '4'), ('c', '5')")) {
            mirror.execute("create table t (k varchar(50) primary key, v text) collate utf8mb4_general_ci");
            assertThat(mirror.run("mirror", "backfill").exit()).isEqualTo(6);
            for (String done : new String[] {"3 inserted", "0 inserted, 0 updated, 0 deleted, 3 unchanged"}) {
                LockstepRun run = quarantine(mirror);
                assertThat(run.exit()).as(run.toString()).isEqualTo(7);
                assertThat(run.stdout())
                        .contains(done, "2 rejected", "t, key 'A': a key that the mirror takes for another row's");
            }
            assertThat(mirror.run("mirror", "verify").stdout())
                    .contains("t, key 'A': missing", "2 missing, 0 extra, 0 changed");

            mirror.sql("delete from t where k in ('a', 'ä')");
            LockstepRun freed = quarantine(mirror);
            assertThat(freed.exit()).as(freed.toString()).isZero();
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
        }
    }

    @Test
    void failAloneWhileTheTableIsFollowed() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table t (k text primary key, v text)",
                "insert into t values ('a', '1'), ('b', '2')")) {
            mirror.execute("create collation lockstep_loose (provider = icu, locale = 'und-u-ks-level2',"
                    + " deterministic = false)");
            mirror.execute("create table t (k text collate lockstep_loose primary key, v text)");
            try (RunningLockstep follow = FollowTest.follow(mirror, "--on-bad-row", "quarantine")) {
                follow.awaitStdout("following 1 table");
                mirror.sql("insert into t values ('A', '3')");
                follow.awaitStdout("1 rejected");
                assertThat(mirror.ask(LEFT_OUT)).isEqualTo("'A'");
                mirror.sql("insert into t values ('c', '4')");
                follow.awaitStdout("t: 1 inserted, 0 updated, 0 deleted");
                mirror.sql("delete from t where k = 'a'");
                FollowTest.awaitEqual(mirror, "t");
                assertThat(mirror.ask(LEFT_OUT)).isNull();
            }
        }
    }

    @Test
    void failAloneWhereTwoSpellingsAreOneTime() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table t (at datetime primary key, v text)",
                "insert into t values ('2024-01-01 00:00:00', '1'), ('2024-01-01T00:00:00', '2'), ('2024-01-02 00:00:00', '3')")) {
            mirror.execute("create table t (at timestamptz primary key, v text)");
            assertThat(mirror.run("mirror", "backfill").exit()).isEqualTo(6);
            LockstepRun run = quarantine(mirror);
            assertThat(run.exit()).as(run.toString()).isEqualTo(7);
            assertThat(run.stdout()).contains("3 read, 2 inserted", "means to the mirror what another row's does");
            assertThat(mirror.ask("select string_agg(v, '' order by v) from t")).isEqualTo("13");
            assertThat(quarantine(mirror).stdout()).contains("0 inserted, 0 updated, 0 deleted, 2 unchanged");
        }
    }

    private static LockstepRun quarantine(TestMirror mirror) {
        return mirror.run("mirror", "backfill", "--on-bad-row", "quarantine");
    }
}
