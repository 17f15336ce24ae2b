package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.realm.log.FeedEvent;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.InvalidationFeed;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.RealmListener;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.Counts;
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
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Fifty listeners, eight emitters of whose transactions one in ten is rolled back, and somebody who kills a random
 * listener's backend every 20 ms.
 */
class InvalidationStormTest {
    private static final int INVALIDATIONS = Counts.of(1_500, 100_000);
    private static final int LISTENERS = 50;
    private static final int EMITTERS = 8;
    private static final int MAX_IN_A_TRANSACTION = 3;

    /** Without the log; several, because a kill hits one of them only now and then. */
    private static final int RAW_LISTENERS = 5;

    private static final Duration BETWEEN_KILLS = Duration.ofMillis(20);
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

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong kills = new AtomicLong();
    private final AtomicLong rolledBack = new AtomicLong();
    private final AtomicLong heardRaw = new AtomicLong();
    private final CountDownLatch ready = new CountDownLatch(LISTENERS);

    @AfterEach
    void endThreads() {
        clock.shutdownNow();
        threads.shutdownNow();
    }

    @Test
    void everybodyAppliesEveryOneOnceAndInOrder() throws Exception {
        // Of its own, because there are more connections than most servers take.
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase();
                Connection admin = database.connectAsAdministrator();
                Db db = Boxel.open(database)) {
            InvalidationLog.prepare(db);
            storm(database, admin);
        }
    }

    private void storm(TestDatabase database, Connection admin) throws Exception {
        List<RealmListener> raw = new ArrayList<>();
        List<CountDownLatch> ends = new ArrayList<>();
        for (int i = 0; i < RAW_LISTENERS; i++) {
            CountDownLatch end = new CountDownLatch(1);
            ends.add(end);
            raw.add(RealmListener.listening(Boxel.databases(database), Boxel.target(database), counting(end)));
        }
        raw.forEach(RealmListener::awaitReady);
        List<Future<Long>> listeners = new ArrayList<>();
        for (int i = 0; i < LISTENERS; i++) {
            String name = "listener-" + i;
            listeners.add(threads.submit(() -> listen(database, name)));
        }
        ready.await();

        ScheduledFuture<?> killing =
                clock.scheduleAtFixedRate(() -> killOne(admin), 0, BETWEEN_KILLS.toMillis(), TimeUnit.MILLISECONDS);
        List<Future<Void>> emitters = new ArrayList<>();
        for (int i = 0; i < EMITTERS; i++) {
            Random random = new Random(31 * Counts.seed() + i);
            emitters.add(threads.submit(() -> emit(database, random)));
        }
        for (Future<Void> emitter : emitters) {
            emitter.get();
        }
        assertThat(killing.isDone()).as("the one who kills has failed").isFalse();
        killing.cancel(false);

        for (Future<Long> listener : listeners) {
            assertThat(listener.get()).isEqualTo(INVALIDATIONS);
        }
        // Whoever hears this has heard, or lost, all that was said before.
        for (CountDownLatch end : ends) {
            Await.until("a raw listener to hear the end", CALM, () -> {
                database.execute("select pg_notify('realm_file_changes', '" + REALM + ":*')");
                return end.getCount() == 0;
            });
        }
        raw.forEach(RealmListener::close);
        assertThat(kills).hasPositiveValue();
        assertThat(rolledBack).hasPositiveValue();
        assertThat(heardRaw.get())
                .as("raw notifications that %d listeners heard, of %d kills", RAW_LISTENERS, kills.get())
                .isPositive()
                .isLessThan((long) RAW_LISTENERS * INVALIDATIONS);
    }

    private void killOne(Connection admin) {
        try (Statement statement = admin.createStatement()) {
            statement.execute(KILL_ONE);
            kills.incrementAndGet();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private RealmHandler counting(CountDownLatch end) {
        return new RealmHandler() {
            @Override
            public void path(RealmUrl realm, String path) {
                heardRaw.incrementAndGet();
            }

            @Override
            public void realm(RealmUrl realm) {
                end.countDown();
            }

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
                    applied++;
                    if (changed.seq().orElse(-1) != applied) {
                        throw new AssertionError("not number " + applied + " of " + name + ": " + changed);
                    }
                }
            }
            assertThat(feed.next(Duration.ofMillis(300)).filter(Changed.class::isInstance))
                    .as("after the last of %s", name)
                    .isEmpty();
        }
        return applied;
    }

    private Void emit(TestDatabase database, Random random) {
        try (Db db = open(database)) {
            for (List<FileChange> changes = take(random); !changes.isEmpty(); changes = take(random)) {
                while (!emitted(db, changes, random.nextInt(10) == 0)) {
                    rolledBack.incrementAndGet();
                }
            }
        }
        return null;
    }

    /** Who kills does not spare those who log in. */
    private static Db open(TestDatabase database) {
        while (true) {
            try {
                return Boxel.open(database);
            } catch (DbException e) {
                assertThat(e.reason()).isEqualTo(DbException.Reason.UNREACHABLE);
            }
        }
    }

    /** The changes of the next transaction; none if all are taken. */
    private List<FileChange> take(Random random) {
        int count = 1 + random.nextInt(MAX_IN_A_TRANSACTION);
        int first = taken.getAndAdd(count);
        List<FileChange> changes = new ArrayList<>();
        for (int n = first; n < Math.min(first + count, INVALIDATIONS); n++) {
            changes.add(FileChange.file(REALM, "file-" + n));
        }
        return changes;
    }

    private static boolean emitted(Db db, List<FileChange> changes, boolean fail) {
        List<String> payloads = changes.stream().map(FileChange::payload).toList();
        try {
            db.run(tx -> {
                InvalidationLog.append(tx, changes, Optional.empty());
                Notifications.send(tx, FileChange.CHANNEL, payloads);
                if (fail) {
                    throw new LockstepException("rolled back", null);
                }
            });
            return true;
        } catch (LockstepException e) {
            assertThat(e).hasMessage("rolled back");
            return false;
        }
    }
}
