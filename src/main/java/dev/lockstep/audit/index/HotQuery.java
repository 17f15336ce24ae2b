package dev.lockstep.audit.index;

import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.audit.query.QueryShape.Sorted;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/** A query as SQL, which every engine reads alike: each compared column takes one value, or two where any of several will do. */
public final class HotQuery {
    private HotQuery() {}

    /** @param hint what stands behind the table: how a planner is told which index to take */
    static String sql(QueryShape query, String hint, Engine engine) {
        List<String> conditions = new ArrayList<>();
        query.equals().forEach(column -> conditions.add(new Identifier(column) + " = ?"));
        query.anyOf().forEach(column -> conditions.add(new Identifier(column) + " in (?, ?)"));
        query.nulls().forEach(column -> conditions.add(new Identifier(column) + " is null"));
        if (query.range() != null) {
            conditions.add(new Identifier(query.range()) + " > ?");
        }
        List<String> order = new ArrayList<>();
        query.order().forEach(by -> order.add(order(by, engine)));
        return "select * from " + query.table().sql() + hint
                + (conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions))
                + (order.isEmpty() ? "" : " order by " + String.join(", ", order))
                + (query.limit() == 0 ? "" : " limit " + query.limit());
    }

    private static String order(Sorted by, Engine engine) {
        boolean usual = by.nullsFirst() == Sorted.nullsFirst(by.descending(), engine);
        String nulls = usual ? "" : by.nullsFirst() ? " nulls first" : " nulls last";
        return new Identifier(by.column()) + (by.descending() ? " desc" : "") + nulls;
    }

    /**
     * Real values of one row, so that the planner sees the query that the application runs: of a row that has a value in each
     * compared column, for no query finds NULL by an index. Empty if there is no such row.
     */
    static Optional<Object[]> sample(Db db, QueryShape query) {
        List<String> columns = new ArrayList<>(query.equals());
        query.anyOf().forEach(column -> columns.addAll(List.of(column, column)));
        if (query.range() != null) {
            columns.add(query.range());
        }
        if (columns.isEmpty()) {
            return Optional.of(new Object[0]);
        }
        StringBuilder sql = new StringBuilder(
                "select " + list(columns) + " from " + query.table().sql());
        String next = " where ";
        for (String column : new LinkedHashSet<>(columns)) {
            sql.append(next).append(new Identifier(column)).append(" is not null");
            next = " and ";
        }
        return db.<Optional<Row>>autocommit(tx -> tx.row(sql.append(" limit 1").toString()))
                .map(row -> {
                    Object[] values = new Object[columns.size()];
                    for (int i = 0; i < values.length; i++) {
                        values[i] = row.value(i);
                    }
                    return values;
                });
    }

    /** How many values {@link #sql} takes. */
    static int places(QueryShape query) {
        return query.equals().size() + 2 * query.anyOf().size() + (query.range() == null ? 0 : 1);
    }

    /** {@code "a", "b"}. */
    public static String list(List<String> columns) {
        List<String> quoted = new ArrayList<>();
        columns.forEach(column -> quoted.add(new Identifier(column).toString()));
        return String.join(", ", quoted);
    }
}
