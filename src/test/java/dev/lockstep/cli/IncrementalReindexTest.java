package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What the reindex of a realm means to the shared cache; the numbers are those of Boxel's scenarios. */
@ExtendWith(PostgresExtension.class)
class IncrementalReindexTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String MODULE = "cards/person.gts";

    @TempDir
    private Path dir;

    @BeforeEach
    void cacheAModule(TestDatabase database) throws IOException {
        Path body = Files.writeString(dir.resolve("body"), "js");
        assertThat(run(database, "transpile", "init").exit()).isZero();
        assertThat(run(database, "transpile", "put", REALM, MODULE, "--generation", "0", "--body", body.toString())
                        .exit())
                .isZero();
    }

    @Test
    void s21TheEndOfAReindexIsHeardWithItsRealmAndInvalidatesNothing(TestDatabase database) throws Exception {
        try (RunningLockstep ear =
                listen(database, "--channel", "realm_index_updated", "--channel", "realm_file_changes")) {
            database.execute("select pg_notify('realm_index_updated', '" + REALM + "')");

            assertThat(ear.ended().stdout())
                    .contains("\"channel\":\"realm_index_updated\",\"payload\":\"" + REALM + "\"");
        }
        assertThat(isCached(database)).isTrue();
    }

    /** The reindex waits until the listener has heard, so it would never end if it came first. */
    @Test
    void s22ThePublicationIsHeardAndTheCacheHasForgottenBeforeTheOneReindexRuns(TestDatabase database)
            throws Exception {
        Path source = Files.createDirectory(dir.resolve("source"));
        Files.writeString(source.resolve("person.gts"), "let x = 1;");
        Path heard = dir.resolve("heard");
        Path runs = dir.resolve("runs");
        Path reindex = script("echo run >> '%s'; until [ -e '%s' ]; do sleep 0.02; done".formatted(runs, heard));
        String target = dir.resolve("site").toString();
        try (RunningLockstep ear = listen(database);
                RunningLockstep publish = RunningLockstep.start(
                        database.environment(),
                        "realm",
                        "publish",
                        source.toString(),
                        target,
                        "--realm",
                        REALM,
                        "--then",
                        reindex.toString(),
                        "-y")) {
            Await.until("the reindex to run", Duration.ofSeconds(30), () -> Files.exists(runs));

            assertThat(ear.ended().stdout()).contains("\"payload\":\"" + REALM + ":*\"");
            assertThat(isCached(database)).isFalse();
            Files.createFile(heard);
            assertThat(publish.ended().exit()).isZero();
        }
        assertThat(Files.readAllLines(runs)).containsExactly("run");
    }

    @Test
    void s23AReindexOfARealmThatHasNotChangedInvalidatesNothing(TestDatabase database) throws Exception {
        Path runs = dir.resolve("runs");
        Path reindex = script("echo run >> '%s'".formatted(runs));
        try (RunningLockstep ear = listen(database)) {
            assertThat(run(database, "realm", "lock", REALM, "--", reindex.toString())
                            .exit())
                    .isZero();
            database.execute("select pg_notify('realm_file_changes', '" + REALM + ":later.gts')");

            assertThat(ear.ended().stdout()).contains("\"path\":\"later.gts\"").doesNotContain("\"wildcard\":true");
        }
        assertThat(Files.readAllLines(runs)).containsExactly("run");
        assertThat(isCached(database)).isTrue();
    }

    private Path script(String commands) throws IOException {
        Path script = Files.writeString(dir.resolve("reindex"), "#!/bin/sh\n" + commands + "\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        return script;
    }

    /** Hears one event, and ends. */
    private static RunningLockstep listen(TestDatabase database, String... channels) {
        String[] words = {"realm", "listen", "-o", "jsonl", "--count", "1", "--timeout", "60s"};
        String[] all = java.util.Arrays.copyOf(words, words.length + channels.length);
        System.arraycopy(channels, 0, all, words.length, channels.length);
        RunningLockstep ear = RunningLockstep.start(database.environment(), all);
        ear.awaitStdout("\"ready\"");
        return ear;
    }

    private static boolean isCached(TestDatabase database) {
        return run(database, "transpile", "get", REALM, MODULE).exit() == 0;
    }

    private static LockstepRun run(TestDatabase database, String... arguments) {
        return LockstepRun.of(database.environment(), arguments);
    }
}
