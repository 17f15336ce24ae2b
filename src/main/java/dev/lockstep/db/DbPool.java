package dev.lockstep.db;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A few connections to one database for many threads. A connection is opened when it is needed first, belongs to one
 * thread at a time, and is thrown away when it was lost.
 */
public final class DbPool implements AutoCloseable {
    private final Supplier<Db> opener;
    private final int limit;
    private final Semaphore permits;
    private final Deque<Db> idle = new ArrayDeque<>();
    private boolean closed;

    /**
     * A pool without a connection yet.
     *
     * @param limit how many there are at most
     */
    public DbPool(Supplier<Db> opener, int limit) {
        this.opener = opener;
        this.limit = limit;
        this.permits = new Semaphore(limit, true);
    }

    public int limit() {
        return limit;
    }

    /** Runs the work on a connection, waiting for one if all are in use. The work must not ask for a second one. */
    public <T> T lend(Function<Db, T> work) throws InterruptedException {
        permits.acquire();
        try {
            Db db = take();
            try {
                T result = work.apply(db);
                giveBack(db);
                return result;
            } catch (DbException e) {
                if (isLost(e)) {
                    discard(db, e);
                } else {
                    giveBack(db);
                }
                throw e;
            } catch (RuntimeException | Error e) {
                giveBack(db);
                throw e;
            }
        } finally {
            permits.release();
        }
    }

    private Db take() {
        synchronized (idle) {
            if (closed) {
                throw new IllegalStateException("the pool is closed");
            }
            if (!idle.isEmpty()) {
                return idle.pop();
            }
        }
        return opener.get();
    }

    private void giveBack(Db db) {
        synchronized (idle) {
            if (!closed) {
                idle.push(db);
                return;
            }
        }
        db.close();
    }

    /** One connection is lost; those that were idle meanwhile most likely are too. */
    private void discard(Db lost, DbException first) {
        Deque<Db> all = new ArrayDeque<>();
        all.add(lost);
        synchronized (idle) {
            all.addAll(idle);
            idle.clear();
        }
        for (Db db : all) {
            try {
                db.abort();
            } catch (DbException e) {
                first.addSuppressed(e);
            }
        }
    }

    private static boolean isLost(DbException e) {
        return switch (e.reason()) {
            case CONNECTION_LOST, COMMIT_UNKNOWN, UNREACHABLE, TIMED_OUT -> true;
            default -> false;
        };
    }

    /** Closes the idle connections; those in use are closed when they are given back. */
    @Override
    public void close() {
        Deque<Db> all;
        synchronized (idle) {
            closed = true;
            all = new ArrayDeque<>(idle);
            idle.clear();
        }
        all.forEach(Db::close);
    }
}
