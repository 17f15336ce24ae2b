package dev.lockstep.cli.relay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.DurableLog;
import dev.lockstep.support.Clock;
import dev.lockstep.support.Json;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Many subscribers of a relay that is a process of its own, a hundred events a second, a tenth of the subscribers cut off each
 * second: every one has every number once. What that costs is printed.
 */
@ExtendWith(PostgresExtension.class)
class RelayFanOutTest {
    private static final int SUBSCRIBERS = Counts.of(300, 5_000);
    private static final int SECONDS = Counts.of(3, 10);
    private static final int EVENTS_A_SECOND = 100;
    private static final int TICKS_A_SECOND = 100;
    private static final Duration PATIENCE = Duration.ofSeconds(Counts.of(120, 600));

    @Test
    void everySubscriberHasEveryNumberOnce(TestDatabase database) throws Exception {
        DurableLog.in(database);
        long seed = Counts.seed();
        try (ChildJvm relay = ChildJvm.start(
                Lockstep.class,
                Map.of("LOCKSTEP_PG", database.url()),
                "realm",
                "relay",
                "--listen",
                "127.0.0.1:0",
                "-o",
                "jsonl")) {
            relay.awaitStdout("\n");
            String url = (String) ((Map<?, ?>) Json.parse(relay.stdout().strip())).get("url");
            // What is loaded and compiled for one is there for all.
            try (EventReader first = EventReader.open(HttpClient.newHttpClient(), url)) {
                first.next("ready");
            }
            long before = resident(relay);
            int goal = SECONDS * EVENTS_A_SECOND;
            try (Swarm swarm = new Swarm(url, SUBSCRIBERS, goal, new Random(seed));
                    Db db = Boxel.open(database)) {
                Await.until("all to be ready", PATIENCE, () -> swarm.ready() == SUBSCRIBERS);
                long idle = resident(relay) - before;
                long cpu = ticks(relay);
                assertThat(database.backends())
                        .extracting(TestDatabase.Backend::applicationName)
                        .containsExactlyInAnyOrder("lockstep relay", "lockstep test");

                emit(db, swarm);
                Await.until("all to have all", PATIENCE, () -> swarm.complete() == SUBSCRIBERS);

                swarm.close();
                assertThat(swarm.faults()).as("seed %d", seed).isEmpty();
                System.out.printf(
                        "%,d subscribers, %,d deliveries, %,d cut: %.1f KiB of memory each, %.1f us of CPU a delivery%n",
                        SUBSCRIBERS,
                        swarm.delivered(),
                        swarm.cuts(),
                        idle / 1024.0 / SUBSCRIBERS,
                        (ticks(relay) - cpu) * 1_000_000.0 / TICKS_A_SECOND / swarm.delivered());
            }
        }
    }

    private static void emit(Db db, Swarm swarm) throws InterruptedException {
        long started = System.nanoTime();
        for (int n = 0; n < SECONDS * EVENTS_A_SECOND; n++) {
            long due = started + n * 1_000_000_000L / EVENTS_A_SECOND;
            Clock.SYSTEM.sleep(Duration.ofNanos(Math.max(0, due - System.nanoTime())));
            DurableLog.emit(db, "cards/" + n + ".gts");
            if (n % (EVENTS_A_SECOND / 10) == 0) {
                swarm.cut(SUBSCRIBERS / 100);
            }
        }
    }

    /** In bytes. */
    private static long resident(ChildJvm relay) throws IOException {
        return Files.readAllLines(Path.of("/proc/" + relay.pid() + "/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }

    /** Of CPU, ever. */
    private static long ticks(ChildJvm relay) throws IOException {
        String stat = Files.readString(Path.of("/proc/" + relay.pid() + "/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
        return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
    }
}
