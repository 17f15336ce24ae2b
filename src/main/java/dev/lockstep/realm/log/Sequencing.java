package dev.lockstep.realm.log;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.Optional;

/**
 * Takes step after step, over a connection of its own that it replaces when it is lost, for as long as it is wanted. Where it
 * cannot, because there is no outbox, or this login may not, it looks again now and then.
 */
public final class Sequencing implements AutoCloseable {
    public static final Duration DEFAULT_INTERVAL = Duration.ofMillis(20);

    private static final Duration IDLE = Duration.ofMillis(250);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(5);
    /** How often to look whether an outbox has been made, which takes a connection. */
    private static final Duration ABSENT = Duration.ofSeconds(30);

    private static final Duration STATEMENT = Duration.ofSeconds(30);

    /** Is told how it goes. */
    public interface Watcher {
        Watcher NOBODY = new Watcher() {
            @Override
            public void moved(Sequencer.Step step) {}

            @Override
            public void lost(LockstepException why) {}
        };

        /** The outbox has been looked into, or there is none. */
        default void looked() {}

        void moved(Sequencer.Step step);

        /** The connection is lost, or a step has failed; it will be tried again. */
        void lost(LockstepException why);
    }

    private final Databases databases;
    private final PgTarget target;
    private final Session session;
    private final Duration interval;
    private final Sequencer sequencer = new Sequencer();
    private Thread thread;
    private Db db;
    private boolean mayMove;

    /** @param interval from the beginning of a step to that of the next while there is something; when there is nothing, it grows to 250 ms */
    public Sequencing(Databases databases, PgTarget target, Duration interval) {
        this.databases = databases;
        this.target = target;
        this.interval = interval;
        this.session = Session.of("lockstep sequencer", Session.Use.WRITE).withStatementTimeout(STATEMENT);
    }

    /** Does it in a thread of its own, beside whatever else there is to do; what fails there ends nothing but that. */
    public static Sequencing beside(Databases databases, PgTarget target, Duration interval) {
        Sequencing sequencing = new Sequencing(databases, target, interval);
        sequencing.thread = new Thread(sequencing::runBeside, "lockstep-sequencer");
        sequencing.thread.setDaemon(true);
        sequencing.thread.start();
        return sequencing;
    }

    /** Does it until it is interrupted. */
    public void run(Watcher watcher) throws InterruptedException {
        Backoff turns = new Backoff(interval, longer(IDLE, interval), Backoff.Jitter.NONE, Clock.SYSTEM);
        Backoff retries = new Backoff(IDLE, MAX_PAUSE, Backoff.Jitter.FULL, Clock.SYSTEM);
        try {
            while (true) {
                Duration pause;
                try {
                    long started = System.nanoTime();
                    Optional<Sequencer.Step> step = step();
                    boolean moved = step.isPresent() && step.get().outcome() == Sequencer.Outcome.MOVED;
                    if (moved) {
                        watcher.moved(step.get());
                        turns.reset();
                    }
                    pause = step.isEmpty() ? ABSENT : turns.next();
                    pause = moved ? rest(pause, System.nanoTime() - started) : pause;
                    retries.reset();
                    watcher.looked();
                } catch (DbException e) {
                    if (!PassingErrors.include(e)) {
                        throw e;
                    }
                    drop(e);
                    watcher.lost(e);
                    pause = retries.next();
                }
                Clock.SYSTEM.sleep(pause);
            }
        } finally {
            if (db != null) {
                db.close();
                db = null;
            }
        }
    }

    /** One step; empty if there is no outbox that this login may move. */
    private Optional<Sequencer.Step> step() {
        if (db == null) {
            db = databases.postgres(target, session);
        }
        mayMove = mayMove || db.autocommit(OutboxState::access) == OutboxState.Access.MOVE;
        if (mayMove) {
            return Optional.of(sequencer.step(db));
        }
        db.close();
        db = null;
        return Optional.empty();
    }

    /** From the beginning of a step to that of the next; what a slow one leaves others of it is a quarter, at least. */
    static Duration rest(Duration interval, long stepNanos) {
        return longer(interval.minusNanos(stepNanos), interval.dividedBy(4));
    }

    private void runBeside() {
        try {
            while (true) {
                try {
                    run(Watcher.NOBODY);
                } catch (LockstepException e) {
                    // Others take steps; whether anybody does, doctor and realm listeners say.
                    mayMove = false;
                }
                Clock.SYSTEM.sleep(MAX_PAUSE);
            }
        } catch (InterruptedException e) {
            // Only close() knows this thread.
            return;
        }
    }

    private void drop(DbException why) {
        if (db != null) {
            try {
                db.close();
            } catch (DbException e) {
                why.addSuppressed(e);
            }
            db = null;
        }
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }

    @Override
    public void close() {
        if (thread == null) {
            return;
        }
        thread.interrupt();
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
