package dev.lockstep.db;

import java.math.BigDecimal;
import java.sql.Blob;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.util.Locale;
import java.util.Map;

/** One row of a result, read whole, so that it outlives its statement. Columns go by name, in any case, or from 0. */
public final class Row {
    private final Map<String, Integer> columns;
    private final Object[] values;

    private Row(Map<String, Integer> columns, Object[] values) {
        this.columns = columns;
        this.values = values;
    }

    static Map<String, Integer> columnsOf(ResultSetMetaData meta) throws SQLException {
        Map<String, Integer> columns = new java.util.HashMap<>();
        for (int i = 0; i < meta.getColumnCount(); i++) {
            columns.putIfAbsent(meta.getColumnLabel(i + 1).toLowerCase(Locale.ROOT), i);
        }
        return columns;
    }

    static Row of(Map<String, Integer> columns, ResultSet rs, int width) throws SQLException {
        Object[] values = new Object[width];
        for (int i = 0; i < width; i++) {
            Object value = rs.getObject(i + 1);
            values[i] = value instanceof Blob blob ? blob.getBytes(1, Math.toIntExact(blob.length())) : value;
        }
        return new Row(columns, values);
    }

    /** Whether the result has a column of that name: what a server of another version may lack. */
    public boolean has(String column) {
        return columns.containsKey(column.toLowerCase(Locale.ROOT));
    }

    public int width() {
        return values.length;
    }

    /** The value as the driver gives it: {@code Long} or {@code Integer}, {@code Double}, {@code String}, {@code byte[]} … */
    public Object value(int column) {
        return values[column];
    }

    public Object value(String column) {
        Integer index = columns.get(column.toLowerCase(Locale.ROOT));
        if (index == null) {
            throw new IllegalArgumentException("no column " + column + " in " + columns.keySet());
        }
        return values[index];
    }

    /** The value as text, or null. @throws IllegalStateException if it is binary */
    public String text(String column) {
        return asText(value(column), column);
    }

    public String text(int column) {
        return asText(values[column], "#" + column);
    }

    /** The value as a whole number. @throws IllegalStateException if it is NULL or anything else, 1.0 included */
    public long integer(String column) {
        return asInteger(value(column), column);
    }

    public long integer(int column) {
        return asInteger(values[column], "#" + column);
    }

    /** PostgreSQL's boolean, or a number that is not 0. NULL is false. */
    public boolean flag(String column) {
        Object value = value(column);
        return value instanceof Boolean b ? b : value instanceof Number n && n.longValue() != 0;
    }

    public boolean isNull(String column) {
        return value(column) == null;
    }

    private static String asText(Object value, String column) {
        if (value instanceof byte[]) {
            throw new IllegalStateException("column " + column + " is binary, not text");
        }
        return value == null ? null : value.toString();
    }

    private static long asInteger(Object value, String column) {
        if (value instanceof Long || value instanceof Integer || value instanceof Short) {
            return ((Number) value).longValue();
        }
        if (value instanceof BigDecimal decimal) {
            try {
                return decimal.longValueExact();
            } catch (ArithmeticException e) {
                throw new IllegalStateException("column " + column + " is not a whole number of 64 bits", e);
            }
        }
        throw new IllegalStateException("column " + column + " is not a whole number");
    }
}
