package dev.lockstep.fts.check;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.Drift;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.content.ExpectedContentReader;
import dev.lockstep.fts.content.IndexRebuild;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerErrors;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerCompileCheck;
import dev.lockstep.fts.schema.TriggerDdl;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.trial.TriggerCost;
import dev.lockstep.fts.trial.TriggerFault;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts other triggers in the place of those of one index, and proves them, inside the caller's transaction. */
final class TuningRun {
    private final Tx tx;
    private final FtsIndex index;
    private final FtsTable table;
    private final List<TriggerTuning> tunings;
    private final List<TriggerTuning> wanted = new ArrayList<>();
    private final List<FtsTune.Trigger> triggers = new ArrayList<>();

    TuningRun(Tx tx, FtsIndex index) {
        this.tx = tx;
        this.index = index;
        this.table = index.table().orElseThrow();
        this.tunings = TriggerTuning.of(tx, table, index.live());
        tunings.stream().filter(tuning -> tuning.better().isPresent()).forEach(wanted::add);
    }

    /** Those that were found wanting, once {@link #install} has run. */
    List<FtsTune.Trigger> triggers() {
        return triggers;
    }

    boolean cures() {
        return wanted.stream().anyMatch(TriggerTuning::cures);
    }

    /**
     * Does it.
     *
     * @return how many rows were changed to prove it
     */
    long install() {
        List<Optional<Duration>> costs = new ArrayList<>();
        refuseDamaged(tx, table, wanted);
        tunings.forEach(tuning -> costs.add(tuning.found().measured(tx).cost()));
        TuningTrial trial = new TuningTrial(
                tx,
                table,
                wanted.stream().map(tuning -> tuning.found().trigger()).toList());
        if (wanted.isEmpty() || cures()) {
            wanted.forEach(this::replace);
        } else {
            String before = trial.digest();
            wanted.forEach(this::replace);
            if (!trial.digest().equals(before)) {
                throw unequal("it would not hold what it holds with the triggers that are there");
            }
        }
        if (cures()) {
            cure(trial);
        }
        for (int i = 0; i < tunings.size(); i++) {
            triggers.add(FtsTune.trigger(table, tunings.get(i), costs.get(i), costAfter(tunings.get(i))));
        }
        return trial.changes();
    }

    /** What they have left in the index goes, and with the others nothing comes to be left in it. */
    private void cure(TuningTrial trial) {
        ExpectedContent expected = ExpectedContentReader.of(tx, table, index.sources(index.live()));
        IndexRebuild.run(tx, table, expected, rows -> {});
        Drift drift = trial.drift(expected);
        if (!drift.isNone()) {
            throw unequal("rows would differ from what they ought to be");
        }
    }

    /** Rows that the index has lost are not found by their words; an index that is made anew has lost none. */
    static void refuseDamaged(Tx tx, FtsTable table, List<TriggerTuning> tunings) {
        boolean relies = tunings.stream().anyMatch(tuning -> tuning.better().isPresent())
                && tunings.stream().noneMatch(TriggerTuning::cures);
        if (!relies) {
            return;
        }
        for (Row row : tx.rows("pragma main.integrity_check(" + table.identifier() + ")")) {
            if (!row.text(0).equals("ok")) {
                throw LedgerErrors.refused(
                                "damaged",
                                "nothing can be proved of " + table.name() + ": "
                                        + row.text(0).replace('\n', ' '),
                                null)
                        .advising(FtsRemedy.REBUILD_IT_FIRST.of(table.name()));
            }
        }
    }

    private void replace(TriggerTuning tuning) {
        TriggerStatement before = tuning.found().trigger();
        TriggerStatement after = tuning.better().orElseThrow();
        tuning.indexes().forEach(index -> tx.execute(index.ddl()));
        TriggerDdl.drop(tx, before);
        TriggerDdl.create(tx, after);
        TriggerCompileCheck.objectionToWrites(tx, after.table(), after.event()).ifPresent(objection -> {
            throw unequal("SQLite refuses it: " + objection);
        });
        TuningLedger.add(tx, new TuningLedger.Entry(index.name(), before, after));
    }

    private Optional<Duration> costAfter(TriggerTuning tuning) {
        return tuning.better().flatMap(better -> new TriggerCost(better, TriggerFault.SCANS, Optional.empty())
                .measured(tx)
                .cost());
    }

    private LockstepException unequal(String why) {
        return LedgerErrors.refused(
                "unproven",
                "with other triggers " + index.name() + " would not come out right: " + why,
                "nothing changed");
    }
}
