package dev.lockstep.transpile.service;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.listen.PgListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Lets one process of a fleet do a piece of work while the others wait, by an advisory lock of PostgreSQL that ends with the
 * transaction that took it.
 *
 * <p>One connection does everything for the winner: lock, work's SQL, notification, COMMIT. Losers hold no connection.
 */
public final class Coordinator implements AutoCloseable {
    /** After so much silence the server takes a winner for dead. */
    static final Duration LEASE = Duration.ofSeconds(3);

    private static final String SET_LEASE = "select set_config('idle_in_transaction_session_timeout', ?, true)";
    private static final String TRY_LOCK = "select pg_try_advisory_xact_lock(cast(? as bigint)) as got";
    private static final String NOTIFY = "select pg_notify(?, ?)";

    /** What a winner does. */
    @FunctionalInterface
    public interface Work<T> {
        T run(Pinned pinned) throws InterruptedException;
    }

    private final DbPool pool;
    private final Wakeups wakeups;
    /** A winner keeps its connection for long; of several, one is left for those who only look. */
    private final Semaphore winners;

    /** Does not close the pool, nor the listener. */
    public Coordinator(DbPool pool, PgListener listener) {
        this.pool = pool;
        this.wakeups = new Wakeups(listener);
        this.winners = new Semaphore(Math.max(1, pool.limit() - 1), true);
    }

    /**
     * Does the work if nobody else does it now, and wakes all who wait for it: when it succeeds and when it fails.
     *
     * @return empty if somebody else does
     * @throws DbException the work is done, perhaps, but its transaction is not committed
     */
    public <T> Optional<T> tryAcquireAndRun(LockKey key, Work<T> work) throws InterruptedException {
        winners.acquire();
        AtomicReference<InterruptedException> stopped = new AtomicReference<>();
        try {
            Ended<T> ended = pool.lend(db -> db.transact(tx -> {
                tx.rows(SET_LEASE, Long.toString(LEASE.toMillis()));
                if (!tx.only(TRY_LOCK, Wakeups.payload(key)).flag("got")) {
                    return null;
                }
                Ended<T> result = run(new Pinned(db, tx, LEASE), work);
                stopped.set(result.interruption());
                if (result.failure() != null) {
                    tx.rows(NOTIFY, Wakeups.CHANNEL.name(), Wakeups.payload(key) + Wakeups.FAILED);
                }
                tx.rows(NOTIFY, Wakeups.CHANNEL.name(), Wakeups.payload(key));
                return result;
            }));
            return ended == null ? Optional.empty() : Optional.of(ended.result());
        } catch (DbException e) {
            if (stopped.get() != null) {
                stopped.get().addSuppressed(e);
                throw stopped.get();
            }
            throw e;
        } finally {
            winners.release();
        }
    }

    /** Hears the end of others' work from now on. */
    Wakeups.Waiter register(LockKey key) throws InterruptedException {
        return wakeups.register(key);
    }

    /** Wakes all who wait. */
    @Override
    public void close() {
        wakeups.close();
    }

    /** How work ended, as a value: its failure must not roll back the notification of it. */
    private record Ended<T>(T value, RuntimeException failure, InterruptedException interruption) {
        T result() throws InterruptedException {
            if (failure != null) {
                throw failure;
            }
            if (interruption != null) {
                throw interruption;
            }
            return value;
        }
    }

    private static <T> Ended<T> run(Pinned pinned, Work<T> work) {
        try {
            return new Ended<>(work.run(pinned), null, null);
        } catch (InterruptedException e) {
            return new Ended<>(null, null, e);
        } catch (RuntimeException e) {
            return new Ended<>(null, e, null);
        }
    }
}
