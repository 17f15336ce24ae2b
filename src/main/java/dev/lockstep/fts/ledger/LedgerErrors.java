package dev.lockstep.fts.ledger;

import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.Excerpts;
import dev.lockstep.support.LockstepException;
import java.util.List;

/** Says what is wrong with what is stored about an index, and what to do. Nothing is changed where one of these is thrown. */
public final class LedgerErrors {
    private LedgerErrors() {}

    public static LockstepException owned(FtsIndex index, LedgerEntry entry) {
        return refused("owned", index.name() + " is put away " + entry.describe() + ", which is still running", null)
                .advising(FtsRemedy.AWAIT_OR_STEAL.of());
    }

    public static LockstepException absent(FtsIndex index, List<String> lost) {
        return refused(
                        "lost-triggers",
                        "triggers of " + index.name() + " do not exist and are stored nowhere: "
                                + String.join(", ", lost),
                        null)
                .advising(FtsRemedy.RESTORE_FROM_THE_PROFILE.of());
    }

    /** An index whose ledger entry is not sound. */
    public static LockstepException of(FtsIndex index) {
        FtsIndex.Held held = index.held().orElseThrow();
        String place = held.ledger().place();
        return switch (held.entry().health()) {
            case LOST ->
                refused(
                                "snapshot-missing",
                                index.name() + " is marked as deferred, and its triggers are stored nowhere: " + place,
                                null)
                        .advising(FtsRemedy.RESTORE_FROM_THE_PROFILE.of());
            case UNREADABLE ->
                refused(
                                "snapshot-unreadable",
                                index.name() + " is marked as deferred, and what is stored in " + place
                                        + " cannot be read as triggers",
                                null)
                        .advising(FtsRemedy.RESTORE_FROM_THE_PROFILE_AND_KEEP_THE_TEXT.of());
            case SCRAP ->
                refused(
                        "snapshot-unreadable",
                        "nothing is deferred, but what is stored in " + place + " cannot be read as triggers",
                        "look at it before you remove it: " + held.ledger().surrender(index.name()));
            case EDITED ->
                refused(
                        "snapshot-edited",
                        "the stored triggers of " + index.name() + " are not what lockstep stored: " + place,
                        "put them back as they were, or give them up: "
                                + held.ledger().surrender(index.name()));
            case SOUND, UNFLAGGED -> throw new IllegalStateException("nothing is wrong with " + index.name());
        };
    }

    public static LockstepException refused(String code, String what, String hint) {
        return new LockstepException(LockstepException.Kind.REFUSED, code, what, hint, null);
    }

    /** A trigger is there that is not the one that was deferred. */
    public static LockstepException remade(String index, TriggerStatement live, StoredTrigger stored) {
        Excerpts shown = TriggerStatement.brief(live.sql(), stored.sql());
        return refused(
                        "trigger-conflict",
                        "trigger " + stored.name() + " of " + index + " was made anew meanwhile: " + shown.one()
                                + " -- and stored is: " + shown.other(),
                        null)
                .advising(FtsRemedy.CHOOSE_A_TRIGGER.of());
    }
}
