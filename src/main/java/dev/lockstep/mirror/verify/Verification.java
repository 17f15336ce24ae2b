package dev.lockstep.mirror.verify;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.plan.Planner;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.KeySpan;
import dev.lockstep.mirror.proof.RowReader;
import dev.lockstep.mirror.run.ExtraTables;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorLedger;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceSchema;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProgressListener;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Proves that a mirror is equal to its source, or names every row in which it is not. It only reads, each side in one snapshot
 * of a table, and believes nothing that a backfill has recorded: how a row is meant, it finds out by code of its own.
 */
public final class Verification {
    /** What a backfill must be allowed so that it makes a table equal. */
    public enum Repair {
        CREATE_THE_TABLE,
        DELETE_ALL_ROWS
    }

    /** What of a table was not looked at. */
    public enum Rest {
        NOTHING,
        /** The rows behind some. */
        SOME,
        ALL
    }

    /**
     * What was found about a table.
     *
     * @param source how many rows the source has
     * @param mirror how many the mirror has
     * @param missing rows that the mirror lacks
     * @param extra rows that only the mirror has
     * @param changed rows that both have, and that differ
     * @param substitutes values that the mirror has instead of the source's, as was wanted: no difference
     * @param rows the rows that differ, as many as were asked for
     * @param repair what a backfill must be allowed so that it makes the table equal
     * @param mostDeletes how many rows it must be allowed to delete, if those are more than it may; else 0
     * @param rest what of it was not looked at, for nobody wanted to know more
     * @param failure why it could not be compared; the counts are 0 then
     */
    public record Table(
            String table,
            long source,
            long mirror,
            long missing,
            long extra,
            long changed,
            long substitutes,
            List<Difference> rows,
            Set<Repair> repair,
            long mostDeletes,
            Rest rest,
            Optional<LockstepException> failure) {
        static Table failed(String table, LockstepException failure) {
            return new Table(table, 0, 0, 0, 0, 0, 0, List.of(), Set.of(), 0, Rest.NOTHING, Optional.of(failure));
        }

        static Table unseen(String table) {
            return new Table(table, 0, 0, 0, 0, 0, 0, List.of(), Set.of(), 0, Rest.ALL, Optional.empty());
        }

        /** Of one that was looked at in part, nobody can say so. */
        public boolean isEqual() {
            return failure.isEmpty() && differences() == 0 && rest == Rest.NOTHING;
        }

        public long differences() {
            return missing + extra + changed;
        }
    }

    private final MirrorConnection mirror;
    private final String source;
    private final NamedRows named;
    private final DifferenceVisitor visitor;
    private final Progress progress;

    /**
     * @param source what identifies the source in all its runs: its file
     * @param mostNamed how many rows of a table are named at most
     */
    public Verification(MirrorConnection mirror, String source, long mostNamed, Progress progress) {
        this(mirror, source, mostNamed, DifferenceVisitor.NONE, progress);
    }

    /** @param visitor takes every row that differs, too */
    public Verification(
            MirrorConnection mirror, String source, long mostNamed, DifferenceVisitor visitor, Progress progress) {
        this.mirror = mirror;
        this.source = source;
        this.named = new NamedRows(mostNamed);
        this.visitor = DifferenceVisitor.both(named, visitor);
        this.progress = progress;
    }

    /**
     * Compares the tables of a selection. A table that cannot be compared keeps no other from it.
     *
     * @throws LockstepException usage: there is no such table; unreachable: the mirror went away and did not come back
     */
    public List<Table> run(Db sourceDb, Selection selection) {
        return sourceDb.read(tx -> {
            List<Table> results = new ArrayList<>();
            SourceSchema schema = SourceSchema.read(tx);
            for (SourceTable table : schema.tables(selection)) {
                if (isEnough()) {
                    results.add(Table.unseen(table.name()));
                    continue;
                }
                progress.table(table.name());
                results.add(compare(tx, table));
            }
            if (selection.tables().isEmpty()) {
                results.addAll(vanished(schema.mirrorNames(selection)));
            }
            return results;
        });
    }

    private boolean isEnough() {
        return visitor.isWaitedFor() && visitor.isDone();
    }

    private Table compare(Tx tx, SourceTable table) {
        try {
            MirrorEngine engine = MirrorEngine.of(mirror.db());
            return mirror.read(there -> {
                TablePlan plan = new Planner(engine, tx, there).plan(table);
                check(plan);
                plan.checkColumns();
                checkMade(engine, tx, plan);
                visitor.table(plan);
                Optional<KeySpans> spans = visitor.isWaitedFor() ? KeySpans.of(tx, plan) : Optional.empty();
                return spans.isPresent()
                        ? inSpans(tx, there, plan, spans.get())
                        : found(plan, compare(tx, there, plan, KeySpan.ALL, progress), Rest.NOTHING);
            });
        } catch (LockstepException e) {
            if (MirrorConnection.endsTheRun(e)) {
                throw e;
            }
            progress.failed(table.name(), e);
            return Table.failed(table.name(), e);
        }
    }

    private TableVerification.Outcome compare(
            Tx tx, Tx there, TablePlan plan, KeySpan span, ProgressListener listener) {
        return new TableVerification(
                        plan,
                        RowReader.ofSource(tx, plan, span),
                        RowReader.ofMirror(mirror.db().engine(), there, plan, span),
                        visitor,
                        listener)
                .run();
    }

    /** Part by part, until all is known that is wanted. That no row is in none of them, the whole table's count tells. */
    private Table inSpans(Tx tx, Tx there, TablePlan plan, KeySpans spans) {
        long total = RowReader.ofSource(tx, plan).count();
        TableVerification.Outcome found = new TableVerification.Outcome(0, 0, 0, 0, 0, 0);
        while (spans.hasNext() && !isEnough()) {
            long before = found.source();
            found = found.plus(compare(tx, there, plan, spans.next(), (table, work, done, some) -> {
                progress.at(table, work, Math.min(total, before + done), total);
            }));
        }
        if (spans.hasNext()) {
            return found(plan, found, Rest.SOME);
        }
        long inMirror = RowReader.ofMirror(mirror.db().engine(), there, plan).count();
        if (found.source() != total || found.mirror() != inMirror) {
            throw new LockstepException(
                    plan.name() + " has " + total + " rows by its own count, and " + inMirror
                            + " in the mirror; compared were " + found.source() + " and " + found.mirror(),
                    "check both databases for damage");
        }
        return found(plan, found, Rest.NOTHING);
    }

    private Table found(TablePlan plan, TableVerification.Outcome outcome, Rest rest) {
        Set<Repair> repair = EnumSet.noneOf(Repair.class);
        if (plan.ddl().isPresent()) {
            repair.add(Repair.CREATE_THE_TABLE);
        }
        if (rest == Rest.NOTHING && outcome.source() == 0 && outcome.extra() > 0) {
            repair.add(Repair.DELETE_ALL_ROWS);
        }
        boolean many = rest == Rest.NOTHING
                && outcome.source() > 0
                && outcome.extra() > TablePlan.maxUnaskedDeletes(outcome.mirror());
        return new Table(
                plan.name(),
                outcome.source(),
                outcome.mirror(),
                outcome.missing(),
                outcome.extra(),
                outcome.changed(),
                outcome.substitutes(),
                named.rows(),
                repair,
                many ? outcome.extra() : 0,
                rest,
                Optional.empty());
    }

    /** Of a table that is missing every row is; of an empty one, none would be. */
    private static void checkMade(MirrorEngine engine, Tx source, TablePlan plan) {
        if (plan.ddl().isPresent()
                && source.rows("select 1 from " + plan.source().withoutIndexes() + " limit 1")
                        .isEmpty()) {
            throw new LockstepException(LockstepException.Kind.DIFFERS, engine.missing(plan.mirrorName()), null)
                    .advising(MirrorRemedy.COPY_AND_CREATE_THE_TABLE.of());
        }
    }

    /** Triggers and keys of the mirror's do not matter here; a column that is not there does. */
    private static void check(TablePlan plan) {
        int wanted = plan.source().columns().size() + (plan.source().key().isEmpty() ? 1 : 0);
        boolean complete = plan.columns().size() == wanted
                && plan.columns().stream().allMatch(column -> column.type().isPresent());
        if (!complete) {
            throw new LockstepException(
                            plan.name() + " cannot be compared: " + String.join("; ", plan.obstacles()), null)
                    .advising(MirrorRemedy.CHANGE_OR_LEAVE_OUT.of());
        }
    }

    /** Tables that were copied from this source once and are not in it any more, and that the mirror has still. */
    private List<Table> vanished(List<String> seen) {
        MirrorEngine engine = MirrorEngine.of(mirror.db());
        List<Table> vanished = new ArrayList<>();
        for (ExtraTables.Extra extra :
                mirror.read(tx -> ExtraTables.of(tx, engine, new MirrorLedger(engine, source), seen))) {
            if (extra.presence() == ExtraTables.Presence.THERE) {
                vanished.add(Table.failed(extra.table(), ExtraTables.differs(extra.table())));
            }
        }
        return vanished;
    }
}
