package dev.lockstep.mirror.verify;

import dev.lockstep.db.Cells;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.CanonicalRow;
import dev.lockstep.mirror.proof.CanonicalRow.Name;
import dev.lockstep.mirror.proof.CanonicalValue;
import dev.lockstep.mirror.proof.RowReader;
import dev.lockstep.mirror.proof.ShownValue;
import dev.lockstep.mirror.proof.SourceReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads rows that are known to differ, to say in what: those of the mirror are held, those of the source go by. So one portion
 * of keys costs one reading of each side.
 */
final class DifferingRows {
    private static final int SHOWN_KEY = 200;
    private static final int SHOWN_BYTES = 240;

    /** Bytes of a value that are held, to show it from where it differs; and of all values of a portion, of one side. */
    private static final int MAX_OF_VALUE = 1 << 20;

    private static final long MAX_HELD = 16L << 20;

    /** A row that differs: a digest of each cell, and each cell as people read it. */
    private record Seen(String key, List<CanonicalValue> keyValues, List<Long> cells, List<ShownValue> values) {
        /** @param most bytes of a value that are held */
        static Seen of(CanonicalRow row, int width, int most) {
            List<Long> cells = new ArrayList<>(width);
            List<ShownValue> values = new ArrayList<>(width);
            for (int i = 0; i < width; i++) {
                cells.add(row.cell(i));
                values.add(row.value(i, most));
            }
            return new Seen(row.shownKey(SHOWN_KEY), row.keyValues(), cells, values);
        }

        static int compare(Seen a, Seen b) {
            int order = 0;
            for (int i = 0; i < a.cells.size() && order == 0; i++) {
                order = a.cells.get(i).compareTo(b.cells.get(i));
            }
            return order;
        }
    }

    private final TablePlan plan;
    private final SourceReader source;
    private final RowReader mirror;
    private final DifferenceVisitor visitor;

    DifferingRows(TablePlan plan, SourceReader source, RowReader mirror, DifferenceVisitor visitor) {
        this.plan = plan;
        this.source = source;
        this.mirror = mirror;
        this.visitor = visitor;
    }

    /**
     * Hands the rows of some keys to the visitor.
     *
     * @param single keys of which each side has one row at most
     * @param several keys of which a side has more; equal rows may be among them
     */
    void visit(Set<Name> single, Set<Name> several) {
        int width = plan.columns().size();
        Map<Name, Seen> there = new LinkedHashMap<>();
        Sides<Seen> many = new Sides<>();
        long[] held = new long[1];
        mirror.each(row -> {
            Name key = row.key();
            if (single.contains(key)) {
                there.put(key, Seen.of(row, width, room(held, row)));
            } else if (several.contains(key)) {
                many.add(Sides.Side.MIRROR, key, Seen.of(row, width, room(held, row)));
            }
        });
        source.eachWithCells((row, cells) -> {
            Name key = row.key();
            if (single.contains(key)) {
                tell(Seen.of(row, width, MAX_OF_VALUE), there.remove(key), Optional.of(cells), true);
            } else if (several.contains(key)) {
                many.add(Sides.Side.SOURCE, key, Seen.of(row, width, room(held, row)));
            }
        });
        there.values().forEach(row -> tell(null, row, Optional.empty(), true));
        many.withoutEqual(Seen::compare).values().forEach(pair -> {
            for (int i = 0; i < Math.max(pair.here().size(), pair.there().size()); i++) {
                tell(at(pair.here(), i), at(pair.there(), i), Optional.empty(), false);
            }
        });
    }

    private static int room(long[] held, CanonicalRow row) {
        held[0] += row.length();
        return held[0] < MAX_HELD ? MAX_OF_VALUE : SHOWN_BYTES;
    }

    /** @return null if there are not so many */
    private static Seen at(List<Seen> rows, int i) {
        return i < rows.size() ? rows.get(i) : null;
    }

    private void tell(Seen here, Seen there, Optional<Cells> cells, boolean alone) {
        if (!visitor.wantsMore()) {
            return;
        }
        List<RowDifference.Cell> shown = new ArrayList<>(plan.columns().size());
        for (int i = 0; i < plan.columns().size(); i++) {
            shown.add(new RowDifference.Cell(
                    plan.columns().get(i).name(),
                    here == null ? null : here.values.get(i),
                    there == null ? null : there.values.get(i),
                    here != null && there != null && !here.cells.get(i).equals(there.cells.get(i))));
        }
        Difference.Kind kind = here == null
                ? Difference.Kind.EXTRA
                : there == null ? Difference.Kind.MISSING : Difference.Kind.CHANGED;
        visitor.row(new RowDifference(
                plan,
                kind,
                (here == null ? there : here).key,
                shown,
                cells,
                alone && there != null ? Optional.of(there.keyValues) : Optional.empty()));
    }
}
