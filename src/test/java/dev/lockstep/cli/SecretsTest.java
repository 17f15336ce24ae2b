package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A password appears nowhere: not in results, messages, stack traces, or the environment of a hook. */
@ExtendWith(PostgresExtension.class)
class SecretsTest {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final String CANARY = "S3CR3T-canary";

    @TempDir
    Path folder;

    private static LockstepRun run(int expected, Map<String, String> environment, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--debug", "-v"));
        LockstepRun run = LockstepRun.of(environment, all.toArray(String[]::new));
        assertThat(run.exit()).as("%s", run).isEqualTo(expected);
        return run;
    }

    private static void assertHidden(LockstepRun run, String secret) {
        assertThat(run.stdout()).doesNotContain(secret);
        assertThat(run.stderr()).doesNotContain(secret);
    }

    @Test
    void whatAConnectionSaysHidesThePasswordInEveryForm(TestDatabase database) {
        for (String format : List.of("text", "json", "jsonl")) {
            LockstepRun sent = run(0, database.environment(), "realm", "broadcast", REALM, "-o", format);
            assertHidden(sent, database.password());

            Map<String, String> wrong = new HashMap<>(database.environment());
            wrong.put("PGPASSWORD", CANARY);
            assertHidden(run(4, wrong, "realm", "broadcast", REALM, "-o", format), CANARY);

            Map<String, String> elsewhere = new HashMap<>(database.environment());
            elsewhere.put("PGDATABASE", "no_such_database");
            assertHidden(run(4, elsewhere, "realm", "broadcast", REALM, "-o", format), database.password());
        }
    }

    @Test
    void aPasswordInAnArgumentIsRefusedWithoutBeingRepeated() {
        for (String url : List.of(
                "postgresql://app:" + CANARY + "@localhost/db",
                "postgres://app@localhost/db?password=" + CANARY,
                "host=localhost password=" + CANARY,
                "jdbc:postgresql://localhost/db?user=app&password=" + CANARY,
                "jdbc:postgresqlx://app:" + CANARY + "@localhost/db",
                "postgresql://app:" + CANARY + "@localhost:abc/db",
                "postgresql://app:" + CANARY)) {
            for (String format : List.of("text", "json")) {
                assertHidden(
                        run(2, Map.of("HOME", "/nonexistent"), "realm", "broadcast", REALM, "--pg", url, "-o", format),
                        CANARY);
            }
        }
    }

    @Test
    void aHookSeesNoPassword(TestDatabase database) throws IOException {
        Path seen = folder.resolve("seen");
        Path hook = Files.writeString(folder.resolve("hook"), "#!/bin/sh\nenv >>'" + seen + "'\n");
        Files.setPosixFilePermissions(hook, PosixFilePermissions.fromString("rwx------"));
        Map<String, String> environment = new HashMap<>(database.environment());
        environment.put("LOCKSTEP_PG", database.url());

        try (RunningLockstep listener = RunningLockstep.start(
                environment, "realm", "listen", "--count", "1", "-o", "jsonl", "--exec", hook.toString())) {
            listener.awaitStdout("\"ready\"");
            assertThat(LockstepRun.of(environment, "realm", "broadcast", REALM).exit())
                    .isZero();
            assertHidden(listener.ended(), database.password());
        }

        assertThat(seen).content().contains("LOCKSTEP_PAYLOAD=" + REALM + ":*").doesNotContain(database.password());
    }
}
