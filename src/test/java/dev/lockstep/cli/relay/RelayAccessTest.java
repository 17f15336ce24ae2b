package dev.lockstep.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.DurableLog;
import dev.lockstep.realm.RealmHandler;
import dev.lockstep.realm.log.RealmListener;
import dev.lockstep.realm.log.RelayEndpoint;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestCertificates;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.service.LocalCache;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Who may subscribe, over what, and what of it is ever printed. */
@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class RelayAccessTest {
    private static final String REALM = DurableLog.REALM.value();

    @TempDir
    Path folder;

    private Path tokens(String name, String permissions, String text) throws Exception {
        Path file = Files.createFile(
                folder.resolve(name),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        return Files.writeString(file, text);
    }

    @Test
    void withoutATokenThatIsInTheFileNobodySubscribes(TestDatabase database) throws Exception {
        DurableLog.in(database);
        Path file = tokens("tokens", "rw-------", "first-secret\n\nsecond-secret\n");
        try (RunningRelay relay = RunningRelay.of(database, "--token-file", file.toString())) {
            for (String shown :
                    new String[] {"Bearer wrong", "Bearer", "Bearer ", "Basic first-secret", "first-secret"}) {
                assertThat(relay.get("/events", "Authorization", shown).statusCode())
                        .as(shown)
                        .isEqualTo(401);
            }
            assertThat(relay.get("/events").headers().firstValue("www-authenticate"))
                    .hasValue("Bearer realm=\"lockstep\"");
            assertThat(relay.get("/healthz").statusCode()).isEqualTo(200);
            for (String shown : new String[] {"Bearer first-secret", "bearer second-secret"}) {
                try (EventReader reader = relay.open("", "Authorization", shown)) {
                    reader.next("ready");
                }
            }

            Path next = tokens("next", "rw-------", "third-secret\n");
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
            Await.until(
                    "the old token to be refused",
                    DurableLog.PATIENCE,
                    () -> status(relay, "Bearer first-secret") == 401);
            assertThat(status(relay, "Bearer third-secret")).isEqualTo(200);

            LockstepRun run = relay.stopped();
            assertThat(run.stdout() + run.stderr()).doesNotContain("secret");
        }
    }

    private static int status(RunningRelay relay, String authorization) throws Exception {
        try (EventReader reader = relay.open("", "Authorization", authorization)) {
            return reader.status();
        }
    }

    @Test
    void aFileThatIsNoneIsSaidBeforeAnythingIsServed(TestDatabase database) throws Exception {
        DurableLog.in(database);
        Map<String, String> environment = Map.of("LOCKSTEP_PG", database.url());
        String readable = tokens("readable", "rw-r--r--", "secret\n").toString();
        String empty = tokens("empty", "rw-------", "\n").toString();
        for (String[] options : new String[][] {
            {"--token-file", readable},
            {"--token-file", empty},
            {"--token-file", folder.resolve("none").toString()},
            {"--certificate", empty},
            {"--certificate", empty, "--key", empty},
            {"--listen", "127.0.0.1"},
            {"--listen", "127.0.0.1:70000"},
            {"--poll", "1s", "--name", "x"},
            {"--heartbeat", "0s"},
        }) {
            String[] command = new String[options.length + (options[0].equals("--listen") ? 2 : 4)];
            System.arraycopy(
                    new String[] {"realm", "relay", "--listen", "127.0.0.1:0"},
                    0,
                    command,
                    0,
                    command.length - options.length);
            System.arraycopy(options, 0, command, command.length - options.length, options.length);
            LockstepRun run = LockstepRun.of(environment, command);
            assertThat(run.exit())
                    .as("%s: %s", String.join(" ", options), run.stderr())
                    .isEqualTo(2);
            assertThat(run.stderr().lines().count()).isLessThanOrEqualTo(3);
            assertThat(run.stderr()).doesNotContain("secret");
        }
    }

    /** The same handler, and the cache behind it, whichever of the two it is told by. */
    @Test
    void aReplicaTakesARelayOrPostgreSqlAndItsCacheForgets(TestDatabase database) throws Exception {
        DurableLog log = DurableLog.in(database);
        TestCertificates certificates = new TestCertificates(folder);
        certificates.make("relay", "CN=127.0.0.1", "-ext", "san=ip:127.0.0.1");
        Path file = tokens("tokens", "rw-------", "shown-secret\n");
        try (RunningRelay relay = RunningRelay.of(
                database,
                "--token-file",
                file.toString(),
                "--certificate",
                certificates.certificate("relay").toString(),
                "--key",
                certificates.key("relay").toString())) {
            assertThat(relay.url()).startsWith("https://");
            RelayEndpoint endpoint = RelayEndpoint.of(URI.create(relay.url()))
                    .withTokenFile(file)
                    .withAuthorities(certificates.certificate("relay"));
            LocalCache<String> relayed = new LocalCache<>(100, value -> 1);
            LocalCache<String> direct = new LocalCache<>(100, value -> 1);
            try (RealmListener one = RealmListener.relayed(endpoint, RealmHandler.of(relayed));
                    RealmListener other = RealmListener.durable(
                            Boxel.databases(database), Boxel.target(database), "direct", RealmHandler.of(direct))) {
                one.awaitReady();
                other.awaitReady();
                for (LocalCache<String> cache : List.of(relayed, direct)) {
                    cache.get(REALM, "a.gts", () -> new LocalCache.Loaded<>("a.gts", "old"));
                    cache.get(REALM, "b.gts", () -> new LocalCache.Loaded<>("b.gts", "old"));
                }

                log.emit("a.gts");

                for (LocalCache<String> cache : List.of(relayed, direct)) {
                    Await.until("a.gts to be forgotten", DurableLog.PATIENCE, () -> cache.get(REALM, "a.gts") == null);
                    assertThat(cache.get(REALM, "b.gts")).isEqualTo("old");
                }
            }
        }
    }

    @Test
    void aPayloadIsNeverPrintedAndEndsNoLineOfAStream(TestDatabase database) throws Exception {
        DurableLog.in(database);
        String evil = "http://x.test/\u001b[31m/:a\r\n\nevent: gap\ndata: {}\n\n\u2028" + (char) 0x85 + "b";
        try (RunningRelay relay = RunningRelay.of(database, "-v");
                EventReader reader = relay.subscriber()) {
            try (Connection connection = database.connect();
                    PreparedStatement statement =
                            connection.prepareStatement("select pg_notify('realm_file_changes', ?)")) {
                statement.setString(1, evil);
                statement.execute();
                statement.setString(1, "no payload at all\n\u001b[2J");
                statement.execute();
            }
            Map<?, ?> heard = reader.next("change");
            assertThat(heard.get("realm") + ":" + heard.get("path")).isEqualTo(evil);
            assertThat(relay.get("/events?realm=http://x/%0d%0a%1b%5b31m").body())
                    .doesNotContain("\u001b", "\r")
                    .hasLineCount(1);

            LockstepRun run = relay.stopped();
            assertThat(run.stdout() + run.stderr()).doesNotContain("\u001b", "\r", "gap\n", "no payload");
        }
    }
}
