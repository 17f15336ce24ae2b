package dev.lockstep.mirror.copy;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.Compared;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.run.ExtraTables;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorLedger;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.run.Throttle;
import dev.lockstep.mirror.schema.SchemaCopy;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceFile;
import dev.lockstep.mirror.source.SourceSchema;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Makes a mirror equal to its source as the source is at one instant, and says what that took. See the package for what
 * happens when it is stopped.
 */
public final class Backfill {
    /** Whether tables that the mirror lacks are made. */
    public enum Creation {
        /** With all that the source's tables have and theirs can have, once the rows are there. */
        ALL,
        CREATE,
        NONE
    }

    /** What to do about a row that the mirror cannot take. */
    public enum BadRows {
        /** Its table fails, and nothing of it is written. */
        FAIL,
        /** The rest arrives, and the row is named in the mirror. */
        QUARANTINE
    }

    /** What to do about rows of the mirror that the source does not have. */
    public enum Extras {
        DELETE,
        KEEP
    }

    /** Whether a table that is empty in the source may empty that of the mirror. */
    public enum EmptySource {
        ALLOWED,
        REFUSED
    }

    /** What is believed of what earlier runs recorded. */
    public enum Trust {
        /** What the mirror shows to be so still, whoever has written to it since. */
        PROVEN,
        /** That the mirror holds the pages that they wrote, for nobody else writes to it. */
        RECORDED,
        /** Nothing: every page is compared with the mirror. */
        NONE,
        /** Nothing, not even that a table belongs to another source. */
        RESTART
    }

    /**
     * How to go about it.
     *
     * @param batch about how many rows go into one transaction; empty: as many as serves, and what is loaded for the first
     *     time all at once where that can be
     * @param maxDelete how many rows may be deleted from a table; empty for 1 % of it, or 1,000 if that is more
     */
    public record Options(
            Creation creation,
            BadRows badRows,
            Extras extras,
            EmptySource emptySource,
            Trust trust,
            OptionalInt batch,
            OptionalLong maxDelete,
            Throttle throttle) {
        /** What is most careful. */
        public static final Options DEFAULT = new Options(
                Creation.NONE,
                BadRows.FAIL,
                Extras.DELETE,
                EmptySource.REFUSED,
                Trust.PROVEN,
                OptionalInt.empty(),
                OptionalLong.empty(),
                Throttle.none());

        Options with(Extras others) {
            return new Options(creation, badRows, others, emptySource, trust, batch, maxDelete, throttle);
        }
    }

    /**
     * Values of the source that were changed, so that the mirror takes their rows: {@link dev.lockstep.mirror.source.UnfitValues}.
     *
     * @param first some of them
     */
    public record Substitutes(long values, List<RejectedRow> first) {
        static final Substitutes NONE = new Substitutes(0, List.of());
    }

    /**
     * What became of a table.
     *
     * @param read = inserted + updated + unchanged + rejected, if it did not fail
     * @param compared how it is known to be equal; empty if it failed
     * @param rejects some of the rejected rows
     * @param substitutes what was changed of the rows that the mirror has
     * @param failure why it is not equal now
     */
    public record Table(
            String table,
            long read,
            long inserted,
            long updated,
            long deleted,
            long unchanged,
            long rejected,
            List<RejectedRow> rejects,
            Substitutes substitutes,
            Optional<Compared> compared,
            Optional<LockstepException> failure) {
        static Table unchanged(String table, long rows, Substitutes substitutes, Compared compared) {
            return new Table(
                    table, rows, 0, 0, 0, rows, 0, List.of(), substitutes, Optional.of(compared), Optional.empty());
        }

        public static Table failed(String table, LockstepException failure) {
            return new Table(
                    table, 0, 0, 0, 0, 0, 0, List.of(), Substitutes.NONE, Optional.empty(), Optional.of(failure));
        }

        /** The same with what was done to it before. */
        Table after(Table before) {
            long changed = before.inserted + before.updated;
            return new Table(
                    table,
                    read,
                    inserted + before.inserted,
                    updated + before.updated,
                    deleted + before.deleted,
                    Math.max(0, unchanged - changed),
                    rejected,
                    rejects,
                    substitutes,
                    compared,
                    failure);
        }

        public boolean changed() {
            return inserted + updated + deleted > 0;
        }
    }

    private final Options options;
    private final Progress progress;

    public Backfill(Options options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    /** Copies the tables of a selection from a source that others in this process may have open too. */
    public List<Table> run(Db source, MirrorRun run, Selection selection) {
        return run(source, SourceFile.unknown(), run, selection);
    }

    /**
     * Copies the tables of a selection.
     *
     * @param file where the source is kept
     * @throws LockstepException refused: another run has taken over meanwhile; usage: there is no such table
     */
    public List<Table> run(Db source, SourceFile file, MirrorRun run, Selection selection) {
        List<Table> results = copy(source, file, run, selection);
        run.end(outcome(results), file.seen());
        return results;
    }

    /** {@link #run} for a run that goes on. */
    public List<Table> copy(Db source, MirrorRun run, Selection selection) {
        return copy(source, SourceFile.unknown(), run, selection);
    }

    private List<Table> copy(Db source, SourceFile file, MirrorRun run, Selection selection) {
        run.keepTo(options.throttle());
        return source.read(tx -> {
            SourceSchema schema = SourceSchema.read(tx);
            List<SourceTable> tables = schema.tables(selection);
            List<Table> results = new ForeignKeyOrder(run, progress)
                    .each(tables, (table, extras) -> table(tx, file, run, table, extras));
            if (options.creation() == Creation.ALL) {
                new SchemaCopy(run, progress).run(tx, equal(tables, results), selection);
            }
            if (selection.tables().isEmpty()) {
                results.addAll(vanished(run, schema.mirrorNames(selection)));
            }
            return results;
        });
    }

    private static List<SourceTable> equal(List<SourceTable> tables, List<Table> results) {
        List<SourceTable> equal = new ArrayList<>();
        for (int i = 0; i < tables.size(); i++) {
            if (results.get(i).failure().isEmpty()) {
                equal.add(tables.get(i));
            }
        }
        return equal;
    }

    private Table table(Tx source, SourceFile file, MirrorRun run, SourceTable table, Optional<Extras> extras) {
        try {
            progress.table(table.name());
            Options how = extras.map(options::with).orElse(options);
            return new TableCopy(run, source, file, how, progress).run(table);
        } catch (LockstepException e) {
            if (MirrorConnection.endsTheRun(e)) {
                throw e;
            }
            progress.failed(table.name(), e);
            run.noteFailure(table.mirrorName(), e);
            return Table.failed(table.name(), e);
        }
    }

    /** What a run has come to whose tables came to this. */
    public static MirrorLedger.State outcome(List<Table> results) {
        if (results.stream().anyMatch(result -> result.failure().isPresent())) {
            return MirrorLedger.State.FAILED;
        }
        return results.stream().anyMatch(result -> result.rejected() > 0)
                ? MirrorLedger.State.PARTIAL
                : MirrorLedger.State.COMPLETE;
    }

    /** Tables that were copied from this source once and are not in it any more: it may be the wrong file. */
    private List<Table> vanished(MirrorRun run, List<String> names) {
        List<Table> vanished = new ArrayList<>();
        for (ExtraTables.Extra extra : run.read(tx -> ExtraTables.of(tx, run.engine(), run.ledger(), names))) {
            switch (extra.presence()) {
                case GONE -> {
                    run.forget(extra.table());
                    progress.notice(
                            extra.table(), "neither the source nor the mirror has it any more; it is forgotten");
                }
                case THERE -> vanished.add(Table.failed(extra.table(), ExtraTables.left(extra.table())));
            }
        }
        return vanished;
    }
}
