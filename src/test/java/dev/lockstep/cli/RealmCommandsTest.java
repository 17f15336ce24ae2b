package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.LockKey;
import dev.lockstep.profile.Json;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.DyingLockstep;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.testing.TransactionPooler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The commands of the durable log, of locks and of publishing, from end to end. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class RealmCommandsTest {
    private static final String REALM = "http://localhost:4201/luke/";

    @TempDir
    private Path dir;

    private Path source;
    private Path target;

    @BeforeEach
    void makeASource() throws IOException {
        source = Files.createDirectory(dir.resolve("source"));
        target = Files.createDirectory(dir.resolve("www")).resolve("site");
        Files.writeString(source.resolve("index.json"), "{}");
    }

    private static LockstepRun run(TestDatabase database, String... arguments) {
        return LockstepRun.of(database.environment(), arguments);
    }

    /** The data of a command that was run with {@code -o json} and ended with this status. */
    private static Map<?, ?> data(LockstepRun run, int exit) {
        assertThat(run.exit()).as(run.stdout() + run.stderr()).isEqualTo(exit);
        return (Map<?, ?>) ((Map<?, ?>) Json.parse(run.stdout())).get("data");
    }

    private static Map<?, ?> error(LockstepRun run, int exit) {
        assertThat(run.exit()).as(run.stdout() + run.stderr()).isEqualTo(exit);
        return (Map<?, ?>) ((Map<?, ?>) Json.parse(run.stdout())).get("error");
    }

    /** A listener that has been there, and heard nothing. */
    private static void register(TestDatabase database, String name) {
        try (RunningLockstep listen =
                RunningLockstep.start(database.environment(), "realm", "listen", "--durable", name)) {
            listen.awaitStdout("listening");
        }
    }

    @Test
    void aNamedListenerHearsWhatWasSentWhileItWasAway(TestDatabase database) {
        assertThat(run(database, "realm", "broadcast", REALM, "--durable").exit())
                .isZero();
        register(database, "one");

        Map<?, ?> sent = data(
                run(database, "realm", "broadcast", REALM, "--path", "a", "--path", "b", "--durable", "--json"), 0);
        assertThat(sent.get("seq")).isEqualTo("3");

        LockstepRun second =
                run(database, "realm", "listen", "--durable", "one", "--count", "2", "--timeout", "20s", "-o", "jsonl");
        assertThat(second.exit()).isZero();
        assertThat(second.stdout())
                .contains("\"path\":\"a\"", "\"path\":\"b\"", "\"seq\":\"2\"", "\"seq\":\"3\"", "\"received\":2");
        assertThat(run(database, "realm", "listeners", "--json").stdout()).contains("\"lag\":0");
    }

    @Test
    void aHookThatFailsIsGivenTheSameAgain(TestDatabase database) throws Exception {
        register(database, "one");
        Path seen = dir.resolve("seen");
        Path hook = Files.writeString(
                dir.resolve("hook"),
                "#!/bin/sh\necho \"$LOCKSTEP_SEQ $LOCKSTEP_PATH\" >> '" + seen + "'\n[ -e '" + dir.resolve("mended")
                        + "' ] || [ \"$LOCKSTEP_SEQ\" != 2 ]\n");
        assertThat(hook.toFile().setExecutable(true)).isTrue();
        run(database, "realm", "broadcast", REALM, "--path", "a", "--path", "b", "--path", "c", "--durable");
        String[] listen = {
            "realm",
            "listen",
            "--durable",
            "one",
            "--count",
            "3",
            "--timeout",
            "20s",
            "--exec",
            hook.toString(),
            "--json"
        };

        assertThat(error(run(database, listen), 7).get("code")).isEqualTo("hook-failed");
        Files.createFile(dir.resolve("mended"));
        listen[5] = "2";
        data(run(database, listen), 0);

        assertThat(seen).hasContent("1 a\n2 b\n2 b\n3 c");
    }

    @Test
    void pollingHearsBehindAPoolerWhereListeningIsRefused(TestDatabase database) throws Exception {
        run(database, "realm", "broadcast", REALM, "--durable");
        try (TransactionPooler pooler = TransactionPooler.before(database, TransactionPooler.Mode.TRANSACTION)) {
            Map<String, String> through = database.through(pooler.port()).environment();
            LockstepRun refused =
                    LockstepRun.of(through, "realm", "listen", "--durable", "one", "--timeout", "20s", "--json");
            assertThat(error(refused, 6).get("code")).isEqualTo("transaction-pooler");

            try (RunningLockstep listen = RunningLockstep.start(
                    through, "realm", "listen", "--durable", "two", "--poll", "50ms", "--count", "1", "-o", "jsonl")) {
                listen.awaitStdout("\"ready\"");
                run(database, "realm", "broadcast", REALM, "--durable");
                assertThat(listen.ended().stdout()).contains("\"seq\":\"2\"");
            }
        }
    }

    @Test
    void aStandbyCanBePolledAndNothingElse() throws Exception {
        try (TestPostgres primary = TestPostgres.start();
                TestDatabase original = primary.createDatabase()) {
            run(original, "realm", "broadcast", REALM, "--durable");
            try (TestPostgres server = primary.standby()) {
                TestDatabase standby = server.database(original);
                try (RunningLockstep listen = RunningLockstep.start(
                        standby.environment(), "realm", "listen", "--poll", "50ms", "--count", "2", "-o", "jsonl")) {
                    listen.awaitStdout("\"ready\"");
                    run(original, "realm", "broadcast", REALM, "--durable", "--path", "a", "--path", "b");
                    assertThat(listen.ended().stdout()).contains("\"path\":\"a\"", "\"seq\":\"3\"", "\"gaps\":0");
                }

                assertThat(run(standby, "realm", "listeners").stdout()).contains("nobody listens");
                assertThat(run(standby, "realm", "locks").exit()).isZero();
                for (String[] writing : new String[][] {
                    {"realm", "listen", "--timeout", "20s", "--json"},
                    {"realm", "listen", "--durable", "one", "--poll", "50ms", "--timeout", "20s", "--json"},
                    {"realm", "broadcast", REALM, "--json"},
                    {"realm", "broadcast", REALM, "--durable", "--json"},
                    {"realm", "invalidate", REALM, "--json"},
                }) {
                    assertThat((String) error(run(standby, writing), 6).get("message"))
                            .contains("is a standby");
                }
                standby.checkForLeaks();
            }
        }
    }

    @Test
    void whoWaitsIsToldWhoHasNotAppliedIt(TestDatabase database) throws Exception {
        Path slow = Files.writeString(
                dir.resolve("slow"), "#!/bin/sh\nwhile [ ! -e '" + dir.resolve("go") + "' ]; do sleep 0.05; done\n");
        assertThat(slow.toFile().setExecutable(true)).isTrue();
        try (RunningLockstep listen = RunningLockstep.start(
                database.environment(), "realm", "listen", "--durable", "sluggish", "--exec", slow.toString())) {
            listen.awaitStdout("listening");
            String[] broadcast = {"realm", "broadcast", REALM, "--wait", "--wait-timeout", "500ms", "--json"};

            Map<?, ?> error = error(run(database, broadcast), 5);
            assertThat(error.get("code")).isEqualTo("not-applied");
            assertThat((String) error.get("message")).contains("sluggish");
            Map<?, ?> listeners = data(run(database, "realm", "listeners", "--json"), 0);
            assertThat(listeners.get("listeners").toString())
                    .contains("name=sluggish")
                    .contains("lag=1");

            Files.createFile(dir.resolve("go"));
            broadcast[5] = "20s";
            assertThat(data(run(database, broadcast), 0).get("seq")).isEqualTo("2");
        }
    }

    @Test
    void anIdIsSentOnce(TestDatabase database) throws SQLException {
        String id = UUID.randomUUID().toString();
        for (int i = 0; i < 3; i++) {
            assertThat(data(run(database, "realm", "broadcast", REALM, "--id", id, "--json"), 0)
                            .get("seq"))
                    .isEqualTo("1");
        }
        assertThat(database.ask("select count(*) from lockstep_inval_log")).isEqualTo("1");
        assertThat(error(run(database, "realm", "broadcast", REALM, "--path", "x", "--id", id, "--json"), 6)
                        .get("code"))
                .isEqualTo("id-used");
    }

    /** The answer to COMMIT is lost: repeated under the id that the hint names, it is in the log once. */
    @Test
    void aBroadcastWhoseEndIsUnknownIsRepeatedSafely(TestDatabase database) throws Exception {
        run(database, "realm", "broadcast", REALM, "--durable");
        int lost = 0;
        for (int call = 1; call <= 30; call++) {
            String before = database.ask("select count(*) from lockstep_inval_log");
            String id = UUID.randomUUID().toString();
            LockstepRun broken = LockstepRun.inProcess(
                    Fault.at(call, Fault.Mode.CLOSE), database.environment(), "realm", "broadcast", REALM, "--id", id);
            lost += broken.exit() == 0 ? 0 : 1;
            assertThat(run(database, "realm", "broadcast", REALM, "--id", id).exit())
                    .isZero();

            assertThat(database.ask("select count(*) from lockstep_inval_log"))
                    .as("broken at %d: %s", call, broken)
                    .isEqualTo(Integer.toString(Integer.parseInt(before) + 1));
        }
        assertThat(lost).isGreaterThan(5);
    }

    @Test
    void publishingShowsATreeAndTellsAListener(TestDatabase database) throws Exception {
        register(database, "replica");
        Path then = dir.resolve("then");
        Path reindex = Files.writeString(
                dir.resolve("reindex"), "#!/bin/sh\necho \"$LOCKSTEP_REALM $LOCKSTEP_TARGET\" > '" + then + "'\n");
        assertThat(reindex.toFile().setExecutable(true)).isTrue();

        Map<?, ?> data = data(
                run(
                        database,
                        "realm",
                        "publish",
                        source.toString(),
                        target.toString(),
                        "--realm",
                        REALM,
                        "--then",
                        reindex.toString(),
                        "--yes",
                        "--json"),
                0);

        assertThat(data.get("files")).isEqualTo(1L);
        assertThat(target.resolve("index.json")).hasContent("{}");
        assertThat(then).hasContent(REALM + " " + target);
        assertThat(run(database, "realm", "listen", "--durable", "replica", "--count", "1", "--timeout", "20s")
                        .stdout())
                .contains("realm_file_changes " + REALM + ":*");

        assertThat(run(database, "realm", "unpublish", target.toString(), "--realm", REALM, "-y")
                        .exit())
                .isZero();
        assertThat(target).doesNotExist();
        LockstepRun again = run(database, "realm", "unpublish", target.toString(), "--realm", REALM, "-y", "--json");
        assertThat(again.stdout()).contains("\"changed\":false");
        assertThat(run(database, "realm", "delete", source.toString(), "--realm", REALM, "-y")
                        .exit())
                .isZero();
        assertThat(source).doesNotExist();
    }

    @Test
    void publishingAsksFirstAndShowsAPlan(TestDatabase database) {
        String[] publish = {"realm", "publish", source.toString(), target.toString(), "--realm", REALM, "--json"};
        assertThat((String) error(run(database, publish), 6).get("hint")).contains("--yes");

        publish[6] = "-n";
        assertThat(run(database, publish).stdout()).contains("would copy 1 file, 2 bytes");
        assertThat(target).doesNotExist();
        for (String verb : List.of("unpublish", "delete")) {
            assertThat(run(database, "realm", verb, target.toString(), "--realm", REALM, "-n")
                            .stdout())
                    .contains("nothing at " + target);
        }
        assertThat(run(database, "realm", "delete", source.toString(), "--realm", REALM, "-n")
                        .stdout())
                .contains("would take away " + source);
        assertThat(run(database, "realm", "unpublish", source.toString(), "--realm", REALM, "-n")
                        .exit())
                .isEqualTo(6);
        assertThat(source.resolve("index.json")).hasContent("{}");
    }

    @Test
    void aFollowUpThatFailsLeavesThePublication(TestDatabase database) {
        Map<?, ?> error = error(
                run(
                        database,
                        "realm",
                        "publish",
                        source.toString(),
                        target.toString(),
                        "--realm",
                        REALM,
                        "--then",
                        "false",
                        "-y",
                        "--json"),
                7);

        assertThat((String) error.get("hint")).endsWith("false");
        assertThat(target.resolve("index.json")).hasContent("{}");
    }

    @Test
    void publishingWaitsForTheRealmsLockAndNoLonger(TestDatabase database) throws Exception {
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LockKey.of(REALM).value() + ")");
            String[] publish = {
                "realm",
                "publish",
                source.toString(),
                target.toString(),
                "--realm",
                REALM,
                "-y",
                "--wait",
                "200ms",
                "--json"
            };

            assertThat(error(run(database, publish), 5).get("code")).isEqualTo("realm-locked");
            assertThat(target).doesNotExist();
            assertThat(run(database, "realm", "locks").stdout())
                    .contains("lock " + LockKey.of(REALM).value());
        }
    }

    /** Broken at any call to the database, readers see a whole tree or none, and the next run ends well. */
    @Test
    void publishingBrokenAtAnyCallIsPutRightByTheNext(TestDatabase database) throws Exception {
        run(database, "realm", "broadcast", REALM, "--durable");
        String[] publish = {"realm", "publish", source.toString(), target.toString(), "--realm", REALM, "-y"};
        boolean broken = true;
        for (int call = 1; broken; call++) {
            for (Fault.Mode mode : List.of(Fault.Mode.THROW_BEFORE, Fault.Mode.THROW_AFTER, Fault.Mode.CLOSE)) {
                Files.writeString(source.resolve("index.json"), call + mode.name());
                Fault fault = Fault.at(call, mode);
                LockstepRun run = LockstepRun.inProcess(fault, database.environment(), publish);
                broken = fault.hit();
                assertThat(run.exit()).as(run.stderr()).isIn(0, 1, 4, 5);

                assertThat(run(database, publish).exit()).isZero();
                assertThat(target.resolve("index.json")).hasContent(call + mode.name());
                assertThat(target.resolveSibling(".site.versions").resolve("pending"))
                        .doesNotExist();
            }
        }
    }

    @Test
    void aProgramUnderALockEndsWithItsOwnStatus(TestDatabase database) {
        Map<String, String> environment = database.environment();
        try (ChildJvm child = ChildJvm.start(
                DyingLockstep.class,
                environment,
                "1000",
                "HALT",
                "realm",
                "lock",
                REALM,
                "--",
                "sh",
                "-c",
                "echo \"under $LOCKSTEP_REALM\"; exit 9")) {
            assertThat(child.exitCode()).isEqualTo(9);
            assertThat(child.stdout()).isEqualTo("under " + REALM + "\n");
        }
        assertThat(run(database, "realm", "lock", REALM, "--", "no-such-program")
                        .exit())
                .isEqualTo(127);
    }

    @Test
    void aProgramIsToldToStopWhenItsLockIsLost(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                ChildJvm child = ChildJvm.start(
                        DyingLockstep.class,
                        database.through(proxy.port()).environment(),
                        "1000",
                        "HALT",
                        "realm",
                        "lock",
                        REALM,
                        "--",
                        "sh",
                        "-c",
                        "trap 'echo told; exit 3' TERM; echo started; while :; do sleep 0.1; done")) {
            child.awaitStdout("started");
            long start = System.nanoTime();
            proxy.freeze();

            assertThat(child.exitCode()).isEqualTo(125);
            assertThat(System.nanoTime() - start).as("nanoseconds").isLessThan(20_000_000_000L);
            assertThat(child.stdout()).contains("told");
            assertThat(child.stderr()).contains("the write lock of " + REALM + " is lost");
        }
        database.terminateAll();
    }

    @Test
    void waitingForALockTooLongIsATimeoutOfItsOwn(TestDatabase database) throws Exception {
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement()) {
            statement.execute("select pg_advisory_lock(" + LockKey.of(REALM).value() + ")");

            assertThat(run(database, "realm", "lock", REALM, "--wait", "100ms", "--", "true")
                            .exit())
                    .isEqualTo(124);
        }
    }

    @Test
    void invalidatingDoesWithWhatThereIs(TestDatabase database) {
        Map<?, ?> data = data(run(database, "realm", "invalidate", REALM, "--json"), 0);

        assertThat(data).hasToString("{tombstoned=0, definitionsDeleted=0, payloads=[" + REALM + ":*]}");
        assertThat(error(run(database, "definitions", "clear", REALM, "--json"), 6)
                        .get("code"))
                .isEqualTo("refused");
    }

    @Test
    void definitionsAreClearedByModuleByRealmAndWhole(TestDatabase database) throws SQLException {
        database.execute("""
                create table modules (url varchar, cache_scope varchar, auth_user_id varchar, resolved_realm_url varchar,
                    deps jsonb, file_alias text, url_hash text generated always as (md5(url)) stored)
                """, """
                insert into modules (url, cache_scope, auth_user_id, resolved_realm_url, deps, file_alias)
                select 'http://localhost:4201/luke/' || n || '.gts', 'public', '', 'http://localhost:4201/luke/', '[]',
                       'http://localhost:4201/luke/' || n
                  from generate_series(1, 4) as n
                """);

        for (String[] plan : new String[][] {{"1", REALM, "--module", "1.gts"}, {"4", REALM}, {"4", "--all"}}) {
            List<String> command = new ArrayList<>(List.of("definitions", "clear", "-n"));
            command.addAll(List.of(plan).subList(1, plan.length));
            assertThat(run(database, command.toArray(String[]::new)).stdout())
                    .startsWith("would delete " + plan[0] + " definition")
                    .endsWith(" and send 1 notification\n");
        }

        assertThat(data(run(database, "definitions", "clear", REALM, "--module", "1.gts", "--json"), 0)
                        .get("deleted"))
                .isEqualTo(1L);
        assertThat(data(run(database, "definitions", "clear", REALM, "--module", REALM + "2", "--json"), 0)
                        .get("deleted"))
                .isEqualTo(1L);
        assertThat(error(run(database, "definitions", "clear", "--all", "--json"), 6)
                        .get("hint"))
                .isEqualTo("add --yes if that is meant");
        assertThat(data(run(database, "definitions", "clear", "--all", "-y", "--json"), 0))
                .hasToString("{deleted=2, payloads=[{\"k\":\"global\"}]}");
    }
}
