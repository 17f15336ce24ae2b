package dev.lockstep.mirror;

import dev.lockstep.testing.TestSqlite;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/**
 * Compares a table of a SQLite file with its mirror by the bare drivers: nothing of lockstep has a say in what is equal.
 * Rows are compared as a sorted list, in memory.
 */
public final class Mirrored {
    private static final DateTimeFormatter SPELLINGS = new DateTimeFormatterBuilder()
            .appendPattern("uuuu-MM-dd[[' ']['T']HH:mm[:ss]]")
            .appendFraction(ChronoField.NANO_OF_SECOND, 0, 9, true)
            .appendPattern("[' '][XXX][XX]")
            .parseDefaulting(ChronoField.HOUR_OF_DAY, 0)
            .parseDefaulting(ChronoField.MINUTE_OF_HOUR, 0)
            .parseDefaulting(ChronoField.OFFSET_SECONDS, 0)
            .toFormatter(Locale.ROOT);

    private Mirrored() {}

    /** The rows that only one of the two has, at most twenty; empty if the tables are equal. */
    public static List<String> differences(Path source, Connection mirror, String table) throws SQLException {
        List<String> columns = new ArrayList<>();
        List<String> types = new ArrayList<>();
        List<String> there = mirrorRows(mirror, table, columns, types);
        List<String> here;
        if (mirror.getMetaData().getDatabaseProductName().equals("SQLite")) {
            there = storedRows(mirror, table, columns);
            try (Connection connection = TestSqlite.connect(source)) {
                here = storedRows(connection, table, columns);
            }
        } else {
            here = sourceRows(source, table, columns, types);
        }
        return differences(here, there);
    }

    private static List<String> differences(List<String> here, List<String> there) {
        List<String> differences = new ArrayList<>();
        int i = 0;
        int j = 0;
        while ((i < here.size() || j < there.size()) && differences.size() < 20) {
            int order =
                    i == here.size() ? 1 : j == there.size() ? -1 : here.get(i).compareTo(there.get(j));
            if (order < 0) {
                differences.add("only in the source: " + here.get(i));
            } else if (order > 0) {
                differences.add("only in the mirror: " + there.get(j));
            }
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }
        return differences;
    }

    static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static List<String> mirrorRows(Connection mirror, String table, List<String> columns, List<String> types)
            throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = mirror.createStatement();
                ResultSet rs = statement.executeQuery("select * from " + quoted(table))) {
            for (int i = 1; i <= rs.getMetaData().getColumnCount(); i++) {
                columns.add(rs.getMetaData().getColumnName(i));
                types.add(rs.getMetaData().getColumnTypeName(i).toLowerCase(Locale.ROOT));
            }
            boolean typed = !mirror.getMetaData().getDatabaseProductName().equals("SQLite");
            while (typed && rs.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 0; i < columns.size(); i++) {
                    cells.add(there(rs, i + 1, types.get(i)));
                }
                rows.add(cells.toString());
            }
        }
        Collections.sort(rows);
        return rows;
    }

    private static String there(ResultSet rs, int i, String type) throws SQLException {
        Object value = rs.getObject(i);
        if (value == null) {
            return "NULL";
        }
        return switch (kind(type)) {
            case "integer" -> "i" + (value instanceof Boolean b ? (b ? 1 : 0) : rs.getLong(i));
            case "real" -> "r" + Long.toHexString(Double.doubleToLongBits(rs.getDouble(i)));
            case "decimal" -> decimal(rs.getBigDecimal(i));
            case "bytes" -> "x" + HexFormat.of().formatHex(rs.getBytes(i));
            case "instant" -> "t" + instant(rs, i, type);
            case "date" -> "d" + rs.getObject(i, LocalDate.class);
            default -> "s" + rs.getString(i);
        };
    }

    private static Instant instant(ResultSet rs, int i, String type) throws SQLException {
        return type.equals("timestamptz")
                ? rs.getObject(i, OffsetDateTime.class).toInstant()
                : rs.getObject(i, LocalDateTime.class).toInstant(ZoneOffset.UTC);
    }

    private static String kind(String type) {
        if (type.startsWith("int")
                || type.contains("bigint")
                || type.startsWith("tinyint")
                || type.startsWith("bool")
                || type.equals("bit")) {
            return "integer";
        }
        return switch (type) {
            case "float8", "double" -> "real";
            case "numeric", "decimal" -> "decimal";
            case "bytea", "longblob", "varbinary", "blob" -> "bytes";
            case "timestamptz", "timestamp", "datetime" -> "instant";
            case "date" -> "date";
            default -> "text";
        };
    }

    private static String decimal(BigDecimal value) {
        return "n" + (value.signum() == 0 ? "0" : value.stripTrailingZeros().toPlainString());
    }

    /** What SQLite keeps, to the last bit. */
    private static List<String> storedRows(Connection connection, String table, List<String> columns)
            throws SQLException {
        List<String> cells = new ArrayList<>();
        for (String column : columns) {
            String name = name(column);
            cells.add(
                    "typeof(%1$s) || quote(%1$s) || case typeof(%1$s) when 'text' then replace(%1$s, char(0), '\\0') else '' end"
                            .formatted(name));
        }
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(
                        "select " + String.join(" || ', ' || ", cells) + " from " + quoted(table))) {
            while (rs.next()) {
                rows.add(rs.getString(1));
            }
        }
        Collections.sort(rows);
        return rows;
    }

    private static String name(String column) {
        return column.equals("lockstep_rowid") ? "rowid" : quoted(column);
    }

    private static List<String> sourceRows(Path source, String table, List<String> columns, List<String> types)
            throws SQLException {
        List<String> selected = new ArrayList<>();
        for (String column : columns) {
            String name = name(column);
            selected.add("typeof(" + name + ")");
            selected.add(name);
        }
        List<String> rows = new ArrayList<>();
        try (Connection connection = TestSqlite.connect(source);
                Statement statement = connection.createStatement();
                ResultSet rs =
                        statement.executeQuery("select " + String.join(", ", selected) + " from " + quoted(table))) {
            while (rs.next()) {
                List<String> cells = new ArrayList<>();
                for (int i = 0; i < columns.size(); i++) {
                    cells.add(here(rs, 2 * i + 1, kind(types.get(i))));
                }
                rows.add(cells.toString());
            }
        }
        Collections.sort(rows);
        return rows;
    }

    /** What a value of the source ought to be in the mirror. */
    private static String here(ResultSet rs, int i, String kind) throws SQLException {
        String stored = rs.getString(i);
        return switch (stored) {
            case "null" -> "NULL";
            case "integer" ->
                switch (kind) {
                    case "integer" -> "i" + rs.getLong(i + 1);
                    case "real" -> "r" + Long.toHexString(Double.doubleToLongBits((double) rs.getLong(i + 1)));
                    case "decimal" -> decimal(BigDecimal.valueOf(rs.getLong(i + 1)));
                    case "text" -> "s" + rs.getLong(i + 1);
                    default -> "an integer as " + kind;
                };
            case "real" ->
                switch (kind) {
                    case "real" -> "r" + Long.toHexString(Double.doubleToLongBits(rs.getDouble(i + 1)));
                    case "decimal" -> decimal(shortest(rs.getDouble(i + 1)));
                    case "text" -> "s" + spelled(rs.getDouble(i + 1));
                    default -> "a real as " + kind;
                };
            case "text" -> text(rs.getString(i + 1), kind);
            default -> kind.equals("bytes") ? "x" + HexFormat.of().formatHex(rs.getBytes(i + 1)) : "a blob as " + kind;
        };
    }

    /** As SQLite makes a text of a real, by {@code %!.15g}, with what more digits it takes to be read back. */
    private static String spelled(double value) {
        if (value == 0 || Double.isInfinite(value)) {
            return Double.toString(value);
        }
        BigDecimal shown = shortest(value).stripTrailingZeros();
        int exponent = shown.precision() - shown.scale() - 1;
        if (exponent < -4 || exponent > 14) {
            String mantissa = shown.movePointLeft(exponent).toPlainString();
            return mantissa
                    + (mantissa.contains(".") ? "" : ".0")
                    + (exponent < 0 ? "e-" : "e+")
                    + (Math.abs(exponent) < 10 ? "0" : "")
                    + Math.abs(exponent);
        }
        return shown.toPlainString() + (shown.scale() > 0 ? "" : ".0");
    }

    /** The decimal of the fewest digits, but at least 15, that reads back as the double; Double.toString has more, or other ones, for a few. */
    private static BigDecimal shortest(double value) {
        int digits = 15;
        BigDecimal exact = new BigDecimal(value);
        while (exact.round(new MathContext(digits)).doubleValue() != value) {
            digits++;
        }
        return exact.round(new MathContext(digits));
    }

    private static String text(String value, String kind) {
        return switch (kind) {
            case "text" -> "s" + value;
            case "instant" -> "t" + OffsetDateTime.parse(value, SPELLINGS).toInstant();
            case "date" -> "d" + LocalDate.parse(value);
            default -> "a text as " + kind;
        };
    }
}
