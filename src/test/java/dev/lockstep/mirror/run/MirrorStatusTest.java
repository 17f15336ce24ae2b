package dev.lockstep.mirror.run;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.mirror.FollowTest;
import dev.lockstep.mirror.MirrorPair;
import dev.lockstep.mirror.TestMirror;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.support.Json;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a mirror says of itself, while it is written to and afterwards, however that ended. */
class MirrorStatusTest {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @TempDir
    private Path dir;

    @ParameterizedTest
    @EnumSource
    void tellsHowEachRunHasEnded(Kind kind) throws Exception {
        try (TestMirror mirror = new TestMirror(
                kind,
                dir,
                "create table t (id integer primary key, v text)",
                "insert into t values (1, 'a'), (2, 'b')")) {
            assertThat(status(mirror, 7, "never"))
                    .hasToString(
                            "{state=never, owner=null, since=null, ageMs=null, progress=null, tables=[], noted=[]}");
            aRunThatIsPausedAndKilled(mirror);

            assertThat(mirror.run("mirror", "backfill", "--create").stdout()).contains("2 inserted");
            Map<?, ?> complete = status(mirror, 0, "complete");
            assertThat(((Number) complete.get("ageMs")).longValue()).isNotNegative();
            assertThat(table(complete, "complete", 2, 2, 0).get("detail")).isNull();
            mirror.execute("update lockstep_mirror_table set finished_at = '2020-01-01T00:00:00.000Z'");
            status(mirror, 3, "complete", "--max-age", "1h");
            status(mirror, 0, "complete");

            mirror.sql("update t set v = cast(x'ff' as text) where id = 2");
            assertThat(mirror.run("mirror", "backfill").exit()).isEqualTo(6);
            assertThat(table(status(mirror, 7, "partial"), "failed", 2, null, 0).get("detail"))
                    .asString()
                    .startsWith("t, key 2, column v: not UTF-8");
            assertThat(mirror.run("mirror", "backfill", "--on-bad-row", "quarantine")
                            .exit())
                    .isEqualTo(7);
            table(status(mirror, 7, "partial"), "partial", 1, 1, 1);

            mirror.sql("update t set v = 'mended' where id = 2");
            aFollower(mirror);
        }
    }

    private void aRunThatIsPausedAndKilled(TestMirror mirror) throws Exception {
        Path pause = Files.createFile(dir.resolve("pause"));
        try (ChildJvm run = ChildJvm.start(
                Lockstep.class, mirror.environment(), MirrorPair.arguments("--pause-file", pause.toString()))) {
            run.awaitStderr("paused until " + pause + " is gone");
            Map<?, ?> running = status(mirror, 7, "running");
            assertThat(running.get("owner")).asString().startsWith("pid " + run.pid() + " on ");
            assertThat(Instant.parse((String) running.get("since")))
                    .isBefore(Instant.now().plusSeconds(60));
            assertThat(running.get("tables")).isEqualTo(List.of());
            run.kill();
        }
        // A server takes a moment to notice.
        Await.until("the end of the run to be seen", PATIENCE, () -> mirror.run("mirror", "status")
                .stdout()
                .startsWith("interrupted"));
        status(mirror, 7, "interrupted");
        Files.delete(pause);
    }

    @Test
    void aFollowerThatIsPausedShipsNothingAndCanBeStopped() throws Exception {
        Path pause = dir.resolve("pause");
        try (TestMirror mirror = new TestMirror(
                Kind.POSTGRESQL,
                dir,
                "create table t (id integer primary key, v text)",
                "insert into t values (1, 'a')")) {
            try (RunningLockstep follower = FollowTest.follow(mirror, "--pause-file", pause.toString())) {
                follower.awaitStdout("following 1 table");
                Files.createFile(pause);
                mirror.sql("insert into t values (2, 'b')");
                follower.awaitStderr("paused until " + pause + " is gone");
            }
            assertThat(mirror.ask("select count(*) from t")).isEqualTo("1");
            assertThat(status(mirror, 0, "complete").get("noted")).asString().contains("pending=1");

            Files.delete(pause);
            assertThat(mirror.run("mirror", "backfill").stdout()).contains("t: 2 read, 1 inserted");
        }
    }

    private static void aFollower(TestMirror mirror) throws SQLException {
        try (ChildJvm follower = ChildJvm.start(Lockstep.class, mirror.environment(), FollowTest.arguments())) {
            follower.awaitStdout("following 1 table");
            Map<?, ?> followed = status(mirror, 0, "running");
            table(followed, "complete", 2, 2, 0);
            assertThat(followed.get("noted")).asString().isEqualTo("[{table=t, pending=0, gap=null}]");
            follower.signal("TERM");
            assertThat(follower.exitCode()).isEqualTo(143);
        }
        mirror.sql("insert into t values (3, 'c')");
        assertThat(status(mirror, 0, "complete").get("noted")).asString().isEqualTo("[{table=t, pending=1, gap=null}]");
        assertThat(mirror.run("mirror", "status").stdout())
                .contains("t: 1 changes are noted and not confirmed to be shipped");
    }

    private static Map<?, ?> status(TestMirror mirror, int exit, String state, String... more) {
        String[] arguments = new String[3 + more.length];
        System.arraycopy(new String[] {"mirror", "status", "--json"}, 0, arguments, 0, 3);
        System.arraycopy(more, 0, arguments, 3, more.length);
        LockstepRun run = mirror.run(arguments);
        Map<?, ?> envelope = (Map<?, ?>) Json.parse(run.stdout());
        assertThat(run.exit()).as(run.toString()).isEqualTo(exit);
        Map<?, ?> data = (Map<?, ?>) envelope.get("data");
        assertThat(data.get("state")).as(run.toString()).isEqualTo(state);
        assertThat(data.keySet()).asString().isEqualTo("[state, owner, since, ageMs, progress, tables, noted]");
        return data;
    }

    /** The one table. */
    private static Map<?, ?> table(Map<?, ?> status, String state, long held, Integer rows, long rejected) {
        Map<?, ?> table = (Map<?, ?>) ((List<?>) status.get("tables")).get(0);
        assertThat(table.keySet()).asString().isEqualTo("[table, state, held, rows, rejected, at, detail]");
        assertThat(table.get("table")).isEqualTo("t");
        assertThat(table.get("state")).as(table.toString()).isEqualTo(state);
        assertThat(((Number) table.get("held")).longValue()).isEqualTo(held);
        assertThat(table.get("rows")).isEqualTo(rows == null ? null : (long) rows);
        assertThat(((Number) table.get("rejected")).longValue()).isEqualTo(rejected);
        assertThat(Instant.parse((String) table.get("at"))).isNotNull();
        return table;
    }
}
