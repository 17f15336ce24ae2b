package dev.lockstep.realm.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.log.FeedEvent;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.InvalidationFeed;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.realm.log.Sequencing;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
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
 * Writers who call in their own transactions, of which one in ten is rolled back; several who sequence; listeners; and somebody
 * who ends the backend of one of those who sequence, or listen, again and again.
 */
class OutboxStormTest {
    private static final int INVALIDATIONS = Counts.of(2_000, 100_000);
    private static final int WRITERS = 64;
    private static final int LISTENERS = Counts.of(5, 50);
    private static final int SEQUENCERS = 3;
    private static final Duration BETWEEN_KILLS = Duration.ofMillis(50);
    private static final Duration CALM = Duration.ofSeconds(60);

    private static final String KILL = """
            select pg_terminate_backend(pid)
              from (select pid
                      from pg_stat_activity
                     where datname = current_database()
                       and application_name like ?
                     order by random()
                     limit 1) one
            """;

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private final AtomicInteger taken = new AtomicInteger();
    private final AtomicLong rolledBack = new AtomicLong();
    private final AtomicLong kills = new AtomicLong();
    private final CountDownLatch ready = new CountDownLatch(LISTENERS);

    @AfterEach
    void endThreads() {
        clock.shutdownNow();
        threads.shutdownNow();
    }

    @Test
    void everyCommittedOneHasItsNumberOnceAndEverybodyAppliesIt() throws Exception {
        // Of its own, because there are more connections than most servers take.
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase();
                Connection admin = database.connectAsAdministrator();
                Db db = Boxel.open(database)) {
            OutboxSchema.install(db);
            database.execute("create table change (n int primary key)");
            List<Sequencing> sequencers = new ArrayList<>();
            for (int i = 0; i < SEQUENCERS; i++) {
                sequencers.add(Sequencing.beside(
                        Boxel.databases(database), Boxel.target(database), Sequencing.DEFAULT_INTERVAL));
            }
            storm(database, admin);
            sequencers.forEach(Sequencing::close);
            assertThat(database.ask("select count(*) from lockstep_inval_outbox"))
                    .isEqualTo("0");
            // Each change of the application's own table, and no other, in one row of the log.
            assertThat(database.ask("""
                    select count(*) || ' ' || count(distinct l.seq) || ' ' || max(l.seq)
                      from lockstep_inval_log l
                      join change c on l.path = c.n || '.json'
                    """)).isEqualTo("%1$d %1$d %1$d".formatted(INVALIDATIONS));
        }
    }

    private void storm(TestDatabase database, Connection admin) throws Exception {
        List<Future<Integer>> listeners = new ArrayList<>();
        for (int i = 0; i < LISTENERS; i++) {
            String name = "listener-" + i;
            listeners.add(threads.submit(() -> listen(database, name)));
        }
        ready.await();
        // From one's end to the next, so that a busy server has the same time between two as an idle one.
        ScheduledFuture<?> killing =
                clock.scheduleWithFixedDelay(() -> kill(admin), 0, BETWEEN_KILLS.toMillis(), TimeUnit.MILLISECONDS);
        List<Future<Void>> writers = new ArrayList<>();
        for (int i = 0; i < WRITERS; i++) {
            Random random = new Random(31 * Counts.seed() + i);
            writers.add(threads.submit(() -> write(database, random)));
        }
        for (Future<Void> writer : writers) {
            writer.get();
        }
        for (Future<Integer> listener : listeners) {
            assertThat(listener.get()).isEqualTo(INVALIDATIONS);
        }
        assertThat(killing.isDone()).as("the one who kills has failed").isFalse();
        killing.cancel(false);
        assertThat(kills).hasPositiveValue();
        assertThat(rolledBack).hasPositiveValue();
    }

    private void kill(Connection admin) {
        String whom = kills.incrementAndGet() % 2 == 0 ? "lockstep sequencer" : "lockstep%listener%";
        try (PreparedStatement statement = admin.prepareStatement(KILL)) {
            statement.setString(1, whom);
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns how many different paths an unbroken row of numbers had that began with 1. */
    private int listen(TestDatabase database, String name) throws InterruptedException {
        Set<String> paths = new HashSet<>();
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
                    paths.add(changed.change().path());
                }
            }
        }
        return paths.size();
    }

    private Void write(TestDatabase database, Random random) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (int n = taken.getAndIncrement(); n < INVALIDATIONS; ) {
                statement.execute("insert into change values (" + n + ")");
                statement.execute("select lockstep_invalidate('http://x.test/a/', '" + n + ".json')");
                if (random.nextInt(10) == 0) {
                    connection.rollback();
                    rolledBack.incrementAndGet();
                } else {
                    connection.commit();
                    n = taken.getAndIncrement();
                }
            }
        }
        return null;
    }
}
