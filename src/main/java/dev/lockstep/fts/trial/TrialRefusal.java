package dev.lockstep.fts.trial;

import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.LockstepException;
import java.util.List;

/** What is said where a trial shows that triggers cannot be deferred. */
final class TrialRefusal {
    static final String NOT_REPRODUCIBLE = "not-reproducible";

    private final FtsTable table;
    private final String base;
    private final List<TriggerStatement> triggers;

    TrialRefusal(FtsTable table, String base, List<TriggerStatement> triggers) {
        this.table = table;
        this.base = base;
        this.triggers = triggers;
    }

    LockstepException notReproducible(TriggerStatement.Event event, String what, String row, String difference) {
        List<String> names = triggers.stream()
                .filter(trigger -> trigger.event() == event)
                .map(TriggerStatement::name)
                .toList();
        String keepers = names.isEmpty() ? "no trigger" : String.join(", ", names);
        return new LockstepException(
                        LockstepException.Kind.USAGE,
                        NOT_REPRODUCIBLE,
                        table.name() + " would not be what its triggers make of it: tried on a row of " + base + " ("
                                + row + ", " + brief(what) + "), " + difference + " (" + keepers + ")",
                        null,
                        null)
                .advising(FtsRemedy.LEAVE_OUT_OR_SAY_THE_CONTENT.of());
    }

    static LockstepException unerased(FtsTable table, String column) {
        return new LockstepException(
                        LockstepException.Kind.USAGE,
                        NOT_REPRODUCIBLE,
                        table.name() + " would not be what its triggers make of it: they write other text into "
                                + column
                                + " than " + table.content().orElse("its content") + " has, of which "
                                + table.module() + " leaves words behind when a row is changed or deleted",
                        null,
                        null)
                .advising(FtsRemedy.LEAVE_OUT_OR_SAY_THE_CONTENT.of());
    }

    /** @param cause what was seen, as if the triggers were to blame */
    static LockstepException drifted(FtsTable table, LockstepException cause) {
        return new LockstepException(
                        LockstepException.Kind.REFUSED,
                        "index-drifted",
                        table.name() + " has drifted from its base, so that its triggers cannot be tried on it; they do"
                                + " what is expected of them in an index that is made anew",
                        null,
                        cause)
                .advising(FtsRemedy.FIND_THE_LOST_ROWS.of(table.name()));
    }

    LockstepException untried(TriggerStatement trigger, String where) {
        return new LockstepException(
                        LockstepException.Kind.USAGE,
                        "untried",
                        "what trigger " + trigger.name() + " makes of " + table.name() + " could not be tried: " + base
                                + " took no " + trigger.event() + " of a made row" + where,
                        null,
                        null)
                .advising(FtsRemedy.LEAVE_OUT_OR_SAY_THE_CONTENT.of());
    }

    LockstepException unshown(String column) {
        return new LockstepException(
                        LockstepException.Kind.USAGE,
                        "untried",
                        "what the triggers of " + table.name() + " make of " + base + "." + column
                                + " could not be tried: they cut it, and the index keeps nothing but terms",
                        null,
                        null)
                .advising(FtsRemedy.LEAVE_OUT_OR_SAY_THE_CONTENT.of());
    }

    private static String brief(String what) {
        return what.length() <= 80 ? what : what.substring(0, 80) + "...";
    }
}
