package dev.lockstep.audit;

import dev.lockstep.db.Db;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Trouble;
import dev.lockstep.db.Tx;
import dev.lockstep.profile.AuditProfile.Column;
import java.util.ArrayList;
import java.util.List;

/**
 * Statements that insert many rows each: as many as were asked for, and no more than the engine takes values and bytes.
 */
final class BulkInsert {
    /** A statement longer than this gains nothing, and costs memory on both sides. */
    private static final long BYTES = 1 << 20;

    /** What a value takes beside its bytes where it is written into the statement: quotes, a comma and a blank. */
    private static final int AROUND = 4;

    private static final int LONGEST_NUMBER = 20;

    /** What else is in a packet. */
    private static final int BESIDE = 1_024;

    private static final String TYPES = """
            select a.attname, format_type(a.atttypid, a.atttypmod) as type
              from pg_catalog.pg_attribute a
             where a.attrelid = to_regclass(?)
               and a.attnum > 0
               and not a.attisdropped
            """;

    private static final String PACKET = "select cast(@@max_allowed_packet as signed)";

    private final String head;
    private final String row;
    private final int width;
    private final int rows;
    private final long packet;
    private final String escaped;
    private String fullSql;

    /** @param batch how many rows a statement may have */
    BulkInsert(Db db, String table, List<String> columns, int batch) {
        width = columns.size();
        rows = Math.max(1, Math.min(batch, bindLimit(db) / width));
        head = "insert into " + new Identifier(table) + " (" + HotQuery.list(columns) + ") values ";
        row = row(db, table, columns);
        packet = switch (db.engine()) {
            case SQLITE, POSTGRESQL -> Long.MAX_VALUE;
            case MARIADB -> db.<Row>autocommit(tx -> tx.only(PACKET)).integer(0) - head.length() - BESIDE;
        };
        escaped = switch (db.engine()) {
            case SQLITE, POSTGRESQL -> "";
            // Its driver writes values into the statement.
            case MARIADB -> "'\"\\\0";
        };
    }

    private static int bindLimit(Db db) {
        return switch (db.engine()) {
            // SQLITE_MAX_VARIABLE_NUMBER, as every build since 3.32 has it at least.
            case SQLITE -> 32_766;
            // A count of 16 bits in both protocols.
            case POSTGRESQL, MARIADB -> 65_535;
        };
    }

    /** PostgreSQL takes text for no other type, unless it is told that it is one. */
    private static String row(Db db, String table, List<String> columns) {
        List<Row> types =
                switch (db.engine()) {
                    case SQLITE, MARIADB -> List.of();
                    case POSTGRESQL -> db.autocommit(tx -> tx.rows(TYPES, new Identifier(table).toString()));
                };
        StringBuilder row = new StringBuilder("(");
        for (String column : columns) {
            String value = "?";
            for (Row type : types) {
                if (type.text("attname").equals(column)) {
                    value = "cast(? as " + type.text("type") + ")";
                }
            }
            row.append(row.length() == 1 ? "" : ", ").append(value);
        }
        return row.append(')').toString();
    }

    /** @param all each as wide as the columns */
    void insert(Tx tx, List<Object[]> all) {
        int from = 0;
        while (from < all.size()) {
            int to = from;
            long bytes = 0;
            while (to < all.size() && to - from < rows) {
                long more = bytes(all.get(to));
                if (more > packet) {
                    throw Trouble.refused(
                            "a row of " + more + " bytes is larger than the server takes (" + packet + ")",
                            "raise max_allowed_packet");
                }
                if (to > from && bytes + more > Math.min(BYTES, packet)) {
                    break;
                }
                bytes += more;
                to++;
            }
            send(tx, all.subList(from, to));
            from = to;
        }
    }

    private void send(Tx tx, List<Object[]> part) {
        Object[] values = new Object[part.size() * width];
        for (int i = 0; i < part.size(); i++) {
            System.arraycopy(part.get(i), 0, values, i * width, width);
        }
        if (part.size() != rows) {
            tx.update(sql(part.size()), values);
            return;
        }
        fullSql = fullSql == null ? sql(rows) : fullSql;
        tx.update(fullSql, values);
    }

    private String sql(int count) {
        StringBuilder sql = new StringBuilder(head.length() + count * (row.length() + 2)).append(head);
        for (int i = 0; i < count; i++) {
            sql.append(i == 0 ? "" : ", ").append(row);
        }
        return sql.toString();
    }

    /** What a row takes in a statement. */
    private long bytes(Object... values) {
        long bytes = 0;
        for (Object value : values) {
            bytes += AROUND + (value instanceof String text ? bytes(text) : LONGEST_NUMBER);
        }
        return bytes;
    }

    private long bytes(String text) {
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // A surrogate is half of four bytes.
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            } else if (escaped.indexOf(c) >= 0) {
                bytes++;
            }
        }
        return bytes;
    }

    /** Rows as arrays, for the columns of an audit log. */
    static List<Object[]> arrays(List<AuditRow> rows, List<Column> columns) {
        List<Object[]> arrays = new ArrayList<>(rows.size());
        for (AuditRow row : rows) {
            Object[] values = new Object[columns.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = row.value(columns.get(i));
            }
            arrays.add(values);
        }
        return arrays;
    }
}
