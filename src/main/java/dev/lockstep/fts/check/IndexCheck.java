package dev.lockstep.fts.check;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ContentComparison;
import dev.lockstep.fts.content.Drift;
import dev.lockstep.fts.content.DriftScan;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.content.ExpectedContentReader;
import dev.lockstep.fts.content.IntegrityCheck;
import dev.lockstep.fts.content.LeafPages;
import dev.lockstep.fts.content.RowCounts;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One index in a {@link FtsCheck}: whether it is sound, and holds what it ought to. */
final class IndexCheck {
    private final Tx tx;
    private final FtsIndex index;
    private final FtsCheck.Scope scope;
    private final FtsStatus.State state;
    private final Optional<String> lostContent;
    private final List<String> nullOrEqual;
    private final List<Notice> notices;
    private final List<String> faults = new ArrayList<>();
    private Drift drift = Drift.UNSEEN;

    IndexCheck(Tx tx, DeferralState deferrals, FtsIndex index, FtsCheck.Scope scope, List<Notice> notices) {
        this.tx = tx;
        this.index = index;
        this.scope = scope;
        this.state = FtsStatus.state(deferrals, index);
        this.lostContent = deferrals.lostContent(index);
        this.nullOrEqual = deferrals.nullOrEqual(index.name());
        this.notices = notices;
    }

    FtsCheck.Table table() {
        if (index.table().isEmpty()) {
            faults.add(index.name() + " does not exist, and triggers of it are put away");
            return result(Optional.empty(), Optional.empty(), List.of());
        }
        FtsTable table = index.table().get();
        if (table.objection().isPresent()) {
            LockstepException refusal = Unopened.refusal(table);
            faults.add(refusal.getMessage());
            notices.add(Notice.hintOf(refusal));
            return result(Optional.empty(), Optional.empty(), List.of());
        }
        lostContent.ifPresent(faults::add);
        if (!index.absent().isEmpty()) {
            faults.add("triggers that the profile knows do not exist: " + String.join(", ", index.absent()));
        }
        Optional<Long> wanted = Optional.empty();
        Optional<Long> found = Optional.empty();
        try {
            lookInside(table);
            found = RowCounts.indexed(tx, table);
            wanted = compare(table);
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.CORRUPT) {
                throw e;
            }
            refuseDamagedFile(e);
            faults.add(Unopened.reason(e));
        }
        if (!faults.isEmpty() && lostContent.isEmpty() && index.absent().isEmpty()) {
            notices.add(Unopened.mend(table));
        }
        return result(wanted, found, TriggerTuning.of(tx, table, index.live()));
    }

    /** Whether it is sound by itself. */
    private void lookInside(FtsTable table) {
        // FTS4's reads the content table, which is a comparison, and not what triggers that choose make of it.
        boolean ofItself = table.module() == FtsModule.FTS5 || table.kind() == FtsTable.Kind.OWN_CONTENT;
        for (Row row : ofItself ? tx.rows("pragma main.integrity_check(" + table.identifier() + ")") : List.<Row>of()) {
            if (!row.text(0).equals("ok")) {
                faults.add(row.text(0));
            }
        }
        long unlisted = table.module() == FtsModule.FTS5 ? LeafPages.unlisted(tx, table) : 0;
        if (unlisted > 0) {
            faults.add(unlisted + " pages of terms are missing in " + table.name() + "_idx; no search finds them");
        }
    }

    /** @return how many rows there ought to be */
    private Optional<Long> compare(FtsTable table) {
        if (index.bases().isEmpty()) {
            notices.add(new Notice("no-base", "nothing says what " + index.name() + " is about"));
            return Optional.empty();
        }
        ExpectedContent expected;
        try {
            expected = ExpectedContentReader.declared(tx, table, index.sources(), index.bases(), scope.columns());
            if (table.kind() == FtsTable.Kind.OWN_CONTENT && scope.columns() == FtsTable.Columns.WRITTEN) {
                expected = expected.allowing(tx, nullOrEqual);
            }
        } catch (DbException e) {
            throw e;
        } catch (LockstepException e) {
            if (e.kind() == LockstepException.Kind.REFUSED) {
                faults.add(e.getMessage());
            }
            notices.add(
                    e.kind() == LockstepException.Kind.REFUSED
                            ? Notice.hintOf(e)
                            : new Notice(e.code(), e.getMessage()));
            return Optional.empty();
        }
        drift = switch (scope.depth()) {
            case SAMPLE -> DriftScan.of(tx, table, expected, DriftScan.Extent.SAMPLE, scope.limit());
            case DEEP -> deep(table, expected);
        };
        return Optional.of(expected.count(tx));
    }

    /** Rows are compared only to name them, where it is known without that whether any differ. */
    private Drift deep(FtsTable table, ExpectedContent expected) {
        if (!IntegrityCheck.canTell(table, expected)) {
            return DriftScan.of(tx, table, expected, DriftScan.Extent.ALL, scope.limit());
        }
        if (IntegrityCheck.passes(tx, table, expected)) {
            return Drift.none(ContentComparison.Sight.of(table));
        }
        Drift rows = DriftScan.of(tx, table, expected, DriftScan.Extent.ALL, scope.limit());
        if (rows.isNone() && faults.isEmpty()) {
            faults.add(
                    switch (table.module()) {
                        case FTS3, FTS4 ->
                            table.module() + "'s integrity-check fails: its terms are not those of its rows; it"
                                    + " does not tell of which";
                        case FTS5 ->
                            "FTS5's integrity-check fails, although no row differs: what it keeps about itself is"
                                    + " damaged";
                    });
        }
        return rows;
    }

    /** What an index says wrong about itself is its own trouble; a page that is none is everybody's. */
    private void refuseDamagedFile(DbException e) {
        List<String> lines = Unopened.damageOfFile(tx);
        if (!lines.isEmpty()) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "corrupt",
                    "the file is damaged: " + String.join("; ", lines),
                    "nothing was written; save what can be read with sqlite3's .recover",
                    e);
        }
    }

    private FtsCheck.Table result(Optional<Long> wanted, Optional<Long> found, List<TriggerTuning> tunings) {
        List<FtsCheck.Trigger> triggers = new ArrayList<>();
        tunings.forEach(tuning -> triggers.add(FtsCheck.trigger(tuning, tuning.found())));
        return new FtsCheck.Table(
                String.join(", ", index.bases()),
                index.name(),
                index.table().map(FtsTable::module),
                index.table().map(FtsTable::kind),
                state,
                verdict(wanted, found),
                wanted,
                found,
                drift,
                faults,
                triggers);
    }

    private FtsCheck.Verdict verdict(Optional<Long> wanted, Optional<Long> found) {
        boolean otherNumber = wanted.isPresent() && found.isPresent() && !wanted.equals(found);
        if (!faults.isEmpty() || otherNumber || !drift.isNone()) {
            return FtsCheck.Verdict.DIFFERS;
        }
        boolean blind = drift.compared().equals(ContentComparison.Sight.NONE.label());
        return blind ? FtsCheck.Verdict.UNKNOWN : FtsCheck.Verdict.EQUAL;
    }
}
