package dev.lockstep.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lockstep.realm.DurableLog;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Subscribers of other makes, as the examples have them; each where its program is. */
@ExtendWith(PostgresExtension.class)
class RelayExamplesTest {
    private static boolean isInstalled(String program) {
        return List.of(System.getenv("PATH").split(":", -1)).stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program)));
    }

    private static ChildJvm run(String... command) {
        return ChildJvm.exec(Path.of(""), Map.of("PATH", System.getenv("PATH")), command);
    }

    @Test
    void curlShowsWhatChanges(TestDatabase database) throws Exception {
        assumeTrue(isInstalled("curl"), "no curl");
        DurableLog log = DurableLog.in(database);
        try (RunningRelay relay = RunningRelay.of(database);
                ChildJvm curl = run("curl", "-sN", relay.url())) {
            curl.awaitStdout("event: ready");
            log.emit("cards/person.gts");
            curl.awaitStdout("\"path\":\"cards/person.gts\",\"wildcard\":false,\"seq\":\"1\"}\n\n");
        }
    }

    @Test
    void aReplicaInNodeHearsAndGoesOnWhereItWasWhenTheRelayIsBack(TestDatabase database) throws Exception {
        assumeTrue(isInstalled("node"), "no node");
        DurableLog log = DurableLog.in(database);
        int port;
        RunningRelay first = RunningRelay.of(database);
        try (ChildJvm node = run("node", "examples/relay-replica.mjs", first.url())) {
            try (first) {
                node.awaitStdout("ready");
                log.emit("a.gts");
                node.awaitStdout("\"a.gts\"");
                port = URI.create(first.url()).getPort();
            }
            log.emit("missed.gts");
            try (RunningRelay again = RunningRelay.of(database, "--listen", "127.0.0.1:" + port)) {
                node.awaitStdout("\"missed.gts\"");
                log.emit("b.gts");
                node.awaitStdout("\"b.gts\"");
                assertThat(node.stdout()).doesNotContain("gap").containsOnlyOnce("\"a.gts\"");
                assertThat(again.url()).isEqualTo(first.url());
            }
        }
    }

    /** What a browser needs to let a page of another origin read. */
    @Test
    void aPageIsLetInByItsOrigin(TestDatabase database) throws Exception {
        DurableLog.in(database);
        try (RunningRelay relay = RunningRelay.of(database, "--allow-origin", "http://localhost:8000")) {
            assertThat(relay.get("/healthz", "Origin", "http://localhost:8000")
                            .headers()
                            .firstValue("access-control-allow-origin"))
                    .hasValue("http://localhost:8000");
            assertThat(relay.get("/healthz", "Origin", "http://evil.test")
                            .headers()
                            .firstValue("access-control-allow-origin"))
                    .isEmpty();
            assertThat(Files.readString(Path.of("examples/relay-page.html")))
                    .contains("new EventSource(relay)", "--allow-origin http://localhost:8000");
        }
    }
}
