package dev.lockstep.fts.deferral;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.content.ExpectedContentReader;
import dev.lockstep.fts.content.IndexRebuild;
import dev.lockstep.fts.content.TermModel;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerErrors;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes search indexes anew from what they index, triggers or not: all of them in one transaction, which holds the write lock
 * from the first row to the proof.
 */
public final class FtsRebuild {
    /** Hears how far it is. */
    @FunctionalInterface
    public interface Progress {
        /** That many rows of the index are written. */
        void at(String fts, long rows);
    }

    /**
     * What it will take.
     *
     * @param rows how many rows the index ought to have
     * @param time how long writing them takes, to judge by some of them
     * @param walBytes how much the write-ahead log, or the journal, is about to grow
     */
    public record Estimate(String fts, long rows, Duration time, long walBytes) {}

    /**
     * One index that was rebuilt.
     *
     * @param rows how many rows it has now
     * @param proof how much of a difference from its base would have been seen
     */
    public record Table(String table, String fts, long rows, String proof) {}

    /**
     * What is to be rebuilt.
     *
     * @param estimates what each will take
     * @param broken those that cannot be opened, and why; nothing unless all indexes were asked for
     * @param foreign those that nothing here says the content of; nothing unless all indexes were asked for
     */
    public record Outlook(List<Estimate> estimates, List<LockstepException> broken, List<String> foreign) {
        public Outlook {
            estimates = List.copyOf(estimates);
            broken = List.copyOf(broken);
            foreign = List.copyOf(foreign);
        }
    }

    private static final long TRIED = 1_000;

    /** Terms are merged once more, or twice, before the transaction ends. */
    private static final long WRITTEN_AGAIN = 2;

    /** What to do with the table itself. */
    public enum Way {
        /** Empty it, and fill it again. */
        REFILL,
        /** Drop it, whether it can be opened or not, and make it by its own definition. */
        RECREATE
    }

    private final Optional<Profile> profile;
    private final FtsTable.Columns columns;
    private final Way way;

    public FtsRebuild(Optional<Profile> profile, FtsTable.Columns columns, Way way) {
        this.profile = profile;
        this.columns = columns;
        this.way = way;
    }

    /**
     * Indexes some rows aside, to judge the rest by them; reads only.
     *
     * @param names FTS5 tables or their base tables; none for all
     * @throws LockstepException as {@link #run} would
     */
    public Outlook estimate(Db db, List<String> names) {
        return db.read(tx -> {
            DeferralState deferrals = DeferralState.read(tx, profile);
            List<Estimate> estimates = new ArrayList<>();
            for (FtsIndex index : due(deferrals, names)) {
                estimates.add(estimate(tx, index.table().orElseThrow(), expected(tx, index)));
            }
            List<LockstepException> broken = new ArrayList<>();
            List<String> foreign = new ArrayList<>();
            for (FtsIndex index : names.isEmpty() ? deferrals.select(names) : List.<FtsIndex>of()) {
                if (isBeyond(index)) {
                    broken.add(Unopened.refusal(index.table().orElseThrow()));
                } else if (index.bases().isEmpty()) {
                    foreign.add(RestorabilityCheck.withoutTriggers(deferrals, index));
                }
            }
            return new Outlook(estimates, broken, foreign);
        });
    }

    /** The same for one index, as a part of the caller's transaction. */
    static Estimate estimate(Tx tx, FtsTable table, ExpectedContent expected) {
        long rows = expected.count(tx);
        TermModel model = new TermModel(tx, table);
        long start = System.nanoTime();
        model.fill(expected, " limit " + TRIED);
        long nanos = System.nanoTime() - start;
        long tried = Math.max(1, Math.min(rows, TRIED));
        long bytes = WRITTEN_AGAIN * model.bytes()
                + (table.kind() == FtsTable.Kind.OWN_CONTENT ? expected.bytes(tx, TRIED) : 0);
        model.drop();
        return new Estimate(table.name(), rows, Duration.ofNanos(nanos / tried * rows), bytes * rows / tried);
    }

    /**
     * Rebuilds.
     *
     * @param names FTS5 tables or their base tables; none for all
     * @throws LockstepException usage: there is no such table, or what belongs into it cannot be told; refused: it is deferred, or it
     *     differs even when rebuilt
     */
    public List<Table> run(Db db, List<String> names, Progress progress) {
        return db.transact(tx -> {
            List<Table> tables = new ArrayList<>();
            for (FtsIndex index : due(DeferralState.read(tx, profile), names)) {
                IndexRebuild rebuilt = rebuilt(tx, index, progress);
                tables.add(new Table(
                        String.join(", ", index.bases()),
                        index.name(),
                        rebuilt.rows(),
                        rebuilt.sight().label()));
            }
            return tables;
        });
    }

    private IndexRebuild rebuilt(Tx tx, FtsIndex index, Progress progress) {
        if (hasOnlyItsOwnText(index)) {
            return IndexRebuild.ofOwnText(tx, index.table().orElseThrow());
        }
        ExpectedContent expected = expected(tx, index);
        FtsTable table =
                switch (way) {
                    case REFILL -> index.table().orElseThrow();
                    case RECREATE -> Recreation.run(tx, index.table().orElseThrow());
                };
        return IndexRebuild.run(tx, table, expected, rows -> progress.at(table.name(), rows));
    }

    /** Whether nothing but the text that it keeps says what belongs into it: no trigger inserts. Made anew it would be lost. */
    private boolean hasOnlyItsOwnText(FtsIndex index) {
        return way == Way.REFILL
                && index.table()
                        .filter(table -> table.kind() == FtsTable.Kind.OWN_CONTENT)
                        .isPresent()
                && index.sources().stream().noneMatch(trigger -> trigger.event() == TriggerStatement.Event.INSERT);
    }

    private ExpectedContent expected(Tx tx, FtsIndex index) {
        if (hasOnlyItsOwnText(index)) {
            return ExpectedContentReader.ofOwnText(tx, index.table().orElseThrow());
        }
        return ExpectedContentReader.declared(tx, index.table().orElseThrow(), index.sources(), index.bases(), columns);
    }

    /** Whether it cannot be opened, and this way does not help it. */
    private boolean isBeyond(FtsIndex index) {
        Optional<String> objection = index.table().flatMap(FtsTable::objection);
        return objection.isPresent()
                && (way == Way.REFILL || objection.filter(Unopened::isForeign).isPresent());
    }

    private List<FtsIndex> due(DeferralState deferrals, List<String> names) {
        List<FtsIndex> due = new ArrayList<>();
        for (FtsIndex index : deferrals.select(names)) {
            Optional<FtsTable> unopened =
                    index.table().filter(table -> table.objection().isPresent());
            if (isBeyond(index)) {
                if (names.isEmpty()) {
                    continue;
                }
                throw Unopened.refusal(unopened.orElseThrow());
            }
            if (index.isDeferred() && unopened.isEmpty()) {
                throw LedgerErrors.refused(
                                "deferred",
                                index.name() + " is deferred "
                                        + index.held().orElseThrow().entry().describe(),
                                null)
                        .advising(FtsRemedy.RESTORE_INSTEAD.of());
            }
            boolean unnamed = index.bases().isEmpty() && names.isEmpty();
            if (!unnamed) {
                due.add(index);
            }
        }
        return due;
    }
}
