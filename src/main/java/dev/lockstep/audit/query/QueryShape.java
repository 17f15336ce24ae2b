package dev.lockstep.audit.query;

import dev.lockstep.audit.TableName;
import dev.lockstep.db.Engine;
import dev.lockstep.profile.AuditProfile.Direction;
import dev.lockstep.profile.AuditProfile.Query;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A query of one table, as far as an index cares. All names are those of the database.
 *
 * @param text the query, or its name
 * @param equals columns that are compared with one value
 * @param nulls columns that must be NULL
 * @param anyOf columns that are compared with several values
 * @param range the column of which a piece is wanted, or null
 * @param order how the result is sorted
 * @param limit how many rows are asked for; 0 for all
 * @param notes what no index serves, and what was read otherwise than it is written
 */
public record QueryShape(
        String text,
        TableName table,
        List<String> equals,
        List<String> nulls,
        List<String> anyOf,
        String range,
        List<Sorted> order,
        long limit,
        List<String> notes) {
    /** A column of an order. */
    public record Sorted(String column, boolean descending, boolean nullsFirst) {
        /** With NULL where the engine puts it by itself. */
        static Sorted of(String column, boolean descending, Engine engine) {
            return new Sorted(column, descending, nullsFirst(descending, engine));
        }

        public static boolean nullsFirst(boolean descending, Engine engine) {
            return switch (engine) {
                // NULL is larger than all values.
                case POSTGRESQL -> descending;
                // NULL is smaller.
                case SQLITE, MARIADB -> !descending;
            };
        }
    }

    public QueryShape {
        equals = List.copyOf(equals);
        nulls = List.copyOf(nulls);
        anyOf = List.copyOf(anyOf);
        order = List.copyOf(order);
        notes = List.copyOf(notes);
    }

    public static QueryShape of(TableName table, Query query, Engine engine) {
        List<Sorted> order = new ArrayList<>();
        query.order().forEach(by -> order.add(Sorted.of(by.column(), by.direction() == Direction.DESCENDING, engine)));
        return new QueryShape(
                query.name(), table, query.equals(), List.of(), List.of(), null, order, query.limit(), List.of());
    }

    boolean asksNothing() {
        return leading().isEmpty() && range == null && order.isEmpty();
    }

    /** The columns by which rows are found, in any order. */
    public List<String> leading() {
        Set<String> leading = new LinkedHashSet<>(equals);
        leading.addAll(nulls);
        leading.addAll(anyOf);
        return List.copyOf(leading);
    }

    /** Whether rows that are found by an index can come in the order that is asked for. */
    public boolean isSorted() {
        return !order.isEmpty()
                && anyOf.isEmpty()
                && (range == null || order.get(0).column().equals(range));
    }

    /** What has to follow the leading columns, in this order. */
    public List<Sorted> tail() {
        if (!isSorted()) {
            return range == null || leading().contains(range) ? List.of() : List.of(new Sorted(range, false, false));
        }
        List<Sorted> tail = new ArrayList<>();
        List<String> seen = new ArrayList<>(leading());
        for (Sorted by : order) {
            if (!seen.contains(by.column())) {
                seen.add(by.column());
                tail.add(by);
            }
        }
        return tail;
    }

    /** Whether an index of ascending columns, read forwards or backwards, has the order. */
    public boolean isOneWay(Engine engine) {
        return tail().stream().map(Sorted::descending).distinct().count() <= 1
                && (!isSorted()
                        || tail().stream()
                                .allMatch(by -> by.nullsFirst() == Sorted.nullsFirst(by.descending(), engine)));
    }

    /** The same without its order. */
    public QueryShape unsorted() {
        return new QueryShape(text, table, equals, nulls, anyOf, range, List.of(), limit, notes);
    }
}
