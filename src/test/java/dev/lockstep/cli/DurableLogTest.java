package dev.lockstep.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Fault;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.testing.TransactionPooler;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** What the durable log is good for, from end to end: whoever was away hears it, once, and whoever waits is told. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
public class DurableLogTest {
    private static final String REALM = "http://localhost:4201/luke/";

    @TempDir
    private Path dir;

    private static LockstepRun run(TestDatabase database, String... arguments) {
        return LockstepRun.of(database.environment(), arguments);
    }

    /** A listener that has been there, and heard nothing. */
    public static void register(TestDatabase database, String name) {
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

        Map<?, ?> sent = run(
                        database,
                        "realm",
                        "broadcast",
                        REALM,
                        "--path",
                        "a.gts",
                        "--path",
                        "b.gts",
                        "--durable",
                        "--json")
                .endedWith(0)
                .data();
        assertThat(sent.get("seq")).isEqualTo("3");

        LockstepRun second =
                run(database, "realm", "listen", "--durable", "one", "--count", "2", "--timeout", "20s", "-o", "jsonl");
        assertThat(second.exit()).isZero();
        assertThat(second.stdout())
                .contains(
                        "\"path\":\"a.gts\"", "\"path\":\"b.gts\"", "\"seq\":\"2\"", "\"seq\":\"3\"", "\"received\":2");
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
        run(
                database,
                "realm",
                "broadcast",
                REALM,
                "--path",
                "a.gts",
                "--path",
                "b.gts",
                "--path",
                "c.gts",
                "--durable");
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

        assertThat(run(database, listen).endedWith(7).error().get("code")).isEqualTo("hook-failed");
        Files.createFile(dir.resolve("mended"));
        listen[5] = "2";
        run(database, listen).endedWith(0).data();

        assertThat(seen).hasContent("1 a.gts\n2 b.gts\n2 b.gts\n3 c.gts");
    }

    @Test
    void pollingHearsBehindAPoolerWhereListeningIsRefused(TestDatabase database) throws Exception {
        run(database, "realm", "broadcast", REALM, "--durable");
        try (TransactionPooler pooler = TransactionPooler.before(database, TransactionPooler.Mode.TRANSACTION)) {
            Map<String, String> through = database.through(pooler.port()).environment();
            LockstepRun refused =
                    LockstepRun.of(through, "realm", "listen", "--durable", "one", "--timeout", "20s", "--json");
            assertThat(refused.endedWith(6).error().get("code")).isEqualTo("transaction-pooler");

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
                    run(original, "realm", "broadcast", REALM, "--durable", "--path", "a.gts", "--path", "b.gts");
                    assertThat(listen.ended().stdout()).contains("\"path\":\"a.gts\"", "\"seq\":\"3\"", "\"gaps\":0");
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
                    assertThat((String)
                                    run(standby, writing).endedWith(6).error().get("message"))
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

            Map<?, ?> error = run(database, broadcast).endedWith(5).error();
            assertThat(error.get("code")).isEqualTo("not-applied");
            assertThat((String) error.get("message")).contains("sluggish");
            Map<?, ?> listeners =
                    run(database, "realm", "listeners", "--json").endedWith(0).data();
            assertThat(listeners.get("listeners").toString())
                    .contains("name=sluggish")
                    .contains("lag=1");

            Files.createFile(dir.resolve("go"));
            broadcast[5] = "20s";
            assertThat(run(database, broadcast).endedWith(0).data().get("seq")).isEqualTo("2");
        }
    }

    @Test
    void anIdIsSentOnce(TestDatabase database) throws SQLException {
        String id = UUID.randomUUID().toString();
        for (int i = 0; i < 3; i++) {
            assertThat(run(database, "realm", "broadcast", REALM, "--id", id, "--json")
                            .endedWith(0)
                            .data()
                            .get("seq"))
                    .isEqualTo("1");
        }
        assertThat(database.ask("select count(*) from lockstep_inval_log")).isEqualTo("1");
        assertThat(run(database, "realm", "broadcast", REALM, "--path", "x", "--id", id, "--json")
                        .endedWith(6)
                        .error()
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
}
