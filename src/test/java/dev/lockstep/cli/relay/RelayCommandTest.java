package dev.lockstep.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.DurableLog;
import dev.lockstep.realm.log.LogRetention;
import dev.lockstep.realm.outbox.OutboxSchema;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class RelayCommandTest {
    @Test
    void aSubscriberHearsWhatIsInTheOutboxAndPostgreSqlSeesOneSession(TestDatabase database) throws Exception {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
        }
        try (RunningRelay relay = RunningRelay.of(database);
                EventReader one = relay.open("");
                EventReader other = relay.subscriber()) {
            assertThat(one.next("ready").get("seq")).isEqualTo("0");

            database.execute("select lockstep_invalidate('http://localhost:4201/luke/', 'cards/person.gts')");

            assertThat(one.next("change"))
                    .hasToString("{realm=http://localhost:4201/luke/, path=cards/person.gts, wildcard=false, seq=1}");
            assertThat(other.numbers(1)).containsExactly("1");
            assertThat(database.backends())
                    .extracting(TestDatabase.Backend::applicationName)
                    .containsExactly("lockstep relay");
        }
    }

    @Test
    void whoComesBackGetsExactlyWhatItMissed(TestDatabase database) throws Exception {
        DurableLog log = DurableLog.in(database);
        log.emit("before");
        try (RunningRelay relay = RunningRelay.of(database, "--keep", "3")) {
            String id;
            try (EventReader reader = relay.subscriber()) {
                log.emit("a", "b");
                assertThat(reader.numbers(2)).containsExactly("2", "3");
                id = reader.lastId();
            }
            log.emit("c", "d");
            try (EventReader reader = relay.back(id)) {
                assertThat(reader.next("ready").get("seq")).isEqualTo("3");
                assertThat(reader.numbers(2)).containsExactly("4", "5");
            }
            // More than memory holds: the log is asked.
            log.emit("e", "f", "g", "h");
            try (EventReader reader = relay.open("?last-event-id=" + id)) {
                reader.next("ready");
                assertThat(reader.numbers(6)).containsExactly("4", "5", "6", "7", "8", "9");
                log.emit("i");
                assertThat(reader.numbers(1)).containsExactly("10");
            }
        }
    }

    @Test
    void whatCannotBeToldIsAGap(TestDatabase database) throws Exception {
        DurableLog log = DurableLog.in(database);
        log.emit("a", "b", "c", "d");
        try (Db db = Boxel.open(database)) {
            db.run(tx -> LogRetention.prune(tx, 2));
        }
        try (RunningRelay relay = RunningRelay.of(database);
                EventReader first = relay.subscriber()) {
            String epoch = first.lastId().split(":", 2)[0];
            Map<String, String> reasons = Map.of(
                    "00000000-0000-0000-0000-000000000000:4",
                    "other-log",
                    epoch + ":1",
                    "pruned",
                    epoch + ":9",
                    "behind-listener",
                    epoch + ":4:00000000",
                    "rewound",
                    "4",
                    "unknown-id");
            for (Map.Entry<String, String> one : reasons.entrySet()) {
                try (EventReader reader = relay.back(one.getKey())) {
                    assertThat(reader.next("gap"))
                            .as(one.getKey())
                            .hasToString("{reason=" + one.getValue() + ", seq=4}");
                    reader.next("ready");
                    assertThat(reader.lastId()).isEqualTo(first.lastId());
                }
            }
            LockstepRun run = relay.stopped();
            assertThat(run.stdout()).contains("\"gaps\":5");
        }
    }

    @Test
    void relaysStandSideBySideAndOneThatIsBehindTakesOverWithoutAGap(TestDatabase database) throws Exception {
        DurableLog log = DurableLog.in(database);
        try (RunningRelay one = RunningRelay.of(database, "--keep", "2");
                RunningRelay behind = RunningRelay.of(database, "--poll", "400ms");
                EventReader reader = one.subscriber()) {
            log.emit("a", "b", "c");
            reader.numbers(3);

            try (EventReader moved = behind.back(reader.lastId())) {
                assertThat(moved.next("ready").get("seq")).isEqualTo("3");
                log.emit("d");
                assertThat(moved.numbers(1)).containsExactly("4");
            }
        }
    }

    @Test
    void aFilterLeavesOutOtherRealmsAndThePlaceMovesOn(TestDatabase database) throws Exception {
        DurableLog log = DurableLog.in(database);
        try (RunningRelay relay = RunningRelay.of(database, "--heartbeat", "1s");
                EventReader reader = relay.open("?realm=http://localhost:4201/other/&realm=http://x.test/a%20b/")) {
            reader.next("ready");
            log.emit("a", "b");

            // With the sign of life comes the place: nothing of what it did not want is looked for again.
            Await.until("the place to move", DurableLog.PATIENCE, () -> reader.lastId()
                    .contains(":2:"));
            assertThat(reader.comment()).isEqualTo(": heartbeat");
            database.execute("select pg_notify('realm_file_changes', 'http://x.test/a b/:c.gts')");
            assertThat(reader.next("change")).hasToString("{realm=http://x.test/a b/, path=c.gts, wildcard=false}");

            assertThat(relay.get("/events?realm=ftp://x/").statusCode()).isEqualTo(400);
            assertThat(relay.get("/other").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void aPortThatIsTakenIsSaidAndABurstThatMemoryDoesNotHoldIsReadFromTheLog(TestDatabase database) throws Exception {
        DurableLog log = DurableLog.in(database);
        String[] burst = new String[800];
        Arrays.setAll(burst, n -> "p" + n);
        try (RunningRelay relay = RunningRelay.of(database, "--keep", "2");
                EventReader reader = relay.subscriber()) {
            LockstepRun second = LockstepRun.of(
                    Map.of("LOCKSTEP_PG", database.url()),
                    "realm",
                    "relay",
                    "--listen",
                    "127.0.0.1:" + URI.create(relay.url()).getPort());
            assertThat(second.exit()).isEqualTo(1);
            assertThat(second.stderr()).contains("cannot listen at 127.0.0.1:").contains("in use");

            log.emit(burst);

            assertThat(reader.numbers(800)).startsWith("1", "2").endsWith("800");
            assertThat(relay.stopped().stdout()).contains("\"cut\":0");
        }
    }

    /** Its connection is full, and it is cut, while another one is served. */
    @Test
    void whoTakesNothingIsCutAndNobodyWaitsForIt(TestDatabase database) throws Exception {
        DurableLog.in(database);
        String[] paths = new String[500];
        Arrays.setAll(paths, n -> "p".repeat(2_000) + n);
        try (RunningRelay relay = RunningRelay.of(database, "--max-behind", "3000", "--stall", "60s");
                Socket slow = new Socket();
                EventReader quick = relay.subscriber();
                Db db = Boxel.open(database)) {
            takeNothing(slow, URI.create(relay.url()));
            Await.until("two streams", DurableLog.PATIENCE, () -> relay.get("/healthz")
                    .body()
                    .contains("\"streams\":2"));
            for (int i = 0; i < 8; i++) {
                DurableLog.emit(db, paths);
                quick.numbers(500);
            }
            Await.until("one stream", DurableLog.PATIENCE, () -> relay.get("/healthz")
                    .body()
                    .contains("\"streams\":1"));
            assertThat(relay.stopped().stdout()).contains("\"cut\":1");
        }
    }

    private static void takeNothing(Socket socket, URI url) throws IOException {
        socket.setReceiveBufferSize(4_096);
        socket.connect(new InetSocketAddress(url.getHost(), url.getPort()));
        OutputStream out = socket.getOutputStream();
        out.write("GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
        out.flush();
    }

    @Test
    void aLostServerIsSaidAndStreamsGoOnWhenItIsBack(TestDatabase database) throws Exception {
        DurableLog log = DurableLog.in(database);
        try (RunningRelay relay = RunningRelay.of(database);
                EventReader reader = relay.subscriber()) {
            assertThat(relay.get("/healthz").body()).startsWith("{\"ok\":true,\"streams\":1,\"lastEventId\":\"");
            database.terminateAll();
            relay.command().awaitStderr("the connection is lost, connecting again");
            log.emit("a");

            assertThat(reader.numbers(1)).containsExactly("1");
            assertThat(relay.get("/healthz").statusCode()).isEqualTo(200);
        }
    }
}
