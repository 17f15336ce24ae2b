package dev.lockstep.fts.content;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The rows in which an index differs, as a comparison finds them: all are counted, the first of each kind named. */
final class DriftRows {
    /** In what way a row differs. */
    enum Op {
        /** The base has it and the index does not. */
        MISSING,
        /** The index has it more often than once; the row beyond the first. */
        DUPLICATE,
        /** Both have it and the index says something else. */
        ALTERED,
        /** The index has it and the base does not. */
        ORPHAN
    }

    private static final String KEY_AS_TEXT =
            "case typeof(%1$s) when 'blob' then quote(%1$s) else cast(%1$s as text) end";

    private final Tx tx;
    private final List<String> names;
    private final int limit;
    private final List<Drift.Difference> rows = new ArrayList<>();
    private final Map<Op, Long> counts = new EnumMap<>(Op.class);

    /**
     * @param names the index's columns
     * @param limit how many of each kind to name
     */
    DriftRows(Tx tx, List<String> names, int limit) {
        this.tx = tx;
        this.names = names;
        this.limit = limit;
    }

    /** Adds so many rows of which no more is known. */
    void add(Op op, long count) {
        counts.merge(op, count, Long::sum);
    }

    /**
     * Adds so many rows that are alike.
     *
     * @param rowid null if they are not in the index
     */
    void add(Op op, long count, String key, Long rowid) {
        add(op, count);
        name(op, key, rowid, List.of());
    }

    /**
     * Adds all that a query finds.
     *
     * @param query for {@code name}, which tells a row from others, and {@code id}; and, where that is known,
     *     {@code differing}: a comma and its position for each column that differs
     */
    void list(Op op, String query) {
        String named = "select " + KEY_AS_TEXT.formatted("name") + " as key, * from (" + query + ")";
        tx.each(named, row -> {
            add(op, 1);
            Long id = row.isNull("id") ? null : (Long) row.integer("id");
            name(op, row.text("key"), id, row.width() > 3 ? columns(row) : List.of());
        });
    }

    /**
     * What was found.
     *
     * @param sight how much of a difference would have been
     */
    Drift seen(ContentComparison.Sight sight) {
        return new Drift(
                sight.label(), count(Op.MISSING), count(Op.DUPLICATE), count(Op.ALTERED), count(Op.ORPHAN), rows);
    }

    private long count(Op op) {
        return counts.getOrDefault(op, 0L);
    }

    private void name(Op op, String key, Long rowid, List<String> columns) {
        if (counts.get(op) <= limit) {
            rows.add(new Drift.Difference(op.name().toLowerCase(Locale.ROOT), key, rowid, columns));
        }
    }

    private List<String> columns(Row row) {
        List<String> columns = new ArrayList<>();
        for (String position : row.text("differing").substring(1).split(",", -1)) {
            columns.add(names.get(Integer.parseInt(position)));
        }
        return columns;
    }
}
