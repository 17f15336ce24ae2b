package dev.lockstep.mirror.verify;

import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.CanonicalRow;
import dev.lockstep.mirror.proof.CanonicalRow.Name;
import dev.lockstep.mirror.proof.RowReader;
import dev.lockstep.mirror.proof.ShownValue;
import dev.lockstep.mirror.verify.Difference.Cell;
import dev.lockstep.mirror.verify.Difference.Kind;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

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

    private static final int SHOWN_KEY = 200;
    private static final int SHOWN_VALUE = 60;

    /** Bytes of a value that are held, to show it from where it differs; and of all values of a portion, of one side. */
    private static final int MAX_OF_VALUE = 1 << 20;

    private static final long MAX_HELD = 32L << 20;

    /** How many rows differ, and which. */
    public record Outcome(long source, long mirror, long missing, long extra, long changed, List<Difference> named) {}

    private final TablePlan plan;
    private final RowReader source;
    private final RowReader mirror;
    private final long mostNamed;
    private final Set<Name> toName = new HashSet<>();
    private long missing;
    private long extra;
    private long changed;

    /** @param mostNamed how many of the rows that differ are named */
    public TableVerification(TablePlan plan, RowReader source, RowReader mirror, long mostNamed) {
        this.plan = plan;
        this.source = source;
        this.mirror = mirror;
        this.mostNamed = mostNamed;
    }

    public Outcome run() {
        KeyBuckets here = new KeyBuckets();
        KeyBuckets there = new KeyBuckets();
        source.each(here::add);
        mirror.each(there::add);
        for (int bucket = 0; bucket < KeyBuckets.COUNT; ) {
            BitSet differing = new BitSet(KeyBuckets.COUNT);
            long digests = 0;
            for (; bucket < KeyBuckets.COUNT && digests < MAX_DIGESTS; bucket++) {
                if (!here.same(there, bucket)) {
                    differing.set(bucket);
                    digests += here.rows(bucket) + there.rows(bucket);
                }
            }
            if (!differing.isEmpty()) {
                compareDigests(differing);
            }
        }
        return new Outcome(here.total(), there.total(), missing, extra, changed, named());
    }

    private void compareDigests(BitSet buckets) {
        Sides<Name> rows = new Sides<>();
        collect(source, buckets, rows, Sides.Side.SOURCE);
        collect(mirror, buckets, rows, Sides.Side.MIRROR);
        rows.withoutEqual(Comparator.naturalOrder()).forEach((key, pair) -> {
            int both = Math.min(pair.here().size(), pair.there().size());
            changed += both;
            missing += pair.here().size() - both;
            extra += pair.there().size() - both;
            if (toName.size() < mostNamed) {
                toName.add(key);
            }
        });
    }

    private static void collect(RowReader reader, BitSet buckets, Sides<Name> rows, Sides.Side side) {
        reader.each(row -> {
            Name key = row.key();
            if (buckets.get(KeyBuckets.of(key))) {
                rows.add(side, key, CanonicalRow.name(row.digest()));
            }
        });
    }

    /**
     * A row that differs.
     *
     * @param cells a digest of each cell
     * @param values each cell as people read it
     */
    private record Seen(String key, List<Long> cells, List<ShownValue> values) {
        /** @param most bytes of a value that are held */
        static Seen of(CanonicalRow row, int width, int most) {
            List<Long> cells = new ArrayList<>(width);
            List<ShownValue> values = new ArrayList<>(width);
            for (int i = 0; i < width; i++) {
                cells.add(row.cell(i));
                values.add(row.value(i, most));
            }
            return new Seen(row.shownKey(SHOWN_KEY), cells, values);
        }

        static int compare(Seen a, Seen b) {
            int order = 0;
            for (int i = 0; i < a.cells.size() && order == 0; i++) {
                order = a.cells.get(i).compareTo(b.cells.get(i));
            }
            return order;
        }
    }

    private List<Difference> named() {
        List<Difference> differences = new ArrayList<>();
        Iterator<Name> keys = toName.iterator();
        while (keys.hasNext() && differences.size() < mostNamed) {
            Set<Name> portion = new HashSet<>();
            while (keys.hasNext() && portion.size() < MAX_NAMED) {
                portion.add(keys.next());
            }
            Sides<Seen> rows = new Sides<>();
            look(source, portion, rows, Sides.Side.SOURCE);
            look(mirror, portion, rows, Sides.Side.MIRROR);
            rows.withoutEqual(Seen::compare).values().forEach(pair -> {
                for (int i = 0; i < Math.max(pair.here().size(), pair.there().size()); i++) {
                    differences.add(difference(at(pair.here(), i), at(pair.there(), i)));
                }
            });
        }
        differences.sort(Comparator.comparing(Difference::kind).thenComparing(Difference::key, KeyOrder.INSTANCE));
        return differences.size() <= mostNamed ? differences : differences.subList(0, Math.toIntExact(mostNamed));
    }

    private void look(RowReader reader, Set<Name> keys, Sides<Seen> rows, Sides.Side side) {
        int width = plan.columns().size();
        long[] held = new long[1];
        reader.each(row -> {
            Name key = row.key();
            if (keys.contains(key)) {
                held[0] += row.length();
                rows.add(side, key, Seen.of(row, width, held[0] < MAX_HELD ? MAX_OF_VALUE : 4 * SHOWN_VALUE));
            }
        });
    }

    /** @return null if there are not so many */
    private static Seen at(List<Seen> rows, int i) {
        return i < rows.size() ? rows.get(i) : null;
    }

    private Difference difference(Seen here, Seen there) {
        List<Cell> cells = new ArrayList<>();
        for (int i = 0; i < plan.columns().size(); i++) {
            if (here == null || there == null || !here.cells.get(i).equals(there.cells.get(i))) {
                cells.add(new Cell(plan.columns().get(i).name(), shown(here, there, i), shown(there, here, i)));
            }
        }
        Kind kind = here == null ? Kind.EXTRA : there == null ? Kind.MISSING : Kind.CHANGED;
        return new Difference(plan.name(), kind, (here == null ? there : here).key, cells);
    }

    /** @return null if a side does not have the row */
    private static String shown(Seen row, Seen other, int cell) {
        if (row == null) {
            return null;
        }
        ShownValue value = row.values.get(cell);
        return other == null ? value.beginning(SHOWN_VALUE) : value.beside(other.values.get(cell), SHOWN_VALUE);
    }

    /** Numbers by their value, and before all other keys. */
    private enum KeyOrder implements Comparator<String> {
        INSTANCE;

        @Override
        public int compare(String a, String b) {
            boolean byLength = isNumber(a) && isNumber(b) && a.length() != b.length();
            return byLength ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
        }

        private static boolean isNumber(String key) {
            return !key.isEmpty() && key.chars().allMatch(c -> c >= '0' && c <= '9');
        }
    }

    /**
     * What both sides have of some keys.
     *
     * @param <T> what is known of a row
     */
    private static final class Sides<T> {
        /** One of the two. */
        enum Side {
            SOURCE,
            MIRROR
        }

        /** Rows of one key; a side may have more than one where nothing forbids it. */
        record Pair<T>(List<T> here, List<T> there) {}

        private final Map<Name, Pair<T>> rows = new TreeMap<>();

        void add(Side side, Name key, T row) {
            Pair<T> pair = rows.computeIfAbsent(key, k -> new Pair<>(new ArrayList<>(1), new ArrayList<>(1)));
            (side == Side.SOURCE ? pair.here : pair.there).add(row);
        }

        /** The rows that have no equal on the other side, by key; keys that have none are not there. */
        Map<Name, Pair<T>> withoutEqual(Comparator<T> order) {
            rows.values().removeIf(pair -> {
                pair.here.sort(order);
                pair.there.sort(order);
                for (Iterator<T> own = pair.here.iterator(); own.hasNext(); ) {
                    int equal = Collections.binarySearch(pair.there, own.next(), order);
                    if (equal >= 0) {
                        own.remove();
                        pair.there.remove(equal);
                    }
                }
                return pair.here.isEmpty() && pair.there.isEmpty();
            });
            return rows;
        }
    }
}
