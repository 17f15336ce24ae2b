package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.content.ExpectedContentReader;
import dev.lockstep.fts.content.ExpectedCount;
import dev.lockstep.fts.content.IndexRebuild;
import dev.lockstep.fts.content.RowCounts;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerEntry.Health;
import dev.lockstep.fts.ledger.LedgerErrors;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerCompileCheck;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Whether triggers that are deferred could come back: asked before, when the answer still costs nothing. */
public final class RestorabilityCheck {
    private RestorabilityCheck() {}

    /**
     * Tries everything that a restore will need of the index as it is now.
     *
     * @throws LockstepException usage: what belongs into it cannot be told; refused: something that it needs is not there
     */
    static void check(Tx tx, DeferralState deferrals, FtsIndex index) {
        FtsTable table = index.table().orElseThrow();
        if (table.objection().isPresent()) {
            throw Unopened.refusal(table);
        }
        for (String base : index.bases()) {
            if (deferrals.catalog().relation(base).isEmpty()) {
                throw LockstepException.refused(
                        "there is no table " + base + ", which " + index.name() + " is about", null);
            }
        }
        for (String base :
                index.live().stream().map(TriggerStatement::table).distinct().toList()) {
            Optional<String> objection = TriggerCompileCheck.objectionToWrites(tx, base);
            if (objection.filter(Unopened::isForeign).isPresent()) {
                throw Unopened.lacking("triggers on " + base + " cannot be tried: " + objection.get());
            }
            if (objection.isPresent()) {
                throw LockstepException.refused(
                        "writes to " + base + " fail already now: " + objection.get(),
                        "one of the triggers on it does not fit; a restore would refuse to put it back");
            }
        }
        damage(tx, table).ifPresent(damaged -> {
            throw new LockstepException(LockstepException.Kind.REFUSED, "index-damaged", damaged, null, null)
                    .advising(FtsRemedy.REBUILD_THE_INDEX.of(table.name()));
        });
        IndexRebuild.check(tx, table, index.sources());
        if (deferrals.known(index.name()).isEmpty()) {
            checkTextOfItsOwn(tx, table, index);
        }
    }

    /** What of an index is damaged so that nothing can be written into it; empty if nothing is that a look can tell. */
    private static Optional<String> damage(Tx tx, FtsTable table) {
        return table.module() == FtsModule.FTS5 && !IndexRebuild.keepsAverages(tx, table)
                ? Optional.of(table.name() + " is damaged: what it knows of all its rows, in " + table.shadow("data")
                        + ", is gone")
                : Optional.empty();
    }

    /** Text that no trigger writes is nowhere else, unless the base has it in a column of that name: a rebuild would lose it. */
    private static void checkTextOfItsOwn(Tx tx, FtsTable table, FtsIndex index) {
        ExpectedContent expected =
                ExpectedContentReader.declared(tx, table, index.sources(), List.of(), FtsTable.Columns.WRITTEN);
        if (table.kind() == FtsTable.Kind.OWN_CONTENT) {
            for (String column : expected.unwritten()) {
                String stored = "c" + table.columns().indexOf(column);
                if (!tx.rows("select 1 from " + table.keptText() + " where " + stored + " is not null limit 1")
                        .isEmpty()) {
                    throw lost(table, "column " + column + " holds text that no insert trigger writes");
                }
            }
        }
        Optional<Long> indexed = RowCounts.indexed(tx, table);
        if (indexed.isPresent() && table.kind() != FtsTable.Kind.EXTERNAL_CONTENT) {
            long rows = expected.count(tx);
            if (indexed.get() > rows) {
                throw lost(table, "it has " + indexed.get() + " rows, and its triggers account for " + rows);
            }
        }
    }

    private static LockstepException lost(FtsTable table, String why) {
        return new LockstepException(
                        LockstepException.Kind.REFUSED,
                        "own-text",
                        "a restore of " + table.name() + " would lose text: " + why,
                        null,
                        null)
                .advising(FtsRemedy.FIND_THE_LOST_ROWS.of(table.name()));
    }

    /** What somebody who is about to defer these should know. */
    static List<Notice> notices(Tx tx, DeferralState deferrals, List<FtsIndex> indexes) {
        List<Notice> notices = new ArrayList<>();
        for (FtsIndex index : indexes) {
            notices.addAll(others(deferrals, index));
            FtsTable table = index.table().orElseThrow();
            drift(tx, table, index).ifPresent(notices::add);
            if (table.kind() == FtsTable.Kind.EXTERNAL_CONTENT) {
                notices.add(new Notice(
                        "reads-may-fail",
                        "until " + table.name() + " is restored, a search in it can miss rows, and "
                                + (table.module() == FtsModule.FTS5
                                        ? "can fail with SQLITE_CORRUPT_VTAB where its content has changed"
                                        : "can find rows that do not have the word any more")));
            }
        }
        return notices;
    }

    /** Triggers that write the index and that nobody defers. */
    public static List<Notice> others(DeferralState deferrals, FtsIndex index) {
        List<Notice> notices = new ArrayList<>();
        for (TriggerStatement trigger : deferrals.catalog().temporaryWriters(index.name())) {
            notices.add(leftAlone(trigger, index, "is temporary"));
        }
        for (TriggerStatement trigger : deferrals.catalog().writersOnViews(index.name())) {
            notices.add(leftAlone(trigger, index, "is on a view"));
        }
        return notices;
    }

    /** What an index is whose triggers nobody can defer, and what keeps it instead: {@code f (contentless): ...}. */
    static String withoutTriggers(DeferralState deferrals, FtsIndex index) {
        List<String> views = new ArrayList<>();
        for (TriggerStatement trigger : deferrals.catalog().writersOnViews(index.name())) {
            views.add(trigger.name() + " on " + trigger.table());
        }
        String kind = index.table()
                .map(table -> " ("
                        + (table.module() == FtsModule.FTS5
                                ? ""
                                : table.module().label() + " ") + table.kind().label() + ")")
                .orElse("");
        return views.isEmpty()
                ? "no trigger on a table writes " + index.name() + kind
                : index.name() + kind + " is written by triggers on a view, " + String.join(", ", views)
                        + ", in whose place nothing else would do the writing";
    }

    private static Notice leftAlone(TriggerStatement trigger, FtsIndex index, String why) {
        return new Notice(
                "left-alone", "trigger " + trigger.name() + " writes " + index.name() + " and " + why + "; it stays");
    }

    /** A difference in numbers alone, which costs next to nothing to see. */
    static Optional<Notice> drift(Tx tx, FtsTable table, FtsIndex index) {
        return ExpectedCount.difference(tx, table, index.sources())
                .map(difference -> new Notice(
                        "drifted",
                        table.name() + " is not equal to its base even now: " + difference
                                + "; the restore will rebuild it"));
    }

    /** What this SQLite lacks to tell what belongs into an index; empty if it lacks nothing. */
    static Optional<String> lacking(Tx tx, FtsIndex index) {
        try {
            ExpectedContentReader.declared(
                    tx, index.table().orElseThrow(), index.sources(), List.of(), FtsTable.Columns.WRITTEN);
            return Optional.empty();
        } catch (LockstepException e) {
            return Optional.of(e.getMessage()).filter(Unopened::isForeign);
        }
    }

    /** Whether there is anything to defer. A snapshot without some of the triggers would lose them for good. */
    static boolean hasTriggers(FtsIndex index) {
        boolean scrap = index.held()
                .filter(held -> held.entry().health() == Health.SCRAP)
                .isPresent();
        if (scrap) {
            throw LedgerErrors.of(index);
        }
        if (index.writers().isEmpty()) {
            return false;
        }
        List<String> lost = new ArrayList<>(index.absent());
        index.stored()
                .forEach(stored -> lost.removeIf(name -> SqlToken.fold(name).equals(SqlToken.fold(stored.name()))));
        if (!lost.isEmpty()) {
            throw LedgerErrors.absent(index, lost);
        }
        return true;
    }

    /** Why none of these can be deferred. */
    static LockstepException nothing(DeferralState deferrals, List<FtsIndex> selected) {
        if (selected.isEmpty()) {
            return LockstepException.usage("there is no full-text table in this database", null);
        }
        Optional<FtsTable> broken =
                selected.stream().filter(FtsIndex::isUnopened).findFirst().flatMap(FtsIndex::table);
        if (broken.isPresent()) {
            return Unopened.refusal(broken.get());
        }
        List<String> reasons = selected.stream()
                .map(index -> withoutTriggers(deferrals, index))
                .toList();
        return new LockstepException(
                LockstepException.Kind.USAGE,
                "no-triggers",
                String.join("; ", reasons),
                "looked at each statement of each trigger for INSERT, REPLACE, UPDATE or DELETE on it",
                null);
    }
}
