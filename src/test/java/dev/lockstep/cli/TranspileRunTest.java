package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Json;
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
import java.util.Map;
import java.util.Random;
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
    void anEditedInputIsNoHitAndTheSameInputIs() throws IOException {
        transpile.ok("init");
        Path source = Files.writeString(dir.resolve("a.ts"), "v1");
        Path config = Files.writeString(dir.resolve("tsconfig.json"), "{}");
        Path log = dir.resolve("builds");
        String[] words = {
            "run",
            REALM,
            "a.ts",
            "--source",
            source.toString(),
            "--input",
            config.toString(),
            "--env",
            "MODE",
            "--",
            "sh",
            "-c",
            "echo built >> " + log + "; cat; printf ' %s' \"$MODE\""
        };

        assertThat(transpile.run(words).stdout()).isEqualTo("v1 ");
        assertThat(transpile.run(words).stdout()).isEqualTo("v1 ");
        assertThat(Files.readAllLines(log)).hasSize(1);
        Files.writeString(source, "v2");
        assertThat(transpile.run(words).stdout()).isEqualTo("v2 ");
        Files.writeString(config, "{\"strict\": true}");
        assertThat(transpile.run(words).stdout()).isEqualTo("v2 ");
        assertThat(transpile.with("MODE", "production").run(words).stdout()).isEqualTo("v2 production");
        assertThat(Files.readAllLines(log)).hasSize(4);
    }

    @Test
    void aFileThatTheCompilerNamesIsAnInputAndADependency() throws IOException {
        transpile.ok("init");
        Path realm = Files.createDirectories(dir.resolve("realm/lib")).getParent();
        Path source = Files.writeString(realm.resolve("main.ts"), "main");
        Path imported = Files.writeString(realm.resolve("lib/my util.ts"), "old");
        Path deps = dir.resolve("main.d");
        String rule = "main.js: " + source + " \\\n  " + imported.toString().replace(" ", "\\ ") + "\n\n"
                + imported.toString().replace(" ", "\\ ") + ":\n";
        Files.writeString(dir.resolve("rule"), rule);
        String build = "cp '" + dir.resolve("rule") + "' '" + deps + "'; cat - '" + imported + "'";
        String[] words = {
            "run", REALM, "main.ts", "--source", source.toString(), "--deps", deps.toString(), "--", "sh", "-c", build
        };

        assertThat(transpile.run(words).stdout()).isEqualTo("mainold");
        Files.writeString(imported, "new");
        assertThat(transpile.run(words).stdout()).isEqualTo("mainnew");
        assertThat(transpile
                        .run("tombstone", REALM, "lib/my util.ts", "--dependents")
                        .exit())
                .isZero();
        assertThat(transpile.run("get", REALM, "main.ts").exit()).isEqualTo(3);
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

    /** In a JVM whose heap cannot hold it: built, stored, and served from the cache. */
    @Test
    void aHundredMegabytesOfNoiseGoThroughASmallHeap() throws IOException {
        transpile.ok("init");
        Path noise = dir.resolve("noise");
        Random random = new Random(7);
        byte[] block = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(noise)) {
            for (int i = 0; i < 100; i++) {
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

    @SuppressWarnings("unchecked") // An envelope is an object, and so is its data.
    private static Map<String, Object> data(Object envelope) {
        return (Map<String, Object>) ((Map<String, Object>) envelope).get("data");
    }
}
