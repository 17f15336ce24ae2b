package dev.lockstep.audit.write;

import dev.lockstep.audit.AuditRow;
import dev.lockstep.audit.TableName;
import dev.lockstep.audit.index.HotQuery;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.profile.AuditProfile.Column;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Objects;

/**
 * Statements that insert many rows each: as many as were asked for, and no more than the engine takes values and bytes.
 */
final class BulkInsert {
    /** A statement longer than this gains nothing, and costs memory on both sides. */
    private static final long BYTES = 1 << 20;

    /** What a value takes beside its bytes where it is written into the statement: quotes, a comma and a blank. */
    private static final int AROUND = 4;

    /** What stands before these in a statement of MariaDB's driver takes a byte of its own. */
    private static final String ESCAPED = "'\"\\\0";

    private static final int MAX_NUMBER = 20;

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
    private final List<String> places = new ArrayList<>();
    private final List<String> ends = new ArrayList<>();
    private final int width;
    private final int rows;
    private final long packet;

    /** Whether a value can be bound once and stand in every row: to bind one costs as much as to store it. */
    private final boolean numbered;

    private int lastCount;
    private BitSet lastShared = new BitSet();
    private String lastSql;

    BulkInsert(Db db, String table, List<String> columns, int batch) {
        this(db, TableName.of(table), columns, batch);
    }

    /** @param batch how many rows a statement may have */
    BulkInsert(Db db, TableName table, List<String> columns, int batch) {
        width = columns.size();
        rows = Math.max(1, Math.min(batch, bindLimit(db) / width));
        head = "insert into " + table.sql() + " (" + HotQuery.list(columns) + ") values ";
        numbered = db.engine() == Engine.SQLITE;
        packet = switch (db.engine()) {
            case SQLITE, POSTGRESQL -> Long.MAX_VALUE;
            // Its driver writes values into the statement.
            case MARIADB -> db.<Row>autocommit(tx -> tx.only(PACKET)).integer(0) - head.length() - BESIDE;
        };
        place(db, table, columns);
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
    private void place(Db db, TableName table, List<String> columns) {
        List<Row> types =
                switch (db.engine()) {
                    case SQLITE, MARIADB -> List.of();
                    case POSTGRESQL -> db.autocommit(tx -> tx.rows(TYPES, table.sql()));
                };
        for (String column : columns) {
            places.add("?");
            ends.add("");
            for (Row type : types) {
                if (type.text("attname").equals(column)) {
                    places.set(places.size() - 1, "cast(?");
                    ends.set(ends.size() - 1, " as " + type.text("type") + ")");
                }
            }
        }
    }

    /** @param all each as wide as the columns */
    void insert(Tx tx, List<Object[]> all) {
        try (Statements statements = new Statements(tx)) {
            int from = 0;
            while (from < all.size()) {
                int to = end(all, from);
                statements.send(all.subList(from, to));
                from = to;
            }
        }
    }

    /** Where the statement ends that begins here. */
    private int end(List<Object[]> all, int from) {
        long bytes = 0;
        for (int to = from; to < all.size() && to - from < rows; to++) {
            long more = bytes(all.get(to));
            if (more > packet) {
                throw LockstepException.refused(
                        "a row of " + more + " bytes is larger than the server takes (" + packet + ")",
                        "raise max_allowed_packet");
            }
            if (to > from && bytes + more > Math.min(BYTES, packet)) {
                return to;
            }
            bytes += more;
        }
        return Math.min(all.size(), from + rows);
    }

    /** The statement that was sent last, for the next part is most often like it. */
    private final class Statements implements AutoCloseable {
        private final Tx tx;
        private String sql = "";
        private Tx.Prepared statement;

        Statements(Tx tx) {
            this.tx = tx;
        }

        void send(List<Object[]> part) {
            BitSet shared = numbered ? shared(part) : new BitSet();
            String wanted = sql(part.size(), shared);
            if (!wanted.equals(sql)) {
                close();
                statement = tx.prepared(wanted);
                sql = wanted;
            }
            statement.update(values(part, shared));
        }

        @Override
        public void close() {
            if (statement != null) {
                statement.close();
                statement = null;
            }
        }
    }

    /** The columns that have the same value in every row. */
    private BitSet shared(List<Object[]> part) {
        BitSet shared = new BitSet(width);
        shared.set(0, width);
        for (Object[] row : part) {
            for (int i = shared.nextSetBit(0); i >= 0; i = shared.nextSetBit(i + 1)) {
                if (!Objects.equals(row[i], part.get(0)[i])) {
                    shared.clear(i);
                }
            }
        }
        return shared;
    }

    private Object[] values(List<Object[]> part, BitSet shared) {
        int own = width - shared.cardinality();
        Object[] values = new Object[shared.cardinality() + own * part.size()];
        int at = 0;
        for (int i = shared.nextSetBit(0); i >= 0; i = shared.nextSetBit(i + 1)) {
            values[at++] = part.get(0)[i];
        }
        for (Object[] row : part) {
            for (int i = shared.nextClearBit(0); i < width; i = shared.nextClearBit(i + 1)) {
                values[at++] = row[i];
            }
        }
        return values;
    }

    private String sql(int count, BitSet shared) {
        if (count == lastCount && shared.equals(lastShared)) {
            return lastSql;
        }
        StringBuilder sql = new StringBuilder(head);
        int next = shared.cardinality();
        for (int row = 0; row < count; row++) {
            sql.append(row == 0 ? "(" : "), (");
            int one = 0;
            for (int i = 0; i < width; i++) {
                sql.append(i == 0 ? "" : ", ").append(places.get(i));
                if (numbered) {
                    sql.append(shared.get(i) ? ++one : ++next);
                }
                sql.append(ends.get(i));
            }
        }
        lastCount = count;
        lastShared = shared;
        lastSql = sql.append(')').toString();
        return lastSql;
    }

    /** What a row takes in a statement, or a little more. */
    private long bytes(Object... values) {
        long bytes = 0;
        for (Object value : values) {
            bytes += AROUND + (value instanceof String text ? bytes(text) : MAX_NUMBER);
        }
        return bytes;
    }

    /** Exact only where it has to be. */
    private long bytes(String text) {
        if (packet == Long.MAX_VALUE) {
            return text.length();
        }
        long bytes = text.length();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c >= 0x80) {
                // A surrogate is half of four bytes.
                bytes += c < 0x800 || Character.isSurrogate(c) ? 1 : 2;
            } else if (ESCAPED.indexOf(c) >= 0) {
                bytes++;
            }
        }
        return bytes;
    }

    /** Rows as arrays, for the columns of an audit log, and behind them those of other names. */
    static List<Object[]> arrays(List<AuditRow> rows, List<Column> columns, List<String> others) {
        List<Object[]> arrays = new ArrayList<>(rows.size());
        for (AuditRow row : rows) {
            Object[] values = new Object[columns.size() + others.size()];
            for (int i = 0; i < columns.size(); i++) {
                values[i] = row.value(columns.get(i));
            }
            for (int i = 0; i < others.size(); i++) {
                values[columns.size() + i] = row.others().get(others.get(i));
            }
            arrays.add(values);
        }
        return arrays;
    }
}
