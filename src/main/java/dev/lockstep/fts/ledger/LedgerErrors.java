package dev.lockstep.fts.ledger;

import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.Excerpts;
import dev.lockstep.support.LockstepException;
import java.util.List;

/** Says what is wrong with what is stored about an index, and what to do. Nothing is changed where one of these is thrown. */
public final class LedgerErrors {
    private static final String FROM_PROFILE =
            "'lockstep fts restore --from-profile' makes equivalent ones from the profile and rebuilds the index";

    private LedgerErrors() {}

    public static LockstepException owned(FtsIndex index, LedgerEntry entry) {
        return refused(
                "owned",
                index.name() + " is put away " + entry.describe() + ", which is still running",
                "wait for it, or stop it; 'lockstep fts restore --steal' restores all the same");
    }

    public static LockstepException absent(FtsIndex index, List<String> lost) {
        return refused(
                "lost-triggers",
                "triggers of " + index.name() + " do not exist and are stored nowhere: " + String.join(", ", lost),
                FROM_PROFILE);
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
                        FROM_PROFILE);
            case UNREADABLE ->
                refused(
                        "snapshot-unreadable",
                        index.name() + " is marked as deferred, and what is stored in " + place
                                + " cannot be read as triggers",
                        FROM_PROFILE + "; the unreadable text is kept");
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
                "'lockstep fts restore --prefer live' keeps what is there, 'lockstep fts restore --prefer stored' puts"
                        + " the stored one back");
    }
}
