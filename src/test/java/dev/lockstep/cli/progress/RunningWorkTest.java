package dev.lockstep.cli.progress;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A run that is told to pause is under way for as long as a test wants. */
class RunningWorkTest {
    private static final String NOW = "now mirror backfill: t: ";

    @TempDir
    Path dir;

    private Map<String, String> environment;

    @BeforeEach
    void makeDatabases() throws SQLException {
        TestSqlite.create(dir.resolve("s.db"), "create table t (id integer primary key)", "insert into t values (1)");
        TestSqlite.create(dir.resolve("m.db"), "create table t (id integer primary key)");
        environment = Map.of(
                "LOCKSTEP_DB", dir.resolve("s.db").toString(),
                "LOCKSTEP_TO", "sqlite:" + dir.resolve("m.db"),
                "XDG_STATE_HOME", dir.resolve("state").toString());
    }

    private LockstepRun status(String... options) {
        String[] words = {"mirror", "status", options.length > 0 ? options[0] : "-v"};
        return LockstepRun.of(environment, words);
    }

    private ChildJvm paused() throws Exception {
        Path pause = Files.createFile(dir.resolve("pause"));
        ChildJvm run =
                ChildJvm.start(Lockstep.class, environment, "mirror", "backfill", "--pause-file", pause.toString());
        Await.until("its word", Duration.ofMinutes(1), () -> status().stdout().contains(NOW));
        return run;
    }

    @Test
    void aMirrorsStatusSaysHowFarTheRunIs() throws Exception {
        try (ChildJvm run = paused()) {
            assertThat(status().stdout()).startsWith("running; last run by pid " + run.pid() + " on ");
            assertThat(status("-ojson").data().get("progress").toString()).contains("step=t: ");
            Files.delete(dir.resolve("pause"));
            assertThat(run.exitCode()).as(run::toString).isZero();
            assertThat(status().endedWith(0).stdout()).startsWith("complete").doesNotContain("now ");
        }
    }

    @Test
    void whatADeadProcessHasSaidIsNotBelieved() throws Exception {
        try (ChildJvm run = paused()) {
            run.kill();
            run.exitCode();
            assertThat(status().stdout()).startsWith("interrupted").doesNotContain("now ", "how far");
        }
    }
}
