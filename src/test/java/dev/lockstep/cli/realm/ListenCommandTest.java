package dev.lockstep.cli.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.support.Json;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class ListenCommandTest {
    private static final String READY = "{\"type\":\"ready\",\"channels\":[\"realm_file_changes\"]}\n";

    @Test
    void eventsAreRecordsAndMalformedOnesAreToo(TestDatabase database) throws Exception {
        try (RunningLockstep listen = listen(database, "-o", "jsonl", "--count", "4")) {
            listen.awaitStdout(READY);
            database.execute(
                    "notify realm_file_changes, 'http://localhost:4201/luke/src/:cards/person.gts'",
                    "notify realm_file_changes, '@cardstack/base/:*'",
                    "notify realm_file_changes, 'garbage'",
                    "notify jobs, 'nobody asked for these'",
                    "notify realm_file_changes");

            LockstepRun run = listen.ended();

            assertThat(run.exit()).isZero();
            List<Map<?, ?>> records = records(run);
            assertThat(records)
                    .extracting(r -> (Object) r.get("type"))
                    .containsExactly("ready", "event", "event", "event", "event", "summary");
            assertThat(withoutPid(records.get(1)))
                    .hasToString("{type=event, channel=realm_file_changes, realm=http://localhost:4201/luke/src/,"
                            + " path=cards/person.gts, wildcard=false,"
                            + " payload=http://localhost:4201/luke/src/:cards/person.gts}");
            assertThat(withoutPid(records.get(2)))
                    .hasToString(
                            "{type=event, channel=realm_file_changes, realm=@cardstack/base/, path=*, wildcard=true,"
                                    + " payload=@cardstack/base/:*}");
            assertThat(withoutPid(records.get(3)))
                    .hasToString("{type=event, channel=realm_file_changes, payload=garbage, malformed=true}");
            assertThat(withoutPid(records.get(4)))
                    .hasToString("{type=event, channel=realm_file_changes, payload=, malformed=true}");
            assertThat(records.get(5).get("data")).hasToString("{received=4, gaps=0, hookFailures=0}");
        }
    }

    @Test
    void channelsAreThoseAskedForAndTheirPayloadsAreOnlyShown(TestDatabase database) throws Exception {
        try (RunningLockstep listen =
                listen(database, "-o", "jsonl", "--channel", "jobs", "--channel", "MixedCase", "--count", "2")) {
            listen.awaitStdout("{\"type\":\"ready\",\"channels\":[\"MixedCase\",\"jobs\"]}");
            database.execute(
                    "notify realm_file_changes, 'x'", "notify jobs", "select pg_notify('MixedCase', 'http://h/:x')");

            List<Map<?, ?>> records = records(listen.ended());

            assertThat(withoutPid(records.get(1))).hasToString("{type=event, channel=jobs, payload=}");
            assertThat(withoutPid(records.get(2))).hasToString("{type=event, channel=MixedCase, payload=http://h/:x}");
        }
    }

    @Test
    void invalidationsOfDefinitionsAreUnderstoodToo(TestDatabase database) throws Exception {
        try (RunningLockstep listen =
                listen(database, "-o", "jsonl", "--channel", "module_cache_invalidated", "--count", "4")) {
            listen.awaitStdout("{\"type\":\"ready\"");
            database.execute(
                    "notify module_cache_invalidated, '{\"k\":\"module\",\"r\":\"http://h/\",\"m\":[\"http://h/a\"]}'",
                    "notify module_cache_invalidated, '{\"k\":\"realm\",\"r\":\"http://h/\"}'",
                    "notify module_cache_invalidated, '{\"k\":\"global\"}'",
                    "notify module_cache_invalidated, '{\"k\":\"realm\"}'");

            List<Map<?, ?>> records = records(listen.ended());

            assertThat(records.subList(1, 5))
                    .allSatisfy(record -> assertThat(record.get("channel")).isEqualTo("module_cache_invalidated"));
            assertThat(records.get(1).get("scope")).isEqualTo("module");
            assertThat(records.get(1).get("realm")).isEqualTo("http://h/");
            assertThat(records.get(1).get("modules")).isEqualTo(List.of("http://h/a"));
            assertThat(records.get(2).get("scope")).isEqualTo("realm");
            assertThat(records.get(3).get("scope")).isEqualTo("global");
            assertThat(records.get(4).get("malformed")).isEqualTo(true);
        }
    }

    @Test
    void aRealmChoosesAmongFileChangesOnly(TestDatabase database) throws Exception {
        try (RunningLockstep listen = listen(
                database,
                "--channel",
                "realm_file_changes",
                "--channel",
                "jobs",
                "--realm",
                "http://h/a",
                "--realm",
                "@base/",
                "--count",
                "3")) {
            listen.awaitStdout("listening to jobs, realm_file_changes\n");
            database.execute(
                    "notify realm_file_changes, 'http://h/a/b/:x'",
                    "notify realm_file_changes, 'garbage'",
                    "notify realm_file_changes, 'http://h/a/:1'",
                    "notify jobs, '2'",
                    "notify realm_file_changes, '@base/:3'");

            assertThat(listen.ended().stdout()).isEqualTo("""
                    listening to jobs, realm_file_changes
                    realm_file_changes http://h/a/:1
                    jobs 2
                    realm_file_changes @base/:3
                    events: 3, gaps: 0
                    """);
        }
    }

    @Test
    void aTerminatedBackendIsAGapAndThenAllIsNormal(TestDatabase database) throws Exception {
        try (RunningLockstep listen = listen(database, "-o", "jsonl", "--count", "1")) {
            listen.awaitStdout(READY);
            database.terminateAll();
            listen.awaitStdout("{\"type\":\"gap\",\"reason\":\"terminated\",\"downMs\":");
            database.execute("notify realm_file_changes, 'http://h/:x'");

            LockstepRun run = listen.ended();

            assertThat(run.exit()).isZero();
            assertThat(run.stderr()).contains("warning: the connection is lost, connecting again: ");
            assertThat(records(run).get(3).get("data")).hasToString("{received=1, gaps=1, hookFailures=0}");
        }
    }

    @Test
    void aFrozenLinkIsAGapAndThenAllIsNormal(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                RunningLockstep listen = listen(database.through(proxy.port()), "-o", "jsonl", "--count", "1")) {
            listen.awaitStdout(READY);
            proxy.freezeExisting();
            listen.awaitStdout("{\"type\":\"gap\",\"reason\":\"silent\",\"downMs\":");
            database.execute("notify realm_file_changes, 'http://h/:x'");

            assertThat(listen.ended().exit()).isZero();
        }
    }

    @Test
    void withoutReconnectALostConnectionEndsIt(TestDatabase database) throws Exception {
        try (RunningLockstep listen = listen(database, "--no-reconnect", "-o", "jsonl")) {
            listen.awaitStdout(READY);
            database.terminateAll();

            LockstepRun run = listen.ended();

            assertThat(run.exit()).isEqualTo(4);
            assertThat(run.stdout()).contains("\"sqlState\":\"57P01\"").endsWith("}\n");
        }
    }

    @Test
    void theTimeIsALimitOnlyForACount(TestDatabase database) {
        try (RunningLockstep look = listen(database, "--timeout", "4s");
                RunningLockstep wait = listen(database, "--timeout", "4s", "--count", "1", "-o", "json")) {
            LockstepRun looked = look.ended();
            LockstepRun waited = wait.ended();

            assertThat(looked.exit()).isZero();
            assertThat(looked.stdout()).isEqualTo("listening to realm_file_changes\nevents: 0, gaps: 0\n");
            assertThat(waited.exit()).isEqualTo(5);
            assertThat(waited.stdout()).contains("heard 0 of 1 events in 4s", "\"events\":[{\"type\":\"ready\"");
        }
    }

    @Test
    void timeThatEndsBeforeItListensIsATimeout(TestDatabase database) {
        try (FaultProxy proxy = FaultProxy.before(database)) {
            proxy.freeze();

            LockstepRun run =
                    listen(database.through(proxy.port()), "--timeout", "200ms").ended();

            assertThat(run.exit()).isEqualTo(5);
            assertThat(run.stderr()).contains("not listening yet after 200ms");
        }
    }

    @Test
    void badInputIsAUsageError(TestDatabase database) {
        assertThat(listen(database, "--channel", "").ended().exit()).isEqualTo(2);
        assertThat(listen(database, "--channel", "a\"; drop table x").ended().exit())
                .isEqualTo(2);
        assertThat(listen(database, "--channel", "x".repeat(64)).ended().exit()).isEqualTo(2);
        assertThat(listen(database, "--realm", "nonsense").ended().exit()).isEqualTo(2);
        assertThat(listen(database, "--channel", "jobs", "--realm", "http://h/")
                        .ended()
                        .stderr())
                .contains("--channel realm_file_changes");
        assertThat(listen(database, "--timeout", "5").ended().exit()).isEqualTo(2);
        assertThat(listen(database, "--count", "0").ended().exit()).isEqualTo(2);
        assertThat(listen(database, "surplus").ended().exit()).isEqualTo(2);
    }

    @Test
    void aTransactionPoolerIsRefused(TestDatabase database) {
        try (TransactionPooler pooler = TransactionPooler.before(database, TransactionPooler.Mode.TRANSACTION)) {
            LockstepRun run = listen(database.through(pooler.port())).ended();

            assertThat(run.exit()).isEqualTo(6);
            assertThat(run.stderr()).contains("transaction pooler", "hint: ");
        }
    }

    @Test
    void controlCharactersOfAPayloadDoNotReachTheTerminal(TestDatabase database) throws Exception {
        try (RunningLockstep listen = listen(database, "--count", "1")) {
            listen.awaitStdout("listening");
            database.execute("select pg_notify('realm_file_changes', e'http://h/:\\x1b]0;x\\x07\\nlistening')");

            assertThat(listen.ended().stdout())
                    .contains("realm_file_changes http://h/:\\x1b]0;x\\x07\\nlistening\n")
                    .doesNotContain("\u001b");
        }
    }

    @Test
    void aSignalEndsAProcessWithASummary(TestDatabase database) throws Exception {
        try (ChildJvm listen = ChildJvm.start(
                Lockstep.class, database.environment(), "realm", "listen", "-o", "jsonl", "--count", "2")) {
            listen.awaitStdout(READY);
            database.execute("notify realm_file_changes, 'http://h/:x'");
            listen.awaitStdout("\"path\":\"x\"");

            listen.signal("TERM");

            assertThat(listen.exitCode()).isEqualTo(143);
            String last = listen.stdout().lines().reduce((a, b) -> b).orElseThrow();
            assertThat(last)
                    .startsWith("{\"type\":\"summary\"")
                    .contains("\"exitCode\":143", "\"data\":{\"received\":1,\"gaps\":0,\"hookFailures\":0}");
        }
    }

    @Test
    void anInterruptedListenerOfTheLogSaysWhatItHasHeard(TestDatabase database) {
        LockstepRun.of(database.environment(), "realm", "broadcast", "http://h/", "--durable");
        RunningLockstep listen = listen(database, "--durable", "one");
        try (listen) {
            listen.awaitStdout("listening");
            LockstepRun.of(database.environment(), "realm", "broadcast", "http://h/", "--durable");
            listen.awaitStdout("http://h/:*");
        }

        assertThat(listen.stdout()).endsWith("events: 1, gaps: 0\n");
    }

    private static RunningLockstep listen(TestDatabase database, String... options) {
        List<String> arguments = new ArrayList<>(List.of("realm", "listen"));
        arguments.addAll(List.of(options));
        return RunningLockstep.start(database.environment(), arguments.toArray(String[]::new));
    }

    private static List<Map<?, ?>> records(LockstepRun run) {
        List<Map<?, ?>> records = new ArrayList<>();
        run.stdout().lines().forEach(line -> records.add((Map<?, ?>) Json.parse(line)));
        return records;
    }

    private static Map<?, ?> withoutPid(Map<?, ?> event) {
        assertThat((Long) event.remove("senderPid")).isPositive();
        return event;
    }
}
