package dev.lockstep.audit.index;

import dev.lockstep.audit.AuditRemedy;
import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.index.AuditIndexes.Conflict;
import dev.lockstep.audit.index.AuditIndexes.State;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/** One index, tried until it is as it should be, or the time is over. */
final class IndexBuild {
    private static final Duration MAX_PAUSE = Duration.ofSeconds(1);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);

    private final AuditTable table;
    private final IndexEngine engine;
    private final Db db;
    private final Index index;
    private final Conflict conflict;
    private final long deadline;
    private final Runnable attempt;
    private final Backoff backoff = new Backoff(FIRST_PAUSE, MAX_PAUSE, Backoff.Jitter.HALF, Clock.SYSTEM);
    private DbException last;
    private State outcome = State.PRESENT;

    /**
     * @param deadline by {@link System#nanoTime}
     * @param attempt told before anything is sent that changes an index
     */
    IndexBuild(AuditTable table, Index index, Conflict conflict, long deadline, Runnable attempt) {
        this.table = table;
        this.engine = IndexEngine.of(table.db(), table.relation());
        this.db = table.db();
        this.index = index;
        this.conflict = conflict;
        this.deadline = deadline;
        this.attempt = attempt;
    }

    State run() throws InterruptedException {
        while (true) {
            Optional<ExistingIndex> found = engine.find(index);
            if (found.isPresent() && found.get().fit() == ExistingIndex.Fit.RIGHT) {
                return State.PRESENT;
            }
            found.ifPresent(f -> refuse(engine, index, f, conflict));
            if (locked(this::make, this::isRight)) {
                return outcome;
            }
            rest();
        }
    }

    void drop() throws InterruptedException {
        while (!isGone() && !locked(this::remove, this::isGone)) {
            rest();
        }
    }

    private void remove() {
        attempt.run();
        engine.drop(index);
    }

    private boolean isRight() {
        return engine.find(index)
                .filter(found -> found.fit() == ExistingIndex.Fit.RIGHT)
                .isPresent();
    }

    private boolean isGone() {
        return engine.find(index).isEmpty();
    }

    /** Somebody else may have been faster, or may have left something: what there is now decides. */
    private void make() {
        Optional<ExistingIndex> found = engine.find(index);
        outcome = found.filter(f -> f.fit() == ExistingIndex.Fit.RIGHT).isPresent() ? State.PRESENT : State.CREATED;
        attempt.run();
        if (found.isEmpty()) {
            engine.create(index);
            return;
        }
        switch (found.get().fit()) {
            case RIGHT -> {}
            case INVALID -> engine.rebuild(index);
            case OTHER_INDEX -> {
                refuse(engine, index, found.get(), conflict);
                engine.drop(index);
                engine.create(index);
            }
            case OTHER_RELATION -> refuse(engine, index, found.get(), conflict);
        }
    }

    /**
     * Works while nobody else changes indexes of the table.
     *
     * @param isDone whether there is nothing to do any more, by whosever hand
     * @return whether it is done; if not, it is worth trying again
     */
    private boolean locked(Runnable work, BooleanSupplier isDone) {
        if (!engine.tryLock()) {
            return false;
        }
        try {
            work.run();
            return true;
        } catch (DbException e) {
            if (!mayPass(e, isDone)) {
                cleanUp(e);
                throw e;
            }
            last = e;
            return false;
        } finally {
            engine.unlock();
        }
    }

    private boolean mayPass(DbException e, BooleanSupplier isDone) {
        return switch (e.reason()) {
            case BUSY, CONFLICT -> true;
            case DUPLICATE -> throw duplicates(e);
            default -> isDone.getAsBoolean();
        };
    }

    private void cleanUp(DbException first) {
        try {
            if (engine.find(index)
                    .filter(f -> f.fit() == ExistingIndex.Fit.INVALID)
                    .isPresent()) {
                engine.drop(index);
            }
        } catch (DbException e) {
            first.addSuppressed(e);
        }
    }

    private LockstepException duplicates(DbException e) {
        cleanUp(e);
        String columns = HotQuery.list(index.columns());
        String sql = "select " + columns + " from " + table.relation().sql() + " group by " + columns
                + " having count(*) > 1 order by " + columns + " limit 5";
        List<String> keys = new ArrayList<>();
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows(sql))) {
            List<String> key = new ArrayList<>();
            for (int i = 0; i < row.width(); i++) {
                key.add(String.valueOf(row.value(i)));
            }
            keys.add("(" + String.join(", ", key) + ")");
        }
        return new LockstepException(
                LockstepException.Kind.REFUSED,
                "duplicates",
                "index " + index.name() + " is to be unique, and there are duplicates: " + String.join(", ", keys),
                "remove them first",
                e);
    }

    private void rest() throws InterruptedException {
        if (System.nanoTime() >= deadline) {
            String who = engine.holder().map(holder -> ", held by " + holder).orElse("");
            throw new LockstepException(
                    LockstepException.Kind.TIMEOUT,
                    "lock-timeout",
                    "no lock for index " + index.name() + " in time" + who,
                    "run it again when that has ended; what is made already stays",
                    last);
        }
        backoff.pause();
    }

    /** @throws LockstepException refused: what has the name is not ours to change */
    static void refuse(IndexEngine engine, Index index, ExistingIndex found, Conflict conflict) {
        switch (found.fit()) {
            case RIGHT, INVALID -> {}
            case OTHER_RELATION ->
                throw LockstepException.refused(
                        "the name " + index.name() + " is taken by " + found.definition(),
                        "rename it, or give the index another name in a profile");
            case OTHER_INDEX -> {
                if (conflict == Conflict.REFUSE) {
                    throw LockstepException.refused(
                                    "index " + index.name() + " is " + found.definition() + "; wanted is "
                                            + engine.definition(index),
                                    null)
                            .advising(AuditRemedy.REPLACE_THE_INDEX.of());
                }
            }
        }
    }
}
