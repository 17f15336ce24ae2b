package dev.lockstep.fts.schema;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.support.LockstepException;

/** Drops and creates triggers, and sees to it that a text goes and comes byte for byte. */
public final class TriggerDdl {
    private static final String IS_VERBATIM = """
            select 1
              from main.sqlite_master
             where type = 'trigger'
               and name = ?
               and sql = ?
            """;

    private TriggerDdl() {}

    /**
     * Drops a trigger whose text is stored.
     *
     * @throws dev.lockstep.support.LockstepException refused: the text as it was read is not the text that is there
     */
    public static void drop(Tx tx, TriggerStatement trigger) {
        if (tx.rows(IS_VERBATIM, trigger.name(), trigger.sql()).isEmpty()) {
            throw LockstepException.refused(
                    "not-verbatim",
                    "the text of trigger " + trigger.name() + " is not valid Unicode, and could not be put back",
                    null);
        }
        tx.execute("drop trigger main." + new Identifier(trigger.name()));
    }

    /**
     * Creates a trigger, in whose text SQLite normalizes nothing that it had not normalized before.
     *
     * @throws dev.lockstep.support.LockstepException refused: what is there now is not the text that was given
     */
    public static void create(Tx tx, TriggerStatement trigger) {
        tx.execute(trigger.sql());
        if (tx.rows(IS_VERBATIM, trigger.name(), trigger.sql()).isEmpty()) {
            throw LockstepException.refused(
                    "not-verbatim", "trigger " + trigger.name() + " did not come back as it was stored", null);
        }
    }
}
