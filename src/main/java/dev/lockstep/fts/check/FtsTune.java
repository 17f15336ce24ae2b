package dev.lockstep.fts.check;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerErrors;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerDdl;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.trial.KeyIndex;
import dev.lockstep.fts.trial.TriggerFault;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Excerpts;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Puts, in the place of a trigger that reads a whole search index for each row, one that writes the same and finds its rows
 * by number or by the words of their key; and in the place of one that leaves old rows behind, one that does not.
 *
 * <p>What was there is kept, and can be put back. One transaction each.
 */
public final class FtsTune {
    /**
     * A trigger with which something is wrong.
     *
     * @param event {@code insert}, {@code update} or {@code delete}
     * @param before its text
     * @param after the text of the one that stands, or would stand, in for it; empty if there is none
     * @param way how that finds rows: {@code number}, {@code words} or {@code index}; empty if there is none
     * @param indexes the definitions of the ordinary indexes that it needs
     * @param objection why there is none; empty if there is one
     * @param costBefore what the trigger costs for one row; empty if it was not measured
     * @param costAfter what the other costs
     */
    public record Trigger(
            String fts,
            String name,
            String event,
            TriggerFault fault,
            String before,
            Optional<String> after,
            Optional<String> way,
            List<String> indexes,
            String objection,
            Optional<Duration> costBefore,
            Optional<Duration> costAfter) {}

    /**
     * What was done.
     *
     * @param triggers those that were found wanting, whether or not there was something to put in their place
     * @param changes how many rows were changed, both ways, to prove that the index comes out right
     * @param rebuilt the indexes that were made anew, because a trigger had left in them what does not belong there
     */
    public record Outcome(List<Trigger> triggers, long changes, List<String> rebuilt) {
        public Outcome {
            triggers = List.copyOf(triggers);
            rebuilt = List.copyOf(rebuilt);
        }

        public boolean changed() {
            return triggers.stream().anyMatch(trigger -> trigger.after().isPresent());
        }
    }

    private final Optional<Profile> profile;

    public FtsTune(Optional<Profile> profile) {
        this.profile = profile;
    }

    /**
     * Looks for triggers with which something is wrong, and for what could stand in for them; reads only.
     *
     * @param names FTS5 tables or their base tables; none for all
     * @throws LockstepException usage: there is no such table; refused: its triggers are deferred
     */
    public List<Trigger> offers(Db db, List<String> names) {
        return db.read(tx -> {
            List<Trigger> offers = new ArrayList<>();
            for (FtsIndex index : due(tx, names)) {
                FtsTable table = index.table().orElseThrow();
                List<TriggerTuning> tunings = TriggerTuning.of(tx, table, index.live());
                TuningRun.refuseDamaged(tx, table, tunings);
                for (TriggerTuning tuning : tunings) {
                    offers.add(trigger(table, tuning, Optional.empty(), Optional.empty()));
                }
            }
            return offers;
        });
    }

    /**
     * Puts them in, proves on some rows that the index comes out as it did, or as it ought to, and measures.
     *
     * @throws LockstepException as {@link #offers}; refused: the index comes out otherwise, and nothing was done
     */
    public Outcome install(Db db, List<String> names) {
        return db.transact(tx -> {
            List<Trigger> triggers = new ArrayList<>();
            List<String> rebuilt = new ArrayList<>();
            long changes = 0;
            for (FtsIndex index : due(tx, names)) {
                TuningRun work = new TuningRun(tx, index);
                changes += work.install();
                triggers.addAll(work.triggers());
                if (work.cures()) {
                    rebuilt.add(index.name());
                }
            }
            return new Outcome(triggers, changes, rebuilt);
        });
    }

    /**
     * Puts back what was there, byte for byte.
     *
     * @param names FTS5 tables or their base tables; none for all
     * @return the names of the triggers that are back
     * @throws LockstepException as {@link #offers}; refused: one of them was made anew meanwhile
     */
    public List<String> undo(Db db, List<String> names) {
        return db.transact(tx -> {
            List<TuningLedger.Entry> entries = stored(tx, names);
            FtsCatalog catalog = FtsCatalog.read(tx);
            entries.forEach(entry -> undo(tx, catalog, entry));
            return names(entries);
        });
    }

    /** What {@link #undo} would put back; reads only. */
    public List<String> stored(Db db, List<String> names) {
        return db.read(tx -> names(stored(tx, names)));
    }

    private static List<String> names(List<TuningLedger.Entry> entries) {
        List<String> names = new ArrayList<>();
        entries.forEach(entry -> names.add(entry.before().name()));
        return names;
    }

    private List<TuningLedger.Entry> stored(Tx tx, List<String> names) {
        List<TuningLedger.Entry> entries = new ArrayList<>();
        List<FtsIndex> indexes = due(tx, names);
        for (TuningLedger.Entry entry : TuningLedger.read(tx)) {
            boolean meant = names.isEmpty()
                    || indexes.stream().anyMatch(index -> index.folded().equals(SqlToken.fold(entry.fts())));
            if (meant) {
                entries.add(entry);
            }
        }
        return entries;
    }

    private static void undo(Tx tx, FtsCatalog catalog, TuningLedger.Entry entry) {
        String name = entry.before().name();
        Optional<TriggerStatement> live = catalog.trigger(name);
        boolean back = live.filter(
                        trigger -> trigger.sql().equals(entry.before().sql()))
                .isPresent();
        if (!back) {
            if (live.filter(trigger -> trigger.sql().equals(entry.after().sql()))
                    .isEmpty()) {
                Excerpts shown = TriggerStatement.brief(
                        live.map(TriggerStatement::sql).orElse("there is none"),
                        entry.before().sql());
                throw LedgerErrors.refused(
                        "trigger-conflict",
                        "trigger " + name + " of " + entry.fts() + " is not the one that was put in: " + shown.one()
                                + " -- and before that it was: " + shown.other(),
                        "decide by hand; then delete its row from lockstep_fts_tuning");
            }
            TriggerDdl.drop(tx, live.get());
            TriggerDdl.create(tx, entry.before());
        }
        TuningLedger.forget(tx, entry);
        if (TuningLedger.read(tx).stream().noneMatch(other -> other.fts().equals(entry.fts()))) {
            KeyIndex.dropAll(tx, entry.fts());
        }
    }

    private List<FtsIndex> due(Tx tx, List<String> names) {
        List<FtsIndex> due = new ArrayList<>();
        for (FtsIndex index : DeferralState.read(tx, profile).select(names)) {
            if (index.isDeferred()) {
                throw LedgerErrors.refused("deferred", "the triggers of " + index.name() + " are put away", null)
                        .advising(FtsRemedy.RESTORE_THE_TRIGGERS.of());
            }
            if (index.table().isPresent()) {
                due.add(index);
            }
        }
        return due;
    }

    static Trigger trigger(
            FtsTable table, TriggerTuning tuning, Optional<Duration> costBefore, Optional<Duration> costAfter) {
        TriggerStatement trigger = tuning.found().trigger();
        return new Trigger(
                table.name(),
                trigger.name(),
                trigger.event().name().toLowerCase(Locale.ROOT),
                tuning.found().fault(),
                trigger.sql(),
                tuning.better().map(TriggerStatement::sql),
                tuning.better().map(better -> tuning.way().name().toLowerCase(Locale.ROOT)),
                tuning.indexes().stream().map(KeyIndex::ddl).toList(),
                tuning.objection(),
                costBefore,
                costAfter);
    }
}
