package dev.lockstep.audit;

import dev.lockstep.db.Identifier;
import dev.lockstep.profile.AuditProfile.Direction;
import dev.lockstep.profile.AuditProfile.Order;
import dev.lockstep.profile.AuditProfile.Query;
import java.util.List;

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

    /** {@code "a", "b"}. */
    static String list(List<String> columns) {
        StringBuilder list = new StringBuilder();
        for (String column : columns) {
            list.append(list.isEmpty() ? "" : ", ").append(new Identifier(column));
        }
        return list.toString();
    }
}
