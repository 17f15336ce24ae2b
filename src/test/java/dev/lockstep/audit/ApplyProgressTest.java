package dev.lockstep.audit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.testing.ChildJvm;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An index that is made concurrently waits for whoever is writing, so a test decides how long it takes. */
class ApplyProgressTest {
    @TempDir
    Path dir;

    @Test
    void whoMakesIndexesTellsWhomTheServerWaitsForAndHowToGoOn() throws Exception {
        try (AuditDatabase database = AuditDatabase.create(AuditDatabase.Kind.POSTGRESQL, dir.resolve("none"))
                        .fill();
                Connection writer = database.connect();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("update audit set comment = 'writing'");
            List<String> words = new ArrayList<>(List.of("audit", "apply", "-o", "jsonl", "--timeout", "10m"));
            words.addAll(List.of("--lock-timeout", "5m"));
            words.addAll(database.options());
            try (ChildJvm run = ChildJvm.start(Lockstep.class, database.environment(), words.toArray(String[]::new))) {
                run.awaitStdout(", waiting for writers before build (pid ");
                run.signal("USR1");
                run.awaitStderr("waiting for writers before build (pid ");
                run.signal("INT");
                assertThat(run.exitCode()).isEqualTo(130);
                assertThat(run.stderr())
                        .contains("hint: indexes that are made are kept; 'lockstep audit apply ")
                        .endsWith("' makes the rest\n");
            }
            writer.rollback();
            assertThat(database.run("apply").exit()).isZero();
        }
    }
}
