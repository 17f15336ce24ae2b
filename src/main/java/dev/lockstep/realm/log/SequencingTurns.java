package dev.lockstep.realm.log;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import java.time.Duration;

/** When to take the next step of the outbox, for who takes it between other things, over a connection that does them, too. */
final class SequencingTurns {
    private static final Duration IDLE = Duration.ofMillis(250);

    /** How often to look whether an outbox has been made that this login may move. */
    private static final Duration ABSENT = Duration.ofSeconds(30);

    private final Sequencer sequencer = new Sequencer();
    private final Backoff backoff;
    private boolean mayMove;
    private long dueAt = System.nanoTime();

    SequencingTurns(Duration interval) {
        this.backoff = new Backoff(interval, IDLE, Backoff.Jitter.NONE, Clock.SYSTEM);
    }

    /** Zero if a step is due. */
    Duration untilDue() {
        return Duration.ofNanos(Math.max(0, dueAt - System.nanoTime()));
    }

    /** Takes a step. @return whether there was something in the outbox */
    boolean take(Db db) {
        // If it throws, not at once again.
        waitFor(IDLE);
        mayMove = mayMove || db.autocommit(OutboxState::access) == OutboxState.Access.MOVE;
        if (!mayMove) {
            waitFor(ABSENT);
            return false;
        }
        long started = System.nanoTime();
        boolean moved = step(db);
        if (moved) {
            backoff.reset();
            waitFor(Sequencing.rest(backoff.next(), System.nanoTime() - started));
        } else {
            waitFor(mayMove ? backoff.next() : ABSENT);
        }
        return moved;
    }

    private boolean step(Db db) {
        try {
            return sequencer.step(db).outcome() == Sequencer.Outcome.MOVED;
        } catch (DbException e) {
            if (PassingErrors.include(e)) {
                throw e;
            }
            // Others take steps; whether anybody does, doctor and realm listeners say.
            mayMove = false;
            return false;
        }
    }

    private void waitFor(Duration pause) {
        dueAt = System.nanoTime() + pause.toNanos();
    }
}
