package dev.lockstep.cli.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

@ExtendWith(PostgresExtension.class)
class BroadcastCommandTest {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";

    @TempDir
    Path folder;

    @Test
    void everyoneWhoListensGetsTheWildcard(TestDatabase database) throws SQLException {
        try (Connection replica = listening(database)) {
            LockstepRun run = LockstepRun.of(
                    database.environment(), "realm", "broadcast", "http://localhost:4201/luke/my-realm", "-o", "json");

            assertThat(run.exit()).isZero();
            assertThat(received(replica)).containsExactly("http://localhost:4201/luke/my-realm/:*");
            Map<String, Object> envelope = run.envelope();
            assertThat(envelope.get("schema")).isEqualTo("lockstep/realm.broadcast/1");
            assertThat(envelope.get("changed")).isEqualTo(true);
            Map<String, Object> data = run.data();
            assertThat(data.get("payloads")).isEqualTo(List.of(Map.of("payload", REALM + ":*", "bytes", 38L)));
            assertThat((Long) data.get("echoMs")).isBetween(0L, 2_000L);
            assertThat(run.stdout()).contains("\"code\":\"slash-added\"");
            assertThat(run.stderr()).contains("sent as " + REALM);
        }
    }

    @Test
    void pathsComeFromOptionsAFileAndStandardInput(TestDatabase database) throws Exception {
        Path file = Files.writeString(folder.resolve("paths"), "b.gts\r\n\nc d/é.json\n");
        try (Connection replica = listening(database)) {
            LockstepRun fromFile = LockstepRun.of(
                    database.environment(),
                    "realm",
                    "broadcast",
                    REALM,
                    "--path",
                    "a.js",
                    "--paths-from",
                    file.toString());
            try (RunningLockstep running = RunningLockstep.startReading(
                    "x.ts\ny.ts\nx.ts", database.environment(), "realm", "broadcast", REALM, "--paths-from", "-")) {
                LockstepRun fromInput = running.ended();
                assertThat(fromInput.exit()).isZero();
                assertThat(fromInput.stderr()).contains("collapses");
            }

            assertThat(fromFile.exit()).isZero();
            assertThat(fromFile.stdout()).contains("sent " + REALM + ":a.js\n", "heard again after ");
            assertThat(received(replica))
                    .containsExactly(
                            REALM + ":a.js", REALM + ":b.gts", REALM + ":c d/é.json", REALM + ":x.ts", REALM + ":y.ts");
        }
    }

    /** A replica whose session has ended hears nothing, and nobody says so unless the fleet's size is known. */
    @ParameterizedTest
    @ValueSource(strings = {"broadcast", "invalidate"})
    void whoeverExpectsMoreListenersThanThereAreIsToldWhoTheyAre(String verb, TestDatabase database)
            throws SQLException {
        try (Connection replica = listening(database)) {
            LockstepRun all = LockstepRun.of(database.environment(), "realm", verb, REALM, "--expect", "1", "--json");
            LockstepRun few = LockstepRun.of(database.environment(), "realm", verb, REALM, "--expect", "2", "--json");

            assertThat(all.exit()).isZero();
            assertThat((List<?>) all.data().get("listening")).hasSize(1);
            assertThat(few.exit()).isEqualTo(3);
            assertThat(few.envelope().get("changed")).isEqualTo(true);
            assertThat(few.stdout()).contains("sent to 1 of 2 listeners");
            assertThat(received(replica)).containsExactly(REALM + ":*", REALM + ":*");
        }
        assertThat(LockstepRun.of(database.environment(), "realm", verb, REALM, "--expect", "1")
                        .stderr())
                .contains("sent to 0 of 1 listeners: nobody listens");
    }

    @Test
    void anEmptyListOfPathsIsNotTheWholeRealm(TestDatabase database) throws SQLException {
        try (Connection replica = listening(database)) {
            LockstepRun run =
                    LockstepRun.of(database.environment(), "realm", "broadcast", REALM, "--paths-from", "-", "--json");

            assertThat(run.exit()).isZero();
            assertThat(run.stdout()).contains("\"changed\":false", "\"payloads\":[]");
            assertThat(received(replica)).isEmpty();
        }
    }

    @Test
    void aPathTooLongIsSentAsTheWildcardAndSaid(TestDatabase database) throws SQLException {
        try (Connection replica = listening(database)) {
            LockstepRun run =
                    LockstepRun.of(database.environment(), "realm", "broadcast", REALM, "--path", "x".repeat(8_000));

            assertThat(run.exit()).isZero();
            assertThat(run.stderr()).contains("the whole of " + REALM);
            assertThat(received(replica)).containsExactly(REALM + ":*");
        }
    }

    @Test
    void aDryRunConnectsToNobody() throws IOException {
        LockstepRun run = LockstepRun.of(nobodyThere(), "realm", "broadcast", REALM, "--path", "a", "-n", "-o", "json");

        assertThat(run.exit()).isZero();
        assertThat(run.stdout()).contains("\"dryRun\":true", "\"changed\":false", REALM + ":a", "\"echoMs\":null");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                    | cannot be empty",
                "my-realm/             | does not begin with http",
                "ftp://h/              | does not begin with http",
                "http://h/a/:b/        | '/:' in its path",
                "http://h/a?b          | at character 11",
                "http://u:S3CR3T@h/    | a password in it",
                "http://h/../          | '..' in its path",
                "HTTP://H:80/a         | write http://h/a",
            })
    void aBadRealmIsAUsageErrorBeforeAnythingElse(String url, String what) throws IOException {
        LockstepRun run = LockstepRun.of(nobodyThere(), "realm", "broadcast", url);

        assertUsage(run, what);
        assertThat(run.stderr()).doesNotContain("S3CR3T");
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "/abs", "../x", "", "a/", "a\nb"})
    void aBadPathIsAUsageErrorBeforeAnythingElse(String path) throws IOException {
        assertUsage(LockstepRun.of(nobodyThere(), "realm", "broadcast", REALM, "--path", path), "bad path");
    }

    @Test
    void aListOfPathsThatCannotBeReadIsAUsageError() throws IOException {
        Path latin1 = Files.write(folder.resolve("latin1"), "ok\ncaf\u00e9\n".getBytes(StandardCharsets.ISO_8859_1));
        String[] command = {"realm", "broadcast", REALM, "--paths-from"};

        assertUsage(run(command, "/no/such/file"), "no such file");
        assertUsage(run(command, folder.toString()), "cannot read paths");
        assertUsage(run(command, latin1.toString()), "not UTF-8");
    }

    @Test
    void aRealmIsNeeded() throws IOException {
        assertUsage(LockstepRun.of(nobodyThere(), "realm", "broadcast"), "URL");
    }

    @Test
    void aClosedPortIsUnreachableAndASilentOneToo(TestDatabase database) throws IOException {
        long start = System.nanoTime();
        assertThat(LockstepRun.of(nobodyThere(), "realm", "broadcast", REALM).exit())
                .isEqualTo(4);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));

        try (FaultProxy proxy = FaultProxy.before(database)) {
            proxy.freeze();
            start = System.nanoTime();
            LockstepRun run = LockstepRun.of(database.through(proxy.port()).environment(), "realm", "broadcast", REALM);
            assertThat(run.exit()).isIn(4, 5);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
        }
    }

    @Test
    void withoutItsEchoItHasTimedOut(TestDatabase database) {
        try (TransactionPooler pooler = TransactionPooler.before(database, TransactionPooler.Mode.TRANSACTION)) {
            LockstepRun run = LockstepRun.of(
                    database.through(pooler.port()).environment(), "realm", "broadcast", REALM, "-o", "json");

            assertThat(run.exit()).isEqualTo(5);
            assertThat(run.stdout()).contains("\"code\":\"no-echo\"", "\"changed\":true");
            assertThat(run.stderr()).contains("hint: a pooler stands between");
        }
    }

    private static LockstepRun run(String[] command, String last) throws IOException {
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add(last);
        return LockstepRun.of(nobodyThere(), arguments.toArray(String[]::new));
    }

    private static void assertUsage(LockstepRun run, String what) {
        assertThat(run.exit()).as(run.stderr()).isEqualTo(2);
        assertThat(run.stdout()).isEmpty();
        assertThat(run.stderr()).contains(what);
        assertThat(run.stderr().lines()).hasSizeLessThanOrEqualTo(3);
    }

    /** An address at which nobody listens. */
    private static Map<String, String> nobodyThere() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Map<String, String> environment = new HashMap<>();
            environment.put("PGHOST", "127.0.0.1");
            environment.put("PGPORT", Integer.toString(socket.getLocalPort()));
            environment.put("PGUSER", "nobody");
            return environment;
        }
    }

    private static Connection listening(TestDatabase database) throws SQLException {
        Connection connection = database.connect();
        try (Statement statement = connection.createStatement()) {
            statement.execute("listen realm_file_changes");
        }
        return connection;
    }

    /** Whatever is committed before a statement comes before its answer. */
    private static List<String> received(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select 1");
        }
        List<String> payloads = new ArrayList<>();
        for (PGNotification notification : connection.unwrap(PGConnection.class).getNotifications()) {
            payloads.add(notification.getParameter());
        }
        return payloads;
    }
}
