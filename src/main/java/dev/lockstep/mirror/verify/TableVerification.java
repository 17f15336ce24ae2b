package dev.lockstep.mirror.verify;

import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.CanonicalRow;
import dev.lockstep.mirror.proof.CanonicalRow.Name;
import dev.lockstep.mirror.proof.RowReader;
import dev.lockstep.mirror.proof.SourceReader;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Compares a table of the source with the mirror's, in three steps that each read both sides: sums over {@link KeyBuckets};
 * where those differ, every row's digest; and the rows themselves that differ, to say in what. The last two are taken in
 * portions, so that it needs no more memory for a mirror in which nothing is right.
 */
public final class TableVerification {
    /** Digests of both sides that are held at a time. */
    private static final long MAX_DIGESTS = 200_000;

    /** Rows of which it is looked up at a time in what they differ. */
    private static final int MAX_NAMED = 4_000;

    private static final int TELL_EVERY = 1_000;

    /**
     * How many rows differ.
     *
     * @param substitutes the values that the mirror has instead of the source's, as was wanted
     */
    public record Outcome(long source, long mirror, long missing, long extra, long changed, long substitutes) {
        Outcome plus(Outcome other) {
            return new Outcome(
                    source + other.source,
                    mirror + other.mirror,
                    missing + other.missing,
                    extra + other.extra,
                    changed + other.changed,
                    substitutes + other.substitutes);
        }
    }

    private final String table;
    private final ProgressListener progress;
    private final RowReader source;
    private final RowReader mirror;
    private final DifferenceVisitor visitor;
    private final DifferingRows differing;
    private long missing;
    private long extra;
    private long changed;
    private long substitutes;

    /**
     * @param visitor takes the rows that differ
     * @param progress hears how many rows are compared
     */
    public TableVerification(
            TablePlan plan,
            SourceReader source,
            RowReader mirror,
            DifferenceVisitor visitor,
            ProgressListener progress) {
        this.table = plan.name();
        this.progress = progress;
        this.source = source;
        this.mirror = mirror;
        this.visitor = visitor;
        this.differing = new DifferingRows(plan, source, mirror, visitor);
    }

    public Outcome run() {
        KeyBuckets here = new KeyBuckets();
        KeyBuckets there = new KeyBuckets();
        both(
                row -> {
                    here.add(row);
                    substitutes += row.substitutes();
                },
                there::add);
        for (int bucket = 0; bucket < KeyBuckets.COUNT; ) {
            BitSet portion = new BitSet(KeyBuckets.COUNT);
            long digests = 0;
            for (; bucket < KeyBuckets.COUNT && digests < MAX_DIGESTS; bucket++) {
                if (!here.same(there, bucket)) {
                    portion.set(bucket);
                    digests += here.rows(bucket) + there.rows(bucket);
                }
            }
            if (!portion.isEmpty()) {
                compareDigests(portion);
            }
        }
        return new Outcome(here.total(), there.total(), missing, extra, changed, substitutes);
    }

    private void compareDigests(BitSet buckets) {
        Sides<Name> rows = new Sides<>();
        both(collector(buckets, rows, Sides.Side.SOURCE), collector(buckets, rows, Sides.Side.MIRROR));
        Set<Name> single = new HashSet<>();
        Set<Name> several = new HashSet<>();
        for (Map.Entry<Name, Sides.Pair<Name>> entry :
                rows.withoutEqual(Comparator.naturalOrder()).entrySet()) {
            Sides.Pair<Name> pair = entry.getValue();
            int both = Math.min(pair.here().size(), pair.there().size());
            changed += both;
            missing += pair.here().size() - both;
            extra += pair.there().size() - both;
            (pair.isSeveral() ? several : single).add(entry.getKey());
            if (single.size() + several.size() == MAX_NAMED) {
                visit(single, several);
            }
        }
        visit(single, several);
    }

    private void visit(Set<Name> single, Set<Name> several) {
        if (visitor.wantsMore() && !(single.isEmpty() && several.isEmpty())) {
            differing.visit(single, several);
        }
        single.clear();
        several.clear();
    }

    private static Consumer<CanonicalRow> collector(BitSet buckets, Sides<Name> rows, Sides.Side side) {
        return row -> {
            Name key = row.key();
            if (buckets.get(KeyBuckets.of(key))) {
                rows.add(side, key, CanonicalRow.name(row.digest()));
            }
        };
    }

    /** Reads both sides, and tells how far that is: a row of one side is half of a comparison. */
    private void both(Consumer<CanonicalRow> here, Consumer<CanonicalRow> there) {
        long[] read = new long[1];
        long total = (source.count() + mirror.count()) / 2;
        progress.at(table, Work.ROWS_COMPARED, 0, total);
        source.each(row -> {
            here.accept(row);
            tell(++read[0], total);
        });
        mirror.each(row -> {
            there.accept(row);
            tell(++read[0], total);
        });
    }

    private void tell(long read, long total) {
        if (read % TELL_EVERY == 0) {
            progress.at(table, Work.ROWS_COMPARED, read / 2, total);
        }
    }
}
