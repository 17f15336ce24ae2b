package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** What a build prints, however much, however late, and where there is no room for it. */
@ExtendWith(PostgresExtension.class)
class TranspileRunOutputTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String MODULE = "cards/person.gts";

    @TempDir
    Path dir;

    private TranspileUser transpile;

    @BeforeEach
    void prepare(TestDatabase database) {
        transpile = TranspileUser.of(database, dir);
    }

    /** In a JVM whose heap cannot hold it: built, stored, and served from the cache. */
    @Test
    void nearlyAsMuchNoiseAsIsStoredGoesThroughASmallHeap() throws IOException {
        transpile.ok("init");
        Path noise = dir.resolve("noise");
        Random random = new Random(7);
        byte[] block = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(noise)) {
            for (int i = 0; i < 49; i++) {
                random.nextBytes(block);
                out.write(block);
            }
        }

        assertThat(redirected("transpile", "run", REALM, "a.bin", "--source", noise.toString(), "--", "cat"))
                .hasSameBinaryContentAs(noise);
        assertThat(redirected("transpile", "run", REALM, "a.bin", "--", "false"))
                .hasSameBinaryContentAs(noise);
    }

    /** The build has no end: it is ended when there is no file to put its output into. */
    @Test
    void aBuildWhoseOutputCannotBeKeptIsEndedAndFreesTheOthers() throws IOException {
        transpile.ok("init");

        try (ChildJvm child =
                small(dir.resolve("missing"), "transpile", "run", REALM, MODULE, "--", "cat", "/dev/zero")) {
            assertThat(child.exitCode(Duration.ofMinutes(2))).as("%s", child).isEqualTo(125);
            assertThat(child.stderr())
                    .contains("no room for an artifact", dir.resolve("missing").toString());
        }
        assertThat(transpile.run("run", REALM, MODULE, "--", "echo", "built").stdout())
                .isEqualTo("built\n");
    }

    /** The command has ended, and left something in the background that may still print. */
    @Test
    void theTimeLimitIsForWhateverMayStillPrint() throws IOException {
        transpile.ok("init");
        Path gone = dir.resolve("gone");
        String lingering = "(until [ -e %1$s/go ]; do sleep 0.02; done; : > %2$s) & echo half".formatted(dir, gone);

        LockstepRun run = transpile.run("run", REALM, MODULE, "--timeout", "500ms", "--", "sh", "-c", lingering);

        assertThat(run.exit()).isEqualTo(124);
        assertThat(run.stdout()).isEmpty();
        Files.createFile(dir.resolve("go"));
        Await.until("what lingers to end", Duration.ofSeconds(30), () -> Files.exists(gone));
    }

    /** The command has ended long before, and so has its first output. */
    @Test
    void whatTheCommandLeavesBehindPrintsIntoTheArtifactToo() throws IOException {
        transpile.ok("init");
        String lingering = "(for i in 1 2 3 4 5; do sleep 0.1; echo $i; done) & echo 0";

        for (int i = 0; i < 2; i++) {
            LockstepRun run = transpile.run("run", REALM, MODULE, "--", "sh", "-c", lingering);

            assertThat(run.exit()).isZero();
            assertThat(run.stdout()).isEqualTo("0\n1\n2\n3\n4\n5\n");
        }
    }

    /** What a process with a heap of 64 MB prints. */
    private Path redirected(String... arguments) throws IOException {
        Path printed = dir.resolve("printed");
        try (ChildJvm child = small(dir, arguments)) {
            assertThat(child.exitCode(Duration.ofMinutes(2))).as("%s", child).isZero();
        }
        return printed;
    }

    /** A process with a heap of 64 MB, and with this folder for its large artifacts. */
    private ChildJvm small(Path temporary, String... arguments) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "printed=$1; shift; exec \"$@\" > \"$printed\"", "sh"));
        command.add(dir.resolve("printed").toString());
        command.addAll(List.of(java, "-Xmx64m", "-XX:+UseSerialGC", "-XX:-UsePerfData", "-cp", path));
        command.add("-Djava.io.tmpdir=" + temporary);
        command.add(Lockstep.class.getName());
        command.addAll(List.of(arguments));
        return ChildJvm.exec(dir, transpile.environment(), command.toArray(String[]::new));
    }
}
