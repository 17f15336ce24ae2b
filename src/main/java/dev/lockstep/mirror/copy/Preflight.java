package dev.lockstep.mirror.copy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.FittingTypes;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.plan.Planner;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.run.LedgerTables;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorLedger;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.schema.SchemaCopy;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceSchema;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Reads all of the source and tells what a backfill would meet with, before there is one. Nothing is changed. */
public final class Preflight {
    /** Whether the mirror itself is asked which keys it takes for one, where that cannot be known otherwise. */
    public enum Keys {
        /** It is, by way of a temporary table. */
        ASKED,
        ASSUMED
    }

    /**
     * What was found about a table.
     *
     * @param rows how many the source has; empty if something stands in the way, for then they are not read
     * @param rejected how many of them do not fit
     * @param rejects the first of those
     * @param substitutes the values that are changed so that they fit
     * @param merging the first keys that the mirror would take for another row's
     * @param fitting the statements after which they would fit, as far as another type of a column is enough
     * @param cut what is to be said of times that have to be cut
     * @param afterwards the statements that give a table which is to be made what the source's has beside its columns
     */
    public record Finding(
            TablePlan plan,
            OptionalLong rows,
            long rejected,
            List<RejectedRow> rejects,
            Backfill.Substitutes substitutes,
            List<String> merging,
            List<String> fitting,
            Optional<String> cut,
            List<String> afterwards) {
        private static Finding unread(TablePlan plan) {
            return new Finding(
                    plan,
                    OptionalLong.empty(),
                    0,
                    List.of(),
                    Backfill.Substitutes.NONE,
                    List.of(),
                    List.of(),
                    Optional.empty(),
                    List.of());
        }

        /** Whether all of the table can be copied. */
        public boolean fits() {
            return plan.obstacles().isEmpty() && rejected == 0 && merging.isEmpty();
        }
    }

    private Preflight() {}

    /**
     * Looks at the tables of a selection.
     *
     * @throws LockstepException usage: there is no such table
     */
    public static List<Finding> run(Db source, Db mirror, Selection selection, Keys keys, ProgressListener progress) {
        MirrorEngine engine = MirrorEngine.of(mirror);
        return source.read(tx -> {
            List<Finding> findings = new ArrayList<>();
            for (SourceTable table : SourceSchema.read(tx).tables(selection)) {
                findings.add(finding(engine, tx, mirror, table, selection, keys, progress));
            }
            return findings;
        });
    }

    /**
     * Looks at what can be told before a run begins.
     *
     * @throws LockstepException usage: there is no such table, or none at all; refused: the source is itself the mirror of this one, so
     *     that each would undo what changes in the other
     */
    public static void check(Db source, DbTarget mirror, Selection selection, Backfill.Trust trust) {
        List<String> sources = source.read(tx -> {
            SourceSchema.read(tx).tables(selection);
            return MirrorLedger.sources(tx);
        });
        if (mirror instanceof SqliteTarget file && trust != Backfill.Trust.RESTART) {
            for (String known : sources) {
                if (file.isSameAs(Path.of(known))) {
                    throw LockstepException.refused(
                                    "the source is the mirror of " + known + ", and is not to be written back to it",
                                    null)
                            .advising(MirrorRemedy.RESTART_THE_OTHER_WAY.of());
                }
            }
        }
    }

    /**
     * What keeps each table from being copied, if none can be and the mirror knows nothing of lockstep yet: then a run is not to
     * begin, for it would leave no more behind than the tables in which it keeps how far it is.
     *
     * @return empty if a run may begin
     */
    public static List<Backfill.Table> hopeless(
            Db source,
            MirrorConnection mirror,
            Selection selection,
            Backfill.Options options,
            ProgressListener progress) {
        MirrorRun.refuseUnfit(mirror);
        MirrorEngine engine = MirrorEngine.of(mirror.db());
        if (mirror.read(tx -> LedgerTables.areThere(engine, tx))) {
            return List.of();
        }
        return source.read(tx -> {
            List<Backfill.Table> hopeless = new ArrayList<>();
            for (SourceTable table : SourceSchema.read(tx).tables(selection)) {
                // What a column holds decides its type, and is found out by reading it.
                progress.at(table.name(), Work.ROWS_READ, 0, 0);
                Optional<LockstepException> unfit = unfit(engine, tx, mirror, table, options.creation());
                if (unfit.isEmpty()) {
                    return List.of();
                }
                hopeless.add(Backfill.Table.failed(table.name(), unfit.get()));
            }
            return hopeless;
        });
    }

    /** Whether nothing of a source was ever mirrored here. */
    public static boolean isFirst(MirrorConnection mirror, String id) {
        MirrorEngine engine = MirrorEngine.of(mirror.db());
        return mirror.read(tx -> !LedgerTables.areReadable(engine, tx)
                || new MirrorLedger(engine, id).tables(tx).isEmpty());
    }

    private static Optional<LockstepException> unfit(
            MirrorEngine engine, Tx source, MirrorConnection mirror, SourceTable table, Backfill.Creation creation) {
        try {
            return mirror.read(
                    there -> TableCopy.unfit(engine, new Planner(engine, source, there).plan(table), creation));
        } catch (DbException e) {
            if (MirrorConnection.endsTheRun(e)) {
                throw e;
            }
            // What cannot be looked at here is told by the run.
            return Optional.empty();
        }
    }

    /** A table of which a page is damaged, say, does not hide the others. */
    private static Finding finding(
            MirrorEngine engine,
            Tx source,
            Db mirror,
            SourceTable table,
            Selection selection,
            Keys keys,
            ProgressListener progress) {
        try {
            return looked(engine, source, mirror, table, selection, keys, progress);
        } catch (DbException e) {
            if (MirrorConnection.endsTheRun(e)) {
                throw e;
            }
            return Finding.unread(TablePlan.impossible(table, e.getMessage()));
        }
    }

    private static Finding looked(
            MirrorEngine engine,
            Tx source,
            Db mirror,
            SourceTable table,
            Selection selection,
            Keys keys,
            ProgressListener progress) {
        progress.at(table.name(), Work.ROWS_READ, 0, 0);
        TablePlan plan = mirror.read(tx -> new Planner(engine, source, tx).plan(table));
        if (!plan.obstacles().isEmpty()) {
            return Finding.unread(plan);
        }
        PageScan scan = PageScan.of(plan, source, Optional.empty(), progress);
        List<String> merging = new ArrayList<>(scan.merging());
        if (plan.isLoose() && keys == Keys.ASKED) {
            PageRows rows = new PageRows(source, plan, scan.pages());
            merging.addAll(mirror.transact(tx -> PageComparison.merging(engine, tx, plan, rows)));
        }
        return new Finding(
                plan,
                OptionalLong.of(scan.rows()),
                scan.rejected(),
                scan.rejects(),
                scan.substitutes(),
                merging,
                FittingTypes.statements(engine, source, plan, scan.misfits()),
                scan.cut(),
                plan.ddl().isPresent() ? SchemaCopy.afterwards(engine, mirror, source, plan, selection) : List.of());
    }
}
