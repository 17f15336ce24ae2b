package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.Trouble;
import dev.lockstep.realm.FeedEvent.Changed;
import dev.lockstep.realm.FeedEvent.Resync;
import dev.lockstep.realm.InvalidationFeed.Emitters;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Fifty listeners, eight emitters of whose transactions one in ten is rolled back, and somebody who kills a random
 * listener's backend every 20 ms. The number of invalidations is {@code -Dlockstep.storm=N}.
 */
class InvalidationStormTest {
    private static final int INVALIDATIONS = Integer.getInteger("lockstep.storm", 10_000);
    private static final int LISTENERS = 50;
    private static final int EMITTERS = 8;
    private static final Duration CALM = Duration.ofSeconds(60);
    private static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/");

    private static final String KILL_ONE = """
            select pg_terminate_backend(pid)
              from pg_stat_activity
             where datname = current_database()
               and application_name like 'lockstep%listener%'
             order by random()
             limit 1
            """;

    private final AtomicLong toGo = new AtomicLong(INVALIDATIONS);
    private final AtomicLong rolledBack = new AtomicLong();
    private final AtomicLong heardRaw = new AtomicLong();
    private final CountDownLatch ready = new CountDownLatch(LISTENERS);

    @Test
    void everybodyAppliesEveryOneOnceAndInOrder() throws Exception {
        try (TestPostgres server = TestPostgres.start()) {
            allowConnections(server);
            try (TestDatabase database = server.createDatabase()) {
                try (Db db = Boxel.open(database)) {
                    InvalidationLog.prepare(db);
                }
                storm(database);
            }
        }
    }

    private static void allowConnections(TestPostgres server) throws SQLException {
        try (TestDatabase database = server.createDatabase();
                Connection admin = database.connectAsAdministrator();
                Statement statement = admin.createStatement()) {
            statement.execute("alter system set max_connections = 250");
        }
        server.restart();
    }

    private void storm(TestDatabase database) throws Exception {
        ExecutorService threads = Executors.newCachedThreadPool();
        RealmListener raw = RealmListener.listening(Boxel.databases(database), Boxel.target(database), counting());
        try (raw;
                Connection admin = database.connectAsAdministrator()) {
            raw.awaitReady();
            List<Future<Long>> listeners = new ArrayList<>();
            for (int i = 0; i < LISTENERS; i++) {
                String name = "listener-" + i;
                listeners.add(threads.submit(() -> listen(database, name)));
            }
            ready.await();
            List<Future<Void>> emitters = new ArrayList<>();
            for (int i = 0; i < EMITTERS; i++) {
                Random random = new Random(i);
                emitters.add(threads.submit(() -> emit(database, random)));
            }
            int kills = killUntilDone(admin, emitters);

            for (Future<Void> emitter : emitters) {
                emitter.get();
            }
            for (Future<Long> listener : listeners) {
                assertThat(listener.get()).isEqualTo(INVALIDATIONS);
            }
            assertThat(kills).isPositive();
            assertThat(rolledBack).hasPositiveValue();
            assertThat(heardRaw.get())
                    .as("raw notifications heard of %d", INVALIDATIONS)
                    .isLessThan(INVALIDATIONS);
        } finally {
            threads.shutdownNow();
        }
    }

    private static int killUntilDone(Connection admin, List<Future<Void>> emitters) throws Exception {
        int kills = 0;
        for (long next = System.nanoTime(); !emitters.stream().allMatch(Future::isDone); next += 20_000_000) {
            try (Statement statement = admin.createStatement()) {
                statement.execute(KILL_ONE);
                kills++;
            }
            while (System.nanoTime() - next < 0) {
                Thread.onSpinWait();
            }
        }
        return kills;
    }

    private RealmHandler counting() {
        return new RealmHandler() {
            @Override
            public void path(RealmUrl realm, String path) {
                heardRaw.incrementAndGet();
            }

            @Override
            public void realm(RealmUrl realm) {}

            @Override
            public void gap(String why) {}
        };
    }

    /** Returns the last number of an unbroken row that began with 1. */
    private long listen(TestDatabase database, String name) throws InterruptedException {
        long applied = 0;
        try (InvalidationFeed feed = InvalidationFeed.listening(
                Boxel.databases(database), Boxel.target(database), Optional.of(name), Emitters.ALL_USE_THE_LOG)) {
            while (applied < INVALIDATIONS) {
                FeedEvent event = feed.next(CALM).orElse(null);
                assertThat(event)
                        .as("after %d of %s", applied, name)
                        .isNotNull()
                        .isNotInstanceOf(Resync.class);
                if (event instanceof FeedEvent.Ready) {
                    ready.countDown();
                } else if (event instanceof Changed changed) {
                    assertThat(changed.seq()).as("of %s, %s", name, changed).hasValue(++applied);
                }
            }
            assertThat(feed.next(Duration.ofMillis(300)).filter(Changed.class::isInstance))
                    .as("after the last of %s", name)
                    .isEmpty();
        }
        return applied;
    }

    private Void emit(TestDatabase database, Random random) {
        try (Db db = Boxel.open(database)) {
            for (long n = toGo.getAndDecrement(); n > 0; n = toGo.getAndDecrement()) {
                FileChange change = FileChange.file(REALM, "file-" + n);
                while (!emitted(db, change, random.nextInt(10) == 0)) {
                    rolledBack.incrementAndGet();
                }
            }
        }
        return null;
    }

    private static boolean emitted(Db db, FileChange change, boolean fail) {
        try {
            db.run(tx -> {
                InvalidationLog.append(tx, List.of(change), Optional.empty());
                Notifications.send(tx, FileChange.CHANNEL, List.of(change.payload()));
                if (fail) {
                    throw new Trouble("rolled back", null);
                }
            });
            return true;
        } catch (Trouble e) {
            assertThat(e).hasMessage("rolled back");
            return false;
        }
    }
}
