package dev.lockstep.fts.trial;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.content.ContentComparison;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.content.ExpectedContentReader;
import dev.lockstep.fts.content.IndexRebuild;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Tries the triggers of an index before they are deferred: rows are inserted, changed in each column that the triggers look at
 * and deleted, on real rows and on made ones, and after each step a search must find just what a rebuild would have put
 * into the index. All of it is undone.
 *
 * <p>That the insert triggers can be read as a query does not say that the others agree with it: one that takes deleted
 * rows out of the index makes it depend on what happened, and not on what is there. What is searched for are words made for the
 * purpose, which stand nowhere else, so a step costs what a search costs, however large the index is.
 */
public final class DeferralTrial {
    /** So large an index is not made anew only to tell whose fault a difference is. */
    private static final int MAX_ANEW = 200_000;

    private DeferralTrial() {}

    /**
     * Tries every table that has triggers of the index.
     *
     * @return the keys of which a change would not come into the index by the triggers
     * @throws LockstepException usage: the triggers make something else of the index than a rebuild would, or could not be tried
     */
    public static List<KeptKey> run(Tx tx, DeferralState deferrals, FtsIndex index) {
        FtsTable table = index.table().orElseThrow();
        List<KeptKey> kept = new ArrayList<>();
        if (deferrals.isVouchedFor(index)) {
            return kept;
        }
        ExpectedContent expected =
                ExpectedContentReader.declared(tx, table, index.sources(), List.of(), FtsTable.Columns.WRITTEN);
        refuseUnerased(table, expected);
        Set<String> bases = new LinkedHashSet<>();
        index.live().forEach(trigger -> bases.add(SqlToken.fold(trigger.table())));
        for (String base : bases) {
            List<TriggerStatement> triggers =
                    index.live().stream().filter(trigger -> trigger.isOn(base)).toList();
            try {
                kept.addAll(undone(tx, table, expected, base, triggers));
            } catch (LockstepException e) {
                throw isDrift(tx, index, expected, triggers, e) ? TrialRefusal.drifted(table, e) : e;
            }
        }
        return kept;
    }

    /** What FTS4 takes out is what its content table has: of other text that triggers put in, a deletion leaves words. */
    private static void refuseUnerased(FtsTable table, ExpectedContent expected) {
        if (table.module() != FtsModule.FTS5 && table.kind() == FtsTable.Kind.EXTERNAL_CONTENT) {
            expected.firstChanged().ifPresent(column -> {
                throw TrialRefusal.unerased(table, column);
            });
        }
    }

    private static List<KeptKey> undone(
            Tx tx, FtsTable table, ExpectedContent expected, String base, List<TriggerStatement> triggers) {
        List<KeptKey> kept = new ArrayList<>();
        tx.execute("savepoint lockstep_trial");
        try {
            TrialTable tried = TrialTable.read(tx, triggers, expected.keysBeside(base));
            kept.addAll(new TableTrial(tx, table, expected, tried, triggers).run());
        } catch (DbException e) {
            throw e.getSuppressed().length == 0 ? e : TrialStep.damaged(table, e);
        }
        tx.execute("rollback to lockstep_trial");
        tx.execute("release lockstep_trial");
        return kept;
    }

    /** Whether the same triggers, on an index that is made anew, do what is expected; whoever asks undoes all. */
    private static boolean isDrift(
            Tx tx,
            FtsIndex index,
            ExpectedContent expected,
            List<TriggerStatement> triggers,
            LockstepException refused) {
        FtsTable table = index.table().orElseThrow();
        String base = triggers.get(0).table();
        if (!refused.code().equals(TrialRefusal.NOT_REPRODUCIBLE)
                || ContentComparison.count(tx, new Identifier(base)) > MAX_ANEW) {
            return false;
        }
        try {
            tx.execute("rollback to lockstep_trial");
            IndexRebuild.run(tx, table, index.sources(), rows -> {});
            undone(tx, table, expected, base, triggers);
            return true;
        } catch (LockstepException again) {
            refused.addSuppressed(again);
            return false;
        }
    }
}
