package dev.lockstep.cli.fts;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.db.Db;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.deferral.Restoration.Claim;
import dev.lockstep.fts.deferral.Restoration.Preference;
import dev.lockstep.fts.deferral.Restoration.Replacement;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import java.util.List;

/** What to run about search indexes that are not kept. */
public final class FtsStatusHint {
    private static final String UNKNOWN_TRIGGERS =
            "make its triggers, as the application's migrations do; a --profile that knows them can tell which";

    private FtsStatusHint() {}

    /**
     * The command for the worst of it.
     *
     * @param tables which indexes were asked about; empty for all
     */
    public static String of(Invocation call, Db db, FtsStatus status, List<String> tables) {
        boolean deferred = status.leftovers() > 0;
        boolean lost = false;
        boolean unknown = false;
        for (FtsStatus.Table table : status.tables()) {
            deferred |= table.state() == FtsStatus.State.DEFERRED;
            // What is put away is stored; if it is not, the refusal of a restoration says so.
            lost |= table.state() != FtsStatus.State.DEFERRED && !table.absent().isEmpty();
            unknown |= table.state() == FtsStatus.State.UNTRIGGERED
                    && table.absent().isEmpty();
        }
        if (unknown) {
            return UNKNOWN_TRIGGERS;
        }
        if (deferred || lost) {
            return restoration(call, db, tables, lost ? Replacement.PROFILE : Replacement.NONE);
        }
        return "'lockstep fts check'";
    }

    /** The restoration that mends it; if that would be refused, what the refusal advises. */
    private static String restoration(Invocation call, Db db, List<String> tables, Replacement replacement) {
        Restoration.Policy policy = new Restoration.Policy(Preference.NEITHER, replacement, Claim.RESPECT);
        try {
            new Restoration(call.profile(), policy, ProcessIdentity.ofProcess()).preview(db, tables);
            return "'lockstep fts restore" + (replacement == Replacement.PROFILE ? " --from-profile'" : "'");
        } catch (LockstepException e) {
            String hint = Hints.of(e);
            return hint == null ? e.getMessage() : hint;
        }
    }
}
