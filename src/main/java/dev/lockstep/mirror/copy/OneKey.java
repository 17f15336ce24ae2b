package dev.lockstep.mirror.copy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;

/** What is said of rows that have a key which the mirror takes for another row's: by case, accents or blanks at the end. */
final class OneKey {
    /** A state that no database has. */
    private static final String STATE = "LS001";

    private OneKey() {}

    static DbException refusal() {
        return new DbException(Reason.DUPLICATE, STATE, "a key that the mirror takes for another row's", null, null);
    }

    static boolean is(DbException refusal) {
        return STATE.equals(refusal.sqlState());
    }
}
