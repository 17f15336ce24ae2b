package dev.lockstep.audit;

import dev.lockstep.db.Db;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.profile.AuditProfile.Direction;
import dev.lockstep.profile.AuditProfile.Order;
import dev.lockstep.profile.AuditProfile.Query;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A query of the profile as SQL, which every engine reads alike. Each compared column takes one value. */
final class HotQuery {
    private HotQuery() {}

    /** @param hint what stands behind the table: how a planner is told which index to take */
    static String sql(String table, Query query, String hint) {
        StringBuilder sql = new StringBuilder("select * from ")
                .append(new Identifier(table))
                .append(hint);
        for (int i = 0; i < query.equals().size(); i++) {
            sql.append(i == 0 ? " where " : " and ")
                    .append(new Identifier(query.equals().get(i)))
                    .append(" = ?");
        }
        for (int i = 0; i < query.order().size(); i++) {
            Order order = query.order().get(i);
            sql.append(i == 0 ? " order by " : ", ").append(new Identifier(order.column()));
            if (order.direction() == Direction.DESCENDING) {
                sql.append(" desc");
            }
        }
        return query.limit() == 0
                ? sql.toString()
                : sql.append(" limit ").append(query.limit()).toString();
    }

    /** Real values of one row, so that the planner sees the query that the application runs; empty texts if there is none. */
    static Object[] sample(Db db, String table, Query query) {
        Object[] values = new Object[query.equals().size()];
        Arrays.fill(values, "");
        if (values.length > 0) {
            String sql = "select " + list(query.equals()) + " from " + new Identifier(table) + " limit 1";
            db.<Optional<Row>>autocommit(tx -> tx.row(sql)).ifPresent(row -> {
                for (int i = 0; i < values.length; i++) {
                    values[i] = row.value(i);
                }
            });
        }
        return values;
    }

    /** {@code "a", "b"}. */
    static String list(List<String> columns) {
        StringBuilder list = new StringBuilder();
        for (String column : columns) {
            list.append(list.isEmpty() ? "" : ", ").append(new Identifier(column));
        }
        return list.toString();
    }
}
