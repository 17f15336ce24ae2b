package dev.lockstep.audit.index;

import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * An index that a table has.
 *
 * @param name what messages call it
 * @param unique whether no two rows have the same keys
 * @param usable whether the database uses it for what it compares and sorts
 * @param onlyNull the column that is NULL in all rows that it has; empty if it has all rows
 * @param keys its columns in order, and after them those that the engine appends to every index
 */
public record TableIndex(
        String name, boolean unique, boolean usable, Optional<String> onlyNull, int declared, List<Key> keys) {
    /**
     * One column of an index.
     *
     * @param column null for an expression
     * @param whole whether the whole value stands in it, compared as the column's values are
     */
    public record Key(String column, boolean descending, boolean nullsFirst, boolean whole) {
        boolean is(String other) {
            return column != null && column.equalsIgnoreCase(other);
        }
    }

    public TableIndex {
        keys = List.copyOf(keys);
    }

    /** Whether rows are found by it, and come in the order that is asked for. */
    boolean serves(QueryShape shape) {
        if (!usable
                || onlyNull.filter(column -> !lower(shape.nulls()).contains(lower(column)))
                        .isPresent()) {
            return false;
        }
        if (unique && keys.subList(0, declared).stream().allMatch(key -> key.whole() && has(shape.equals(), key))) {
            return true;
        }
        Set<String> leading = lower(shape.leading());
        onlyNull.filter(column -> keys.stream().noneMatch(key -> key.is(column)))
                .ifPresent(column -> leading.remove(lower(column)));
        if (keys.size() < leading.size()) {
            return false;
        }
        Set<String> first = new LinkedHashSet<>();
        for (Key key : keys.subList(0, leading.size())) {
            first.add(key.column() == null ? null : key.column().toLowerCase(Locale.ROOT));
        }
        if (!first.equals(leading)) {
            return false;
        }
        List<Key> rest = new ArrayList<>(keys.subList(leading.size(), keys.size()));
        rest.removeIf(key -> has(shape.leading(), key));
        return follows(rest, shape);
    }

    private static boolean follows(List<Key> rest, QueryShape shape) {
        List<QueryShape.Sorted> tail = shape.tail();
        if (rest.size() < tail.size()) {
            return false;
        }
        boolean forwards = true;
        boolean backwards = true;
        for (int i = 0; i < tail.size(); i++) {
            Key key = rest.get(i);
            QueryShape.Sorted wanted = tail.get(i);
            if (!key.is(wanted.column()) || !key.whole()) {
                return false;
            }
            boolean same = key.descending() == wanted.descending();
            boolean sameNulls = key.nullsFirst() == wanted.nullsFirst();
            forwards &= same && sameNulls;
            backwards &= !same && !sameNulls;
        }
        return forwards || backwards || !shape.isSorted();
    }

    private static boolean has(List<String> columns, Key key) {
        return columns.stream().anyMatch(key::is);
    }

    private static Set<String> lower(List<String> columns) {
        Set<String> lower = new LinkedHashSet<>();
        columns.forEach(column -> lower.add(lower(column)));
        return lower;
    }

    private static String lower(String column) {
        return column.toLowerCase(Locale.ROOT);
    }

    /** The column of {@code column is null}, in brackets or not; empty for any other condition. */
    static Optional<String> onlyNull(String condition) {
        List<SqlToken> tokens = new ArrayList<>(SqlToken.of(condition));
        tokens.removeIf(token -> token.is('(') || token.is(')'));
        boolean only = tokens.size() == 3
                && tokens.get(0).canName()
                && tokens.get(1).is("IS")
                && tokens.get(2).is("NULL");
        return only ? Optional.of(tokens.get(0).name()) : Optional.empty();
    }
}
