package dev.lockstep.transpile.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.Cache;
import dev.lockstep.transpile.Crew;
import dev.lockstep.transpile.Gate;
import dev.lockstep.transpile.service.Wakeups.Waiter;
import dev.lockstep.transpile.service.Wakeups.Wake;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Boxel's module-cache-coordination-test, by its numbers, and what its coordinator gets wrong. */
@ExtendWith(PostgresExtension.class)
class CoordinatorTest {
    private static final LockKey KEY = LockKey.of("coalesce-test-key");
    private static final Duration LONG = Duration.ofSeconds(20);

    private final Crew crew = new Crew();
    private Cache cache;
    private DbPool pool;
    private PgListener listener;
    private Coordinator coordinator;

    @BeforeEach
    void open(TestDatabase database) {
        cache = Cache.on(database);
        pool = cache.pool(4);
        listener = cache.listener();
        coordinator = new Coordinator(pool, listener);
    }

    @AfterEach
    void close() throws InterruptedException {
        crew.close();
        coordinator.close();
        listener.close();
        pool.close();
        cache.close();
    }

    @Test
    void s33AWinnersCommitWakesAPeer() throws Exception {
        try (PgListener peers = cache.listener();
                DbPool theirs = cache.pool(1);
                Coordinator peer = new Coordinator(theirs, peers);
                Waiter waiter = peer.register(KEY)) {
            assertThat(coordinator.tryAcquireAndRun(KEY, pinned -> "result")).contains("result");

            assertThat(waiter.await(LONG)).isEqualTo(Wake.POPULATED);
        }
    }

    @Test
    void s34ALosersWorkNeverRuns() throws Exception {
        Gate gate = new Gate();
        Future<Optional<String>> first = crew.start(() -> coordinator.tryAcquireAndRun(KEY, pinned -> {
            gate.pass();
            return "first";
        }));
        gate.awaitArrival();

        Optional<String> second = coordinator.tryAcquireAndRun(KEY, pinned -> {
            throw new AssertionError("a loser works");
        });
        gate.open();

        assertThat(second).isEmpty();
        assertThat(Crew.result(first)).contains("first");
    }

    @Test
    void s35SqlMayFailBehindASavepoint() throws Exception {
        Optional<Long> result = coordinator.tryAcquireAndRun(KEY, pinned -> {
            assertThatThrownBy(() -> pinned.attempting(tx -> tx.rows("select * from no_such_table")))
                    .isInstanceOf(DbException.class);
            return pinned.tx().only("select 1 as one").integer("one");
        });

        assertThat(result).contains(1L);
    }

    @Test
    void s36SqlThatFailedWithoutSavepointFailsTheAttempt() {
        assertThatThrownBy(() -> coordinator.tryAcquireAndRun(KEY, pinned -> {
                    try {
                        pinned.tx().rows("select * from no_such_table");
                    } catch (DbException e) {
                        assertThat(e.reason()).isEqualTo(DbException.Reason.NO_SUCH_OBJECT);
                    }
                    return "swallowed";
                }))
                .isInstanceOf(DbException.class);
    }

    @Test
    void s37ANotificationOfTheKeyWakesAWaiterAtOnce(TestDatabase database) throws Exception {
        try (Waiter waiter = coordinator.register(KEY)) {
            database.execute("select pg_notify('module_cache_populated', '4042284392742683263')");

            assertThat(waiter.await(Duration.ofMinutes(2))).isEqualTo(Wake.POPULATED);
        }
    }

    @Test
    void s38AWaiterWithoutNotificationWaitsItsTimeAndNoLonger() throws Exception {
        try (Waiter waiter = coordinator.register(KEY)) {
            long start = System.nanoTime();

            assertThat(waiter.await(Duration.ofMillis(200))).isEqualTo(Wake.UNKNOWN);
            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isBetween(Duration.ofMillis(180), Duration.ofMillis(1_500));
        }
    }

    @Test
    void s39AnotherKeysNotificationWakesNobody(TestDatabase database) throws Exception {
        try (Waiter waiter = coordinator.register(KEY);
                Waiter other = coordinator.register(new LockKey(1))) {
            database.execute("select pg_notify('module_cache_populated', '1')");

            assertThat(other.await(LONG)).isEqualTo(Wake.POPULATED);
            assertThat(waiter.await(Duration.ofMillis(100))).isEqualTo(Wake.UNKNOWN);
        }
    }

    @Test
    void s40ShuttingDownWakesWhoeverWaits() throws Exception {
        Waiter waiter = coordinator.register(KEY);
        Future<Wake> waiting = crew.start(() -> waiter.await(Duration.ofSeconds(60)));

        coordinator.close();

        assertThat(Crew.result(waiting)).isEqualTo(Wake.UNKNOWN);
    }

    @Test
    void s41FiveWinnersSharePoolOfTwo() throws Exception {
        try (DbPool two = cache.pool(2);
                Coordinator busy = new Coordinator(two, listener)) {
            List<Future<Optional<Long>>> winners = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                LockKey key = new LockKey(i);
                winners.add(crew.start(() -> busy.tryAcquireAndRun(
                        key, pinned -> pinned.tx().only("select 1 as one").integer("one"))));
            }
            for (Future<Optional<Long>> winner : winners) {
                assertThat(Crew.result(winner)).contains(1L);
            }
        }
    }

    @Test
    void aFailureWakesTheOthersAsWell() throws Exception {
        try (Waiter waiter = coordinator.register(KEY)) {
            assertThatThrownBy(() -> coordinator.tryAcquireAndRun(KEY, pinned -> {
                        throw new BuildFailed("unexpected token", null);
                    }))
                    .hasMessage("unexpected token");

            assertThat(waiter.await(LONG)).isEqualTo(Wake.FAILED);
        }
    }

    @Test
    void aLostListenConnectionWakesWhoeverMayHaveMissedSomething(TestDatabase database) throws Exception {
        try (Waiter waiter = coordinator.register(KEY)) {
            for (TestDatabase.Backend backend : database.backends()) {
                if (backend.applicationName().contains("listener")) {
                    database.terminate(backend);
                }
            }

            assertThat(waiter.await(LONG)).isEqualTo(Wake.UNKNOWN);
        }
    }

    /** Longer than the lease: only the heartbeat keeps the server from ending the session. */
    @Test
    void aSlowWinnerKeepsItsLockForAsLongAsItLives() throws Exception {
        Gate gate = new Gate();
        Future<Optional<String>> slow = crew.start(() -> coordinator.tryAcquireAndRun(
                KEY,
                pinned -> pinned.working(() -> {
                    gate.pass();
                    return "slow";
                })));
        gate.awaitArrival();
        long until = System.nanoTime()
                + Coordinator.LEASE.toNanos()
                + Duration.ofSeconds(1).toNanos();
        AtomicInteger attempts = new AtomicInteger();
        while (System.nanoTime() < until) {
            assertThat(coordinator.tryAcquireAndRun(KEY, pinned -> "stolen")).isEmpty();
            attempts.incrementAndGet();
        }
        gate.open();

        assertThat(Crew.result(slow)).contains("slow");
        assertThat(attempts).hasValueGreaterThan(10);
    }

    @Test
    void aWinnerThatFallsSilentLosesItsLock(TestDatabase database) throws Exception {
        Gate gate = new Gate();
        Future<Optional<String>> silent = crew.start(() -> coordinator.tryAcquireAndRun(KEY, pinned -> {
            gate.pass();
            return "silent";
        }));
        gate.awaitArrival();
        long start = System.nanoTime();
        Optional<String> successor = Optional.empty();
        while (successor.isEmpty()) {
            successor = coordinator.tryAcquireAndRun(KEY, pinned -> "successor");
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofMinutes(1));
        }
        gate.open();

        assertThatThrownBy(() -> Crew.result(silent)).isInstanceOf(DbException.class);
        assertThat(database.backends()).allMatch(backend -> backend.advisoryLocks() == 0);
    }
}
