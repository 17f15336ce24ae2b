package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.log.FeedEvent;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.InvalidationFeed;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.support.Environment;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * A standby that lacks the last invalidations takes over, and gives their numbers to others. Whoever heard the first ones must
 * hear the second, or be told that something is missing.
 */
class FailoverTest {
    private static final int FAILOVERS = Counts.of(2, 200);
    private static final int EMITTERS = 2;
    private static final Duration PATIENCE = Duration.ofSeconds(90);

    private final Random random = new Random(Counts.seed());
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final AtomicInteger emitted = new AtomicInteger();

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    @Test
    void noListenerMissesANumberInSilence() throws Exception {
        TestPostgres primary = TestPostgres.start();
        try {
            for (int i = 0; i < FAILOVERS; i++) {
                primary = failover(primary);
                if ((i + 1) % 10 == 0) {
                    System.out.println("FailoverTest: " + (i + 1) + " failovers, " + emitted.get() + " invalidations");
                }
            }
        } finally {
            primary.close();
        }
    }

    private TestPostgres failover(TestPostgres primary) throws Exception {
        TestDatabase old = primary.createDatabase();
        DurableLog.in(old);
        new DurableLog(old).emit("first");
        TestPostgres standby = primary.standby();
        TestDatabase heir = standby.database(old);
        List<Listener> listeners = listeners(old, heir);
        for (Listener listener : listeners) {
            Await.until("a listener to be ready", PATIENCE, () -> listener.ready);
        }
        List<Future<?>> emitters = emitters(old);
        int before = emitted.get() + 1 + random.nextInt(30);
        Await.until("emitters", PATIENCE, () -> emitted.get() > before);
        Await.until("the standby to have some", PATIENCE, () -> count(heir) > 1);
        standby.stop();
        int lost = emitted.get() + random.nextInt(8);
        Await.until("more emitted", PATIENCE, () -> emitted.get() >= lost);
        primary.stop();
        for (Future<?> emitter : emitters) {
            emitter.get();
        }
        standby.go();
        standby.promote();
        int renumbered = random.nextInt(12);
        for (int i = 0; i < renumbered; i++) {
            new DurableLog(heir).emit("renumbered " + emitted.incrementAndGet());
        }
        new DurableLog(heir).emit("last");
        Map<Long, String> log = log(heir);
        for (Listener listener : listeners) {
            listener.check(log);
        }
        primary.close();
        return standby;
    }

    private List<Future<?>> emitters(TestDatabase database) {
        List<Future<?>> emitters = new ArrayList<>();
        for (int i = 0; i < EMITTERS; i++) {
            emitters.add(threads.submit(() -> {
                while (true) {
                    try {
                        new DurableLog(database).emit("before " + emitted.incrementAndGet());
                    } catch (LockstepException serverIsGone) {
                        return;
                    }
                }
            }));
        }
        return emitters;
    }

    private List<Listener> listeners(TestDatabase old, TestDatabase heir) {
        Map<String, String> environment = new HashMap<>(old.environment());
        environment.put("PGHOST", old.host() + "," + heir.host());
        environment.put("PGPORT", old.port() + "," + heir.port());
        environment.put("PGTARGETSESSIONATTRS", "read-write");
        Databases databases = new Databases(new Environment(environment));
        PgTarget target = PgTarget.resolve(null, TargetSources.of(new Environment(environment)));
        List<Listener> listeners = List.of(
                new Listener(() ->
                        InvalidationFeed.listening(databases, target, Optional.of("a"), Emitters.ALL_USE_THE_LOG)),
                new Listener(() ->
                        InvalidationFeed.listening(databases, target, Optional.empty(), Emitters.ALL_USE_THE_LOG)),
                new Listener(
                        () -> InvalidationFeed.polling(databases, target, Optional.of("b"), Duration.ofMillis(100))),
                new Listener(() -> InvalidationFeed.overOneSession(
                        databases, target, Optional.of("c"), Emitters.ALL_USE_THE_LOG)));
        listeners.forEach(listener -> listener.run = threads.submit(listener::listen));
        return listeners;
    }

    private static long count(TestDatabase database) throws SQLException {
        return Long.parseLong(database.ask("select count(*) from lockstep_inval_log"));
    }

    private static Map<Long, String> log(TestDatabase database) throws SQLException {
        Map<Long, String> log = new TreeMap<>();
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement();
                var rs = statement.executeQuery("select seq, path from lockstep_inval_log")) {
            while (rs.next()) {
                log.put(rs.getLong(1), rs.getString(2));
            }
        }
        return log;
    }

    /** One that writes down what it is told until it is told the last. */
    private static final class Listener {
        private interface Opening {
            InvalidationFeed open();
        }

        private final Opening opening;
        private final Set<String> told = new HashSet<>();
        private long start;
        private long covered;
        private int resyncs;
        private volatile boolean ready;
        private volatile long reached;
        private volatile boolean done;
        private Future<?> run;

        Listener(Opening opening) {
            this.opening = opening;
        }

        void listen() {
            try (InvalidationFeed feed = opening.open()) {
                while (!done) {
                    take(feed.next(Duration.ofMillis(100)).orElse(null));
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        private void take(FeedEvent event) {
            if (event instanceof FeedEvent.Ready told) {
                start = told.from().seq();
                ready = true;
            } else if (event instanceof Changed changed && changed.seq().isPresent()) {
                told.add(changed.seq().getAsLong() + " " + changed.change().path());
                reached = changed.change().path().equals("last") ? Long.MAX_VALUE : reached;
            } else if (event instanceof Resync resync) {
                covered = resync.now().seq();
                resyncs++;
                reached = Math.max(reached, covered);
            }
        }

        /** @param log as it is in the end */
        void check(Map<Long, String> log) throws Exception {
            long end = log.size();
            Await.until("the end to be told", PATIENCE, () -> run.isDone() || reached >= end);
            done = true;
            run.get();
            Set<String> known = new HashSet<>();
            for (Map.Entry<Long, String> record : log.entrySet()) {
                String one = record.getKey() + " " + record.getValue();
                known.add(one);
                assertThat(record.getKey() <= start || record.getKey() <= covered || told.contains(one))
                        .as("%s of %d, from %d, covered %d, told %s", one, end, start, covered, told)
                        .isTrue();
            }
            assertThat(resyncs).as("what is not in the log: %s", told).isEqualTo(known.containsAll(told) ? 0 : 1);
        }
    }
}
