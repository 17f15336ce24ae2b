package dev.lockstep.transpile.service;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.support.Clock;
import java.time.Duration;

/**
 * The connection of a winner: its transaction holds the lock, its SQL runs there, and while the winner works without SQL
 * a heartbeat shows the server that it is alive.
 *
 * <p>The server ends a session that has been silent in its transaction for longer than the lease: of a process that was stopped, or
 * whose network is gone, nobody else could tell that it will not come back.
 */
public final class Pinned {
    private static final String SAVE = "savepoint transpile_cache_write";
    private static final String RELEASE = "release savepoint transpile_cache_write";
    private static final String ROLL_BACK = "rollback to savepoint transpile_cache_write";
    private static final String BEAT = "select 1";

    private final Db db;
    private final Tx tx;
    private final Duration pause;
    private boolean lost;

    Pinned(Db db, Tx tx, Duration lease) {
        this.db = db;
        this.tx = tx;
        this.pause = lease.dividedBy(4);
    }

    /** Statements in the winner's transaction; none while {@link #working} runs. */
    public Tx tx() {
        return tx;
    }

    /** A piece of work that may take long. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws InterruptedException;
    }

    /** Works without SQL, for as long as it takes. */
    public <T> T working(Work<T> work) throws InterruptedException {
        Thread worker = new Thread(this::beat, "lockstep lease");
        worker.setDaemon(true);
        worker.start();
        try {
            return work.run();
        } finally {
            worker.interrupt();
            if (!ended(worker)) {
                // The link is dead: the heartbeat has been waiting for its answer for longer than the server waits for
                // one.
                db.abort();
            }
        }
    }

    /** Runs statements that may fail without failing the transaction. */
    public <T> T attempting(java.util.function.Function<Tx, T> statements) {
        tx.execute(SAVE);
        try {
            T result = statements.apply(tx);
            tx.execute(RELEASE);
            return result;
        } catch (DbException e) {
            try {
                tx.execute(ROLL_BACK);
            } catch (DbException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    private void beat() {
        try {
            while (!lost) {
                Clock.SYSTEM.sleep(pause);
                tx.rows(BEAT);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (DbException e) {
            // The winner's next statement says the same, and it can do something about it.
            lost = true;
        }
    }

    /** Whether the heartbeat has stopped; one on its way gets the time of a few more. */
    private boolean ended(Thread worker) throws InterruptedException {
        boolean interrupted = Thread.interrupted();
        worker.join(pause.toMillis() * 4);
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        return !worker.isAlive();
    }
}
