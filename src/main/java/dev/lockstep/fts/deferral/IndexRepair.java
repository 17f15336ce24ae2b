package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.content.ExpectedContentReader;
import dev.lockstep.fts.content.IncrementalReindex;
import dev.lockstep.fts.content.IndexRebuild;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.journal.Journal;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Makes a deferred index equal to its base: by the rows that its journal names ({@link IncrementalReindex}) where that tells all, and
 * else as a whole ({@link IndexRebuild}).
 */
final class IndexRepair {
    private final Tx tx;
    private final FtsIndex index;
    private final FtsTable table;

    IndexRepair(Tx tx, FtsIndex index) {
        this.tx = tx;
        this.index = index;
        this.table = index.table().orElseThrow();
    }

    /**
     * Does it.
     *
     * @param writers the triggers that keep the index again
     * @param notices takes why the journal was not enough, if there was one
     * @param progress hears how many rows of a whole index are written
     */
    IndexRebuild run(List<TriggerStatement> writers, List<Notice> notices, LongConsumer progress) {
        Optional<Journal> journal = Optional.empty();
        if (isJournaled()) {
            Optional<String> objection = objection(writers);
            if (objection.isEmpty()) {
                journal = IndexJournals.of(tx, index);
            } else {
                notices.add(new Notice("made-anew", index.name() + " was made anew as a whole: " + objection.get()));
            }
        }
        Optional<IncrementalReindex> reindex = journal.flatMap(there ->
                IncrementalReindex.choose(tx, table, index.sources(writers)).reindex());
        if (reindex.isPresent()) {
            Optional<IndexRebuild> done = reindex.get().run(tx, journal.get(), index.sources(writers));
            if (done.isPresent()) {
                return done.get();
            }
        }
        return IndexRebuild.run(tx, table, index.sources(writers), progress);
    }

    /**
     * What it will take to write the whole index; empty if some rows will do, or if something stands in the way, which {@link
     * #run} says better.
     */
    Optional<FtsRebuild.Estimate> estimate() {
        try {
            boolean someRows = IndexJournals.of(tx, index)
                    .filter(journal -> !IncrementalReindex.isMost(tx, journal))
                    .isPresent();
            if (someRows) {
                return Optional.empty();
            }
            ExpectedContent expected =
                    ExpectedContentReader.declared(tx, table, index.sources(), List.of(), FtsTable.Columns.WRITTEN);
            return Optional.of(FtsRebuild.estimate(tx, table, expected));
        } catch (LockstepException e) {
            return Optional.empty();
        }
    }

    private boolean isJournaled() {
        return index.held()
                .filter(held -> held.entry().mode(index.name()) == DeferralMode.JOURNAL)
                .isPresent();
    }

    /** Why the journal does not tell all that is different between the index and what its triggers would have made of it. */
    private Optional<String> objection(List<TriggerStatement> writers) {
        Optional<Journal> journal = IndexJournals.of(tx, index);
        if (journal.isEmpty()) {
            return Optional.of("its journal is gone");
        }
        Optional<String> gap = journal.get().gap(tx);
        if (gap.isPresent()) {
            return gap;
        }
        if (!index.live().isEmpty()) {
            return Optional.of("triggers that write it were there meanwhile");
        }
        Set<String> before = new LinkedHashSet<>();
        index.stored().forEach(stored -> before.add(stored.sql()));
        Set<String> now = new LinkedHashSet<>();
        writers.forEach(writer -> now.add(writer.sql()));
        return before.equals(now) ? Optional.empty() : Optional.of("its triggers are not those of then");
    }
}
