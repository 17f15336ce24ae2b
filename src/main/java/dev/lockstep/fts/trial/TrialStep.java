package dev.lockstep.fts.trial;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.support.LockstepException;

/** One statement of a trial. */
public final class TrialStep {
    private TrialStep() {}

    /** Runs a statement that the table, or a trigger, may refuse; whether it did not. */
    public static boolean attempt(Tx tx, String sql) {
        tx.execute("savepoint lockstep_step");
        try {
            tx.execute(sql);
            tx.execute("release lockstep_step");
            return true;
        } catch (DbException e) {
            switch (e.reason()) {
                case DUPLICATE, BAD_VALUE, NO_SUCH_OBJECT, OTHER, CORRUPT -> {
                    try {
                        tx.execute("rollback to lockstep_step");
                        tx.execute("release lockstep_step");
                    } catch (DbException gone) {
                        // SQLite has undone the whole transaction, of which nothing is left to go on with.
                        e.addSuppressed(gone);
                        throw e;
                    }
                    return false;
                }
                default -> throw e;
            }
        }
    }

    /** Only what an index is kept in makes SQLite undo more than the one statement. */
    static LockstepException damaged(FtsTable table, DbException cause) {
        return new LockstepException(
                        LockstepException.Kind.REFUSED,
                        "index-damaged",
                        table.name() + " is damaged: its triggers fail on a made row with " + cause.getMessage(),
                        null,
                        cause)
                .advising(FtsRemedy.REBUILD_THE_INDEX.of(table.name()));
    }
}
