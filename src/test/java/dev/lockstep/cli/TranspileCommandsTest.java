package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.profile.Json;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
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
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/** The transpile commands from end to end, on a real database. */
@ExtendWith(PostgresExtension.class)
class TranspileCommandsTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String MODULE = "cards/person.gts";

    @TempDir
    Path dir;

    private Map<String, String> environment;

    @BeforeEach
    void prepare(TestDatabase database) {
        environment = new HashMap<>(database.environment());
        environment.put("PATH", System.getenv("PATH"));
        environment.put("HOME", dir.toString());
    }

    @Test
    void initMakesEverythingOnceAndAddsToBoxelsTable(TestDatabase database) throws SQLException {
        database.execute("""
                create unlogged table module_transpile_cache (
                    realm_url varchar not null, canonical_path varchar not null, body text, headers jsonb,
                    dependency_keys jsonb, generation bigint not null default 0, created_at bigint,
                    constraint module_transpile_cache_pkey primary key (realm_url, canonical_path))""");
        database.execute("insert into module_transpile_cache values ('" + REALM + "', '" + REALM + MODULE
                + "', 'js', '{}', '[]', 7, 1)");

        assertThat(run("get", REALM, MODULE).exit()).isEqualTo(2);
        assertThat(ok("init", "--guard", "-n").get("changed")).isEqualTo(false);
        assertThat(ok("init", "--guard").get("changed")).isEqualTo(true);
        assertThat(ok("init", "--guard").get("changed")).isEqualTo(false);
        assertThat(data(ok("get", REALM, MODULE)))
                .containsEntry("state", "live")
                .containsEntry("generation", 7L);
    }

    @Test
    void aMissTellsWhatAPutNeedsAndALatePutIsAConflict() throws IOException {
        init();
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        LockstepRun miss = json("get", REALM, MODULE);
        assertThat(miss.exit()).isEqualTo(3);
        Map<String, Object> seen = data(envelope(miss));
        assertThat(seen).containsEntry("state", "absent").containsEntry("generation", 0L);

        assertThat(ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString())
                        .get("changed"))
                .isEqualTo(true);
        LockstepRun hit = run("get", REALM, MODULE, "--body", "-");
        assertThat(hit.stdout()).isEqualTo("compiled");
        assertThat(hit.exit()).isZero();
        ok("tombstone", REALM, MODULE);

        LockstepRun late = json("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        assertThat(late.exit()).isEqualTo(8);
        assertThat(data(envelope(late))).containsEntry("stored", false);
    }

    @Test
    void aPutOfAnEpochThatACrashHasEndedIsAConflict(TestDatabase database) throws Exception {
        init();
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        String epoch = database.ask("select epoch from lockstep_epoch");
        String[] put = {"put", REALM, MODULE, "--generation", "0", "--epoch", epoch, "--body", body.toString()};
        assertThat(json(put).exit()).isZero();

        database.execute("truncate module_transpile_cache, lockstep_epoch");

        assertThat(json(put).exit()).isEqualTo(8);
    }

    @Test
    void tombstoneOfARealmAsksFirstAndNamesTheRealmThatWasMeant() throws IOException {
        init();
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());

        assertThat(run("tombstone", REALM, "--all").exit()).isEqualTo(6);
        LockstepRun typo = run("tombstone", "http://localhost:4201/luka/", "--all", "-y");
        assertThat(typo.stderr()).contains("did you mean " + REALM);
        assertThat(data(ok("tombstone", REALM, "--all", "--yes"))).containsEntry("floor", 1L);

        assertThat(data(envelope(json("get", REALM, MODULE)))).containsEntry("state", "below-floor");
    }

    @Test
    void tombstoneCanTellEverybodyInTheSameTransactionAndFollowImporters(TestDatabase database) throws Exception {
        init();
        Path body = Files.writeString(dir.resolve("out.js"), "compiled");
        Path deps = Files.writeString(dir.resolve("deps.json"), "[\"cards/base\"]");
        ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString(), "--deps", deps.toString());
        try (Connection ear = database.connect()) {
            ear.createStatement().execute("listen realm_file_changes");

            Map<String, Object> data = data(ok("tombstone", REALM, "cards/base.gts", "--dependents", "--broadcast"));

            assertThat(data.get("dependents")).isEqualTo(List.of(REALM + MODULE));
            PGNotification[] heard = ear.unwrap(PGConnection.class).getNotifications(10_000);
            assertThat(heard)
                    .extracting(PGNotification::getParameter)
                    .containsExactly(REALM + ":cards/base.gts", REALM + ":" + MODULE);
        }
        assertThat(data(envelope(json("get", REALM, MODULE)))).containsEntry("state", "tombstone");
    }

    @Test
    void statusAndPruneCount(TestDatabase database) throws Exception {
        init();
        ok("tombstone", REALM, MODULE);
        database.execute("update module_transpile_cache set created_at = 0");

        assertThat(run("status", "http://localhost:4201/luk/").exit()).isEqualTo(3);
        Map<String, Object> status = data(ok("status", REALM));
        assertThat(status.get("realms").toString()).contains("tombstones=1");
        assertThat(run("prune", "--older-than", "10m", "-y").exit()).isEqualTo(6);
        assertThat(data(ok("prune", "--older-than", "1h", "-n"))).containsEntry("pruned", 1L);
        assertThat(data(ok("prune", "--older-than", "1h", "-y"))).containsEntry("pruned", 1L);
        assertThat(data(ok("prune", REALM, "--older-than", "1h", "-y"))).containsEntry("pruned", 0L);
    }

    @Test
    void runBuildsOnceAndThenServes() throws IOException {
        init();
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

        LockstepRun first = run(words);
        assertThat(first.stdout()).isEqualTo(REALM + " " + MODULE + " let x = 1;");
        assertThat(data(Json.parse(Files.readString(report)))).containsEntry("role", "winner");
        LockstepRun second = run(words);
        assertThat(second.stdout()).isEqualTo(first.stdout());
        assertThat(data(Json.parse(Files.readString(report)))).containsEntry("role", "hit");
        assertThat(Files.readAllLines(log)).hasSize(1);
        words[8] = "sh 2";
        assertThat(run(words).stdout()).isEqualTo(first.stdout());
        assertThat(Files.readAllLines(log)).hasSize(2);
    }

    @Test
    void runPassesTheStatusOfAFailingBuildAndStoresNothing(TestDatabase database) throws Exception {
        init();

        LockstepRun failed = run("run", REALM, MODULE, "--", "sh", "-c", "echo half; exit 42");

        assertThat(failed.exit()).isEqualTo(42);
        assertThat(failed.stdout()).isEmpty();
        assertThat(database.ask("select count(*) from module_transpile_cache")).isEqualTo("0");
    }

    @Test
    void runSpeaksTheExitCodesOfProgramsThatRunPrograms() throws IOException {
        init();
        Path plain = Files.writeString(dir.resolve("plain"), "no program");

        assertThat(run("run", REALM, MODULE, "--", "no-such-program-anywhere").exit())
                .isEqualTo(127);
        assertThat(run("run", REALM, MODULE, "--", plain.toString()).exit()).isEqualTo(126);
        assertThat(run("run", REALM, MODULE, "--timeout", "200ms", "--", "sleep", "60")
                        .exit())
                .isEqualTo(124);
        assertThat(run("run", REALM, MODULE, "--source", "/no/such/file", "--", "cat")
                        .exit())
                .isEqualTo(2);
        assertThat(run("run", REALM, MODULE, "-o", "json", "--", "cat").exit()).isEqualTo(2);
        assertThat(run("run", REALM, MODULE, "--", "sh", "-c", "kill -9 $$").exit())
                .isEqualTo(137);
    }

    @Test
    void runWithoutAServerBuildsAndSaysSo() {
        environment.put("PGPORT", "1");

        LockstepRun alone = run("run", REALM, MODULE, "--", "echo", "built");

        assertThat(alone.exit()).isZero();
        assertThat(alone.stdout()).isEqualTo("built\n");
        assertThat(alone.stderr()).contains("building without the cache");
    }

    @Test
    void runWithoutACacheIsAMistake() {
        LockstepRun mistaken = run("run", REALM, MODULE, "--", "echo", "built");

        assertThat(mistaken.exit()).isEqualTo(2);
        assertThat(mistaken.stderr()).contains("lockstep transpile init");
    }

    @Test
    void runCarriesBinaryAsItIs() throws IOException {
        init();
        byte[] noise = new byte[9 << 20];
        new Random(7).nextBytes(noise);
        Path source = Files.write(dir.resolve("noise"), noise);
        Path copy = dir.resolve("copy");

        run("run", REALM, "noise.bin", "--source", source.toString(), "--", "cat");
        ok("get", REALM, "noise.bin", "--body", copy.toString());

        assertThat(copy).hasBinaryContent(noise);
    }

    @Test
    void aRunThatIsStoppedStopsItsBuildAndFreesTheOthers(TestDatabase database) throws Exception {
        init();
        Path pid = dir.resolve("pid");
        try (ChildJvm child = ChildJvm.start(
                Lockstep.class,
                environment,
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
        assertThat(run("run", REALM, MODULE, "--", "echo", "built").stdout()).isEqualTo("built\n");
    }

    @Test
    void aPathThatNoFileOfTheRealmHasIsRefused() {
        init();

        assertThat(run("tombstone", REALM, "../x").exit()).isEqualTo(2);
        assertThat(run("get", REALM, "http://other.test/x.gts").exit()).isEqualTo(2);
        assertThat(run("get", "not a url", MODULE).exit()).isEqualTo(2);
        assertThat(run("put", REALM, MODULE, "--generation", "-1", "--body", "-")
                        .exit())
                .isEqualTo(2);
        assertThat(run("put", REALM, MODULE, "--generation", "0", "--body", "/no/such/file")
                        .exit())
                .isEqualTo(2);
        assertThat(run("tombstone", REALM).exit()).isEqualTo(2);
    }

    @Test
    void s19ARealmIsTombstonedThoughItsDefinitionsCannotBeCleared(TestDatabase database) throws Exception {
        init();
        Path body = Files.writeString(dir.resolve("body"), "js");
        ok("put", REALM, MODULE, "--generation", "0", "--body", body.toString());
        database.execute("create table modules (not_boxels text)");
        LockstepRun whole = LockstepRun.of(environment, "realm", "invalidate", REALM);
        assertThat(whole.exit()).isNotZero();
        assertThat(run("get", REALM, MODULE).exit()).isZero();

        ok("tombstone", REALM, "--all", "-y");

        assertThat(run("get", REALM, MODULE).exit()).isEqualTo(3);
    }

    @Test
    void aLatePutAfterAWipeIsAConflictToo() throws IOException {
        init();
        Path body = Files.writeString(dir.resolve("body"), "js");
        ok("tombstone", REALM, "--all", "-y");

        assertThat(run("put", REALM, MODULE, "--generation", "0", "--body", body.toString())
                        .exit())
                .isEqualTo(8);
        assertThat(run("get", REALM, MODULE).exit()).isEqualTo(3);
    }

    @Test
    void aPlanSaysWhatWouldBeDoneAndDoesNothing() throws IOException {
        init();
        Path body = Files.writeString(dir.resolve("body"), "js");
        ok("put", REALM, MODULE, "--generation", "3", "--body", body.toString());

        assertThat(data(ok("tombstone", REALM, MODULE, "cards/new.gts", "-n")))
                .containsEntry("tombstoned", 1L)
                .containsEntry("created", 1L)
                .containsEntry("floor", 0L);
        Map<String, Object> plan = ok("tombstone", REALM, "--all", "-n");
        assertThat(plan).containsEntry("changed", false);
        assertThat(run("get", REALM, MODULE).exit()).isZero();
        assertThat(data(ok("tombstone", REALM, "--all", "-y"))).isEqualTo(data(plan));
        assertThat(data(plan)).containsEntry("floor", 4L);
    }

    /** Whoever waits for the build gets the new artifact, and so does whoever had begun with the old source. */
    @Test
    void aRunWhoseSourceIsPublishedMeanwhileBuildsOnceMore(TestDatabase database) throws Exception {
        init();
        Path source = Files.writeString(dir.resolve("person.gts"), "old");
        Path report = dir.resolve("report.json");
        String build = "x=$(cat); : > %1$s/started; until [ -e %1$s/go ]; do sleep 0.02; done; printf '%%s' \"$x\""
                .formatted(dir);
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try {
            Future<LockstepRun> running = threads.submit(() -> run(
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
            ok("tombstone", REALM, "--all", "-y");
            Files.createFile(dir.resolve("go"));

            assertThat(running.get().stdout()).isEqualTo("new");
        } finally {
            threads.shutdownNow();
        }
        assertThat(data(Json.parse(Files.readString(report)))).containsEntry("stored", "stored");
        assertThat(run("run", REALM, MODULE, "--", "false").stdout()).isEqualTo("new");
    }

    private void init() {
        assertThat(run("init").exit()).isZero();
    }

    private LockstepRun run(String... words) {
        String[] all = new String[words.length + 1];
        all[0] = "transpile";
        System.arraycopy(words, 0, all, 1, words.length);
        return LockstepRun.of(environment, all);
    }

    private LockstepRun json(String... words) {
        String[] all = java.util.Arrays.copyOf(words, words.length + 2);
        all[words.length] = "-o";
        all[words.length + 1] = "json";
        return run(all);
    }

    private Map<String, Object> ok(String... words) {
        LockstepRun done = json(words);
        assertThat(done.exit()).as("%s%s", done.stdout(), done.stderr()).isZero();
        return envelope(done);
    }

    @SuppressWarnings("unchecked") // An envelope is an object.
    private static Map<String, Object> envelope(LockstepRun run) {
        return (Map<String, Object>) Json.parse(run.stdout());
    }

    @SuppressWarnings("unchecked") // So is its data.
    private static Map<String, Object> data(Object envelope) {
        return (Map<String, Object>) ((Map<String, Object>) envelope).get("data");
    }
}
