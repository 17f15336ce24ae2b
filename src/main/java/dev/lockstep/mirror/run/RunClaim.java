package dev.lockstep.mirror.run;

import dev.lockstep.db.DbException;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * Takes the right to write to a mirror. The number that it hands out is a fencing token: each run gets a larger one than the
 * last, and a transaction that has a smaller one than the ledger is refused.
 */
public final class RunClaim {
    /** What to do about another run that is alive. */
    public enum Policy {
        RESPECT,
        TAKE_OVER
    }

    private static final int LOCK_TRIES = 20;
    private static final Duration LOCK_PAUSE = Duration.ofMillis(100);

    private final MirrorConnection connection;
    private final MirrorEngine engine;
    private final MirrorLedger ledger;
    private final String id = UUID.randomUUID().toString();
    private final String owner;
    private final Policy policy;
    private final String place;

    /** @param owner who this is, as {@link MirrorRun#begin} says */
    RunClaim(MirrorConnection connection, MirrorEngine engine, MirrorLedger ledger, String owner, Policy policy) {
        this.connection = connection;
        this.engine = engine;
        this.ledger = ledger;
        this.owner = owner;
        this.policy = policy;
        this.place = connection.transact(engine::place);
    }

    /** Waits for nobody: the number of the new run. @throws LockstepException refused: another run is alive */
    long take() {
        OptionalLong fence = OptionalLong.empty();
        while (fence.isEmpty()) {
            fence = attempt();
        }
        return fence.getAsLong();
    }

    /**
     * Takes over from the last run if that is over, or if it is to end.
     *
     * @return the fence; empty if another run has begun meanwhile
     */
    private OptionalLong attempt() {
        Optional<MirrorLedger.Run> last = connection.transact(ledger::run);
        String lock = lockName(number(last));
        boolean seen = last.filter(run -> run.isAliveBeside(owner)).isPresent();
        boolean waits = !seen && policy == Policy.RESPECT;
        boolean locked = waits ? lockSoon(lock) : engine.lock(lock).tryTake(connection.db());
        boolean alive = seen || !locked;
        if (alive && policy == Policy.RESPECT) {
            throw alive(last);
        }
        if (!locked) {
            evict(lock);
        }
        try {
            return connection.transact(tx -> {
                Optional<MirrorLedger.Run> now = ledger.run(tx);
                boolean ours = now.filter(run -> run.id().equals(id)).isPresent();
                if (!ours && number(now) != number(last)) {
                    return OptionalLong.empty();
                }
                long fence = ledger.takeOver(tx, id, owner);
                // Before anybody can read the new number: it is ours from the beginning.
                engine.lock(lockName(fence)).tryTake(connection.db());
                return OptionalLong.of(fence);
            });
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.DUPLICATE) {
                return OptionalLong.empty();
            }
            throw e;
        }
    }

    private static long number(Optional<MirrorLedger.Run> run) {
        return run.map(MirrorLedger.Run::fence).orElse(0L);
    }

    /** A server takes a moment to notice that the last run is dead. */
    private boolean lockSoon(String lock) {
        for (int tries = 1; ; tries++) {
            if (engine.lock(lock).tryTake(connection.db())) {
                return true;
            }
            if (tries == LOCK_TRIES) {
                return false;
            }
            try {
                connection.clock().sleep(LOCK_PAUSE);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
    }

    /**
     * Ends the session of a run that does not answer, so that nobody waits for what it has begun. Where that is not ours to
     * do, taking over waits for the transaction that is under way.
     */
    private void evict(String lock) {
        try {
            SessionLock held = engine.lock(lock);
            connection.db().run(tx -> held.holder(tx).ifPresent(session -> held.end(tx, session)));
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.NO_PRIVILEGE && e.reason() != DbException.Reason.OTHER) {
                throw e;
            }
        }
    }

    private static LockstepException alive(Optional<MirrorLedger.Run> run) {
        String who = run.map(r -> r.owner() + ", since " + r.startedAt()).orElse("somebody");
        return new LockstepException(
                        LockstepException.Kind.REFUSED,
                        MirrorRun.ANOTHER_RUN,
                        "another run is active: " + who,
                        null,
                        null)
                .advising(MirrorRemedy.AWAIT_OR_TAKE_OVER.of());
    }

    private String lockName(long fence) {
        return lockName(ledger, place, fence);
    }

    /** @param place of the mirror, as {@link MirrorEngine#place} says */
    static String lockName(MirrorLedger ledger, String place, long fence) {
        return "lockstep|mirror|" + ledger.mirror() + place + "|" + fence;
    }
}
