package dev.lockstep.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.DurableLog;
import dev.lockstep.realm.log.LogRetention;
import dev.lockstep.realm.outbox.OutboxSchema;
import dev.lockstep.support.Json;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import java.net.http.HttpClient;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

@ExtendWith(PostgresExtension.class)
@Execution(ExecutionMode.CONCURRENT)
class RelayCommandTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    private static RunningLockstep relay(TestDatabase database, String... options) {
        List<String> arguments = new ArrayList<>(List.of("realm", "relay", "--listen", "127.0.0.1:0", "-o", "jsonl"));
        arguments.addAll(List.of(options));
        return RunningLockstep.start(Map.of("LOCKSTEP_PG", database.url()), arguments.toArray(String[]::new));
    }

    private static String url(RunningLockstep relay) {
        relay.awaitStdout("\n");
        return (String)
                ((Map<?, ?>) Json.parse(relay.stdout().lines().findFirst().orElseThrow())).get("url");
    }

    private static List<String> numbers(EventReader reader, int count) throws InterruptedException {
        List<String> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add((String) reader.next("change").get("seq"));
        }
        return numbers;
    }

    @Test
    void aSubscriberHearsWhatIsInTheOutboxAndPostgreSqlSeesOneSession(TestDatabase database) throws Exception {
        try (Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
        }
        try (RunningLockstep relay = relay(database);
                EventReader one = EventReader.open(CLIENT, url(relay));
                EventReader other = EventReader.open(CLIENT, url(relay))) {
            assertThat(one.next("ready").get("seq")).isEqualTo("0");
            other.next("ready");

            database.execute("select lockstep_invalidate('http://localhost:4201/luke/', 'cards/person.gts')");

            assertThat(one.next("change"))
                    .hasToString("{realm=http://localhost:4201/luke/, path=cards/person.gts, wildcard=false,"
                            + " payload=http://localhost:4201/luke/:cards/person.gts, seq=1}");
            assertThat(numbers(other, 1)).containsExactly("1");
            assertThat(database.backends())
                    .extracting(TestDatabase.Backend::applicationName)
                    .containsExactly("lockstep relay");
        }
    }

    @Test
    void whoComesBackGetsExactlyWhatItMissed(TestDatabase database) throws Exception {
        DurableLog log = DurableLog.in(database);
        log.emit("before");
        try (RunningLockstep relay = relay(database, "--keep", "3")) {
            String id;
            try (EventReader reader = EventReader.open(CLIENT, url(relay))) {
                reader.next("ready");
                log.emit("a", "b");
                assertThat(numbers(reader, 2)).containsExactly("2", "3");
                id = reader.lastId();
            }
            log.emit("c", "d");
            try (EventReader reader = EventReader.open(CLIENT, url(relay), "Last-Event-ID", id)) {
                assertThat(reader.next("ready").get("seq")).isEqualTo("3");
                assertThat(numbers(reader, 2)).containsExactly("4", "5");
            }
            // More than memory holds: the log is asked.
            log.emit("e", "f", "g", "h");
            try (EventReader reader = EventReader.open(CLIENT, url(relay) + "?last-event-id=" + id)) {
                reader.next("ready");
                assertThat(numbers(reader, 6)).containsExactly("4", "5", "6", "7", "8", "9");
                log.emit("i");
                assertThat(numbers(reader, 1)).containsExactly("10");
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
        try (RunningLockstep relay = relay(database);
                EventReader first = EventReader.open(CLIENT, url(relay))) {
            first.next("ready");
            String epoch = first.lastId().split(":")[0];
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
                try (EventReader reader = EventReader.open(CLIENT, url(relay), "Last-Event-ID", one.getKey())) {
                    assertThat(reader.next("gap"))
                            .as(one.getKey())
                            .hasToString("{reason=" + one.getValue() + ", seq=4}");
                    reader.next("ready");
                    assertThat(reader.lastId()).isEqualTo(first.lastId());
                }
            }
            LockstepRun run = stopped(relay);
            assertThat(run.stdout()).contains("\"gaps\":5");
        }
    }

    private static LockstepRun stopped(RunningLockstep relay) {
        relay.close();
        return relay.ended();
    }
}
