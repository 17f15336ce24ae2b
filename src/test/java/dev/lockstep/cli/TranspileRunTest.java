package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Json;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** {@code transpile run} from end to end, on a real database. */
@ExtendWith(PostgresExtension.class)
class TranspileRunTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String MODULE = "cards/person.gts";

    @TempDir
    Path dir;

    private TranspileUser transpile;

    @BeforeEach
    void prepare(TestDatabase database) {
        transpile = TranspileUser.of(database, dir);
    }

    @Test
    void runBuildsOnceAndThenServes() throws IOException {
        transpile.ok("init");
        Path source = Files.writeString(dir.resolve("person.gts"), "let x = 1;");
        Path log = dir.resolve("builds");
        Path report = dir.resolve("report.json");
        String build = "echo built >> " + log + "; printf '%s %s ' \"$LOCKSTEP_REALM\" \"$LOCKSTEP_PATH\"; cat";
        String[] words = {
            "run",
            REALM,
            MODULE,
            "--source",
            source.toString(),
            "--report",
            report.toString(),
            "--key",
            "sh 1",
            "--",
            "sh",
            "-c",
            build
        };

        LockstepRun first = transpile.run(words);
        assertThat(first.stdout()).isEqualTo(REALM + " " + MODULE + " let x = 1;");
        assertThat(data(Json.parse(Files.readString(report)))).containsEntry("role", "winner");
        LockstepRun second = transpile.run(words);
        assertThat(second.stdout()).isEqualTo(first.stdout());
        assertThat(data(Json.parse(Files.readString(report)))).containsEntry("role", "hit");
        assertThat(Files.readAllLines(log)).hasSize(1);
        words[8] = "sh 2";
        assertThat(transpile.run(words).stdout()).isEqualTo(first.stdout());
        assertThat(Files.readAllLines(log)).hasSize(2);
    }

    @Test
    void runPassesTheStatusOfAFailingBuildAndStoresNothing(TestDatabase database) throws Exception {
        transpile.ok("init");

        LockstepRun failed = transpile.run("run", REALM, MODULE, "--", "sh", "-c", "echo half; exit 42");

        assertThat(failed.exit()).isEqualTo(42);
        assertThat(failed.stdout()).isEmpty();
        assertThat(database.ask("select count(*) from module_transpile_cache")).isEqualTo("0");
    }

    @Test
    void runSpeaksTheExitCodesOfProgramsThatRunPrograms() throws IOException {
        transpile.ok("init");
        Path plain = Files.writeString(dir.resolve("plain"), "no program");

        assertThat(transpile
                        .run("run", REALM, MODULE, "--", "no-such-program-anywhere")
                        .exit())
                .isEqualTo(127);
        assertThat(transpile.run("run", REALM, MODULE, "--", plain.toString()).exit())
                .isEqualTo(126);
        assertThat(transpile
                        .run("run", REALM, MODULE, "--timeout", "200ms", "--", "sleep", "60")
                        .exit())
                .isEqualTo(124);
        assertThat(transpile
                        .run("run", REALM, MODULE, "--source", "/no/such/file", "--", "cat")
                        .exit())
                .isEqualTo(2);
        assertThat(transpile
                        .run("run", REALM, MODULE, "-o", "json", "--", "cat")
                        .exit())
                .isEqualTo(2);
        assertThat(transpile
                        .run("run", REALM, MODULE, "--", "sh", "-c", "kill -9 $$")
                        .exit())
                .isEqualTo(137);
    }

    @Test
    void whatACompilerSaysIsShownWhenItFailsAndSaidAgainWithAHit() {
        transpile.ok("init");

        LockstepRun failed = transpile.run("run", REALM, MODULE, "--", "sh", "-c", "echo 'a.ts(1,7): error'; exit 2");
        assertThat(failed.exit()).isEqualTo(2);
        assertThat(failed.stdout()).isEmpty();
        assertThat(failed.stderr()).contains("a.ts(1,7): error");
        String[] warns = {"run", REALM, MODULE, "--", "sh", "-c", "echo 'a.ts(3,1): warning' >&2; echo js"};
        assertThat(transpile.run(warns).stderr()).contains("a.ts(3,1): warning");
        LockstepRun hit = transpile.run(warns);
        assertThat(hit.stdout()).isEqualTo("js\n");
        assertThat(hit.stderr()).containsOnlyOnce("a.ts(3,1): warning");
        assertThat(transpile
                        .run("run", REALM, MODULE, "--replay", "none", "--", "false")
                        .stderr())
                .doesNotContain("warning");
    }

    @Test
    void anArtifactWithoutAByteIsRefusedUnlessItIsMeant() {
        transpile.ok("init");

        assertThat(transpile.run("run", REALM, MODULE, "--", "true").exit()).isEqualTo(125);
        assertThat(transpile.run("get", REALM, MODULE).exit()).isEqualTo(3);
        assertThat(transpile
                        .run("run", REALM, MODULE, "--allow-empty", "--", "true")
                        .exit())
                .isZero();
        assertThat(transpile.run("get", REALM, MODULE).exit()).isZero();
    }

    @Test
    void aFileThatTheCompilerWritesIsTheArtifactAndAHitWritesItToo() throws IOException {
        transpile.ok("init");
        Path out = dir.resolve("out.js");
        String[] words = {
            "run", REALM, MODULE, "--output", out.toString(), "--", "sh", "-c", "echo chatter; echo js > '" + out + "'"
        };

        LockstepRun built = transpile.run(words);
        assertThat(built.stdout()).isEmpty();
        assertThat(built.stderr()).contains("chatter");
        Files.delete(out);
        assertThat(transpile.run(words).exit()).isZero();
        assertThat(out).hasContent("js\n");
        assertThat(transpile
                        .run("run", REALM, "other.ts", "--output", out.toString(), "--", "true")
                        .exit())
                .as("it was there before")
                .isEqualTo(125);
    }

    @Test
    void headersOfAKeylessArtifactAreForReplicasAndThoseOfAKeyedOneAreNot(TestDatabase database) throws Exception {
        transpile.ok("init");
        Path source = Files.writeString(dir.resolve("a.ts"), "js");
        Path headers = Files.writeString(dir.resolve("headers.json"), "{\"x-test\": \"1\"}");
        String served = "select headers ->> 'x-test' || ' ' || (headers ->> 'content-type') || ' '"
                + " || (headers ->> 'etag' like '%:module') from module_transpile_cache where canonical_path like '%/a.ts'";
        String[] words = {
            "run", REALM, "a.ts", "--source", source.toString(), "--headers", headers.toString(), "--", "cat"
        };

        assertThat(transpile.run(words).stdout()).isEqualTo("js");
        assertThat(database.ask(served)).isEqualTo("1 text/javascript true");
        words[2] = "b.ts";
        List<String> keyed = new ArrayList<>(List.of(words));
        keyed.addAll(keyed.indexOf("--"), List.of("--key", "K"));
        assertThat(transpile.run(keyed.toArray(String[]::new)).stdout()).isEqualTo("js");
        assertThat(database.ask("select count(*) from module_transpile_cache where headers is not null"))
                .isEqualTo("1");
        assertThat(transpile.run("get", REALM, "b.ts", "--key", "K", "--json").stdout())
                .contains("x-test");
    }

    @Test
    void aCacheThatIsRequiredIsNotDoneWithout() {
        transpile = transpile.with("PGPORT", "1");

        LockstepRun required = transpile.run("run", REALM, MODULE, "--require-cache", "--", "echo", "built");

        assertThat(required.exit()).isEqualTo(125);
        assertThat(required.stdout()).isEmpty();
    }

    @Test
    void runWithoutAServerBuildsAndSaysSo() {
        transpile = transpile.with("PGPORT", "1");

        LockstepRun alone = transpile.run("run", REALM, MODULE, "--", "echo", "built");

        assertThat(alone.exit()).isZero();
        assertThat(alone.stdout()).isEqualTo("built\n");
        assertThat(alone.stderr()).contains("building without the cache");
    }

    @Test
    void runWithoutACacheIsAMistake() {
        LockstepRun mistaken = transpile.run("run", REALM, MODULE, "--", "echo", "built");

        assertThat(mistaken.exit()).isEqualTo(2);
        assertThat(mistaken.stderr()).contains("lockstep transpile init");
    }

    @Test
    void aRunThatIsStoppedStopsItsBuildAndFreesTheOthers(TestDatabase database) throws Exception {
        transpile.ok("init");
        Path pid = dir.resolve("pid");
        try (ChildJvm child = ChildJvm.start(
                Lockstep.class,
                transpile.environment(),
                "transpile",
                "run",
                REALM,
                MODULE,
                "--",
                "sh",
                "-c",
                "echo $$ > " + pid + ".new; mv " + pid + ".new " + pid + "; exec sleep 60")) {
            Await.until("the build to begin", Duration.ofSeconds(30), () -> Files.exists(pid));
            child.signal("TERM");

            assertThat(child.exitCode()).isEqualTo(143);
        }
        long build = Long.parseLong(Files.readString(pid).strip());
        Await.until("the build to be gone", Duration.ofSeconds(10), () -> ProcessHandle.of(build)
                .filter(ProcessHandle::isAlive)
                .isEmpty());
        assertThat(database.backends()).allMatch(backend -> backend.advisoryLocks() == 0);
        assertThat(transpile.run("run", REALM, MODULE, "--", "echo", "built").stdout())
                .isEqualTo("built\n");
    }

    /** Whoever waits for the build gets the new artifact, and so does whoever had begun with the old source. */
    @Test
    void aRunWhoseSourceIsPublishedMeanwhileBuildsOnceMore(TestDatabase database) throws Exception {
        transpile.ok("init");
        Path source = Files.writeString(dir.resolve("person.gts"), "old");
        Path report = dir.resolve("report.json");
        String build = "x=$(cat); : > %1$s/started; until [ -e %1$s/go ]; do sleep 0.02; done; printf '%%s' \"$x\""
                .formatted(dir);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<LockstepRun> running = threads.submit(() -> transpile.run(
                    "run",
                    REALM,
                    MODULE,
                    "--source",
                    source.toString(),
                    "--report",
                    report.toString(),
                    "--",
                    "sh",
                    "-c",
                    build));
            Await.until("the build to begin", Duration.ofSeconds(30), () -> Files.exists(dir.resolve("started")));
            Files.writeString(source, "new");
            assertThat(transpile.run("tombstone", REALM, "--all", "-y").exit()).isZero();
            Files.createFile(dir.resolve("go"));

            assertThat(running.get().stdout()).isEqualTo("new");
        } finally {
            threads.shutdownNow();
        }
        assertThat(data(Json.parse(Files.readString(report)))).containsEntry("stored", "stored");
        assertThat(transpile.run("run", REALM, MODULE, "--", "false").stdout()).isEqualTo("new");
    }

    @SuppressWarnings("unchecked") // An envelope is an object, and so is its data.
    private static Map<String, Object> data(Object envelope) {
        return (Map<String, Object>) ((Map<String, Object>) envelope).get("data");
    }
}
