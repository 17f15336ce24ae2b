package dev.lockstep.mirror.repair;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Backfill.Extras;
import dev.lockstep.mirror.copy.ForeignKeyOrder;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceSchema;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Map;

/**
 * Makes just the rows of a mirror right that differ, and compares until none does. It costs a comparison before and one
 * after, whatever the ledger says, and touches no other row.
 */
public final class Repair {
    private final Backfill.Options options;
    private final Progress progress;

    /** @param options of which those count that say how many rows may go, and when it may write */
    public Repair(Backfill.Options options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    /**
     * Repairs the tables of a selection. One that cannot be repaired keeps no other from it.
     *
     * @return of each table what was done to it; it is equal if there is no failure and nothing was rejected
     * @throws LockstepException refused: another run has taken over meanwhile; usage: there is no such table
     */
    public List<Backfill.Table> run(Db source, MirrorRun run, Selection selection) {
        run.keepTo(options.throttle());
        List<Backfill.Table> results = source.read(tx -> new ForeignKeyOrder(run, progress)
                .each(
                        SourceSchema.read(tx).tables(selection),
                        (table, extras) -> table(tx, run, table, extras.orElse(Extras.DELETE))));
        run.end(Backfill.outcome(results), Map.of());
        return results;
    }

    private Backfill.Table table(Tx source, MirrorRun run, SourceTable table, Extras extras) {
        try {
            progress.table(table.name());
            return new TableRepair(run, source, options, extras, progress).run(table);
        } catch (LockstepException e) {
            if (MirrorConnection.endsTheRun(e)) {
                throw e;
            }
            progress.failed(table.name(), e);
            return Backfill.Table.failed(table.name(), e);
        }
    }
}
