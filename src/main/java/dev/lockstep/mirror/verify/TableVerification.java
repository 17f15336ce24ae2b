package dev.lockstep.mirror.verify;

import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.CanonicalRow;
import dev.lockstep.mirror.proof.CanonicalRow.Name;
import dev.lockstep.mirror.proof.RowReader;
import dev.lockstep.mirror.proof.SourceReader;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

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

    /**
     * How many rows differ.
     *
     * @param substitutes the values that the mirror has instead of the source's, as was wanted
     */
    public record Outcome(long source, long mirror, long missing, long extra, long changed, long substitutes) {}

    private final RowReader source;
    private final RowReader mirror;
    private final DifferenceVisitor visitor;
    private final DifferingRows differing;
    private long missing;
    private long extra;
    private long changed;
    private long substitutes;

    /** @param visitor takes the rows that differ */
    public TableVerification(TablePlan plan, SourceReader source, RowReader mirror, DifferenceVisitor visitor) {
        this.source = source;
        this.mirror = mirror;
        this.visitor = visitor;
        this.differing = new DifferingRows(plan, source, mirror, visitor);
    }

    public Outcome run() {
        KeyBuckets here = new KeyBuckets();
        KeyBuckets there = new KeyBuckets();
        source.each(row -> {
            here.add(row);
            substitutes += row.substitutes();
        });
        mirror.each(there::add);
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
        collect(source, buckets, rows, Sides.Side.SOURCE);
        collect(mirror, buckets, rows, Sides.Side.MIRROR);
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

    private static void collect(RowReader reader, BitSet buckets, Sides<Name> rows, Sides.Side side) {
        reader.each(row -> {
            Name key = row.key();
            if (buckets.get(KeyBuckets.of(key))) {
                rows.add(side, key, CanonicalRow.name(row.digest()));
            }
        });
    }
}
