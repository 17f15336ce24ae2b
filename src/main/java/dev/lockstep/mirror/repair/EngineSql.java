package dev.lockstep.mirror.repair;

import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetTable.Comparison;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.plan.TargetType.Form;
import dev.lockstep.mirror.proof.CanonicalValue;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How a script for a database's own client spells values, each so that it arrives as it is, whatever the session is set to. */
abstract class EngineSql {
    static final String NULL = "null";

    private static final Pattern INTERVAL =
            Pattern.compile("(-?\\d+)(?: months)? (-?\\d+)(?: days)? (-?\\d+)(?: microseconds)?");

    private static final Pattern WHOLE = Pattern.compile("-?\\d+");

    private static final long MICROS = 1_000_000;

    private final Engine engine;

    EngineSql(Engine engine) {
        this.engine = engine;
    }

    /** A name as the client reads it. */
    final String name(Identifier identifier) {
        return identifier.in(engine);
    }

    /** The lines before the first statement, the transaction's beginning among them. */
    abstract List<String> beginning(ScriptNeeds needs);

    /** The lines behind the last one. */
    abstract List<String> end(ScriptNeeds needs);

    /** What stands between the columns of an INSERT and its values. */
    String overriding() {
        return "";
    }

    abstract String integer(long value, TargetType type);

    abstract String real(double value, TargetType type);

    abstract String text(String value);

    abstract String blob(byte[] value);

    abstract String timestamp(LocalDateTime utc, TargetType type);

    abstract String date(LocalDate day);

    String interval(long months, long days, long micros) {
        throw new IllegalStateException("no intervals in " + engine);
    }

    /** A condition that a text is the very same, which its collation may not tell. */
    abstract String exactly(String column, String value);

    /** A cell of a row as the mirror should have it. */
    final String value(MappedRow row, int i, Column column) {
        TargetType type = column.type().orElseThrow();
        return switch (row.tag(i)) {
            case NULL -> NULL;
            case INTEGER -> integer(row.number(i), type);
            case REAL -> real(row.real(i), type);
            case TEXT -> text(row.text(i), type);
            case BLOB -> blob(row.bytes(i));
            case DECIMAL -> row.decimal(i).toPlainString();
            case TIMESTAMP -> timestamp(utc(row.number(i)), type);
            case DATE -> date(LocalDate.ofEpochDay(row.number(i)));
            case MISFIT -> throw new IllegalStateException("a misfit was to be written");
        };
    }

    /** A cell that the mirror has. */
    final String value(CanonicalValue value, Column column) {
        TargetType type = column.type().orElseThrow();
        String text = new String(value.bytes(), StandardCharsets.UTF_8);
        return switch (value.kind()) {
            case NULL -> NULL;
            case WHOLE -> integer(value.number(), type);
            case REAL -> real(Double.longBitsToDouble(value.number()), type);
            case TEXT -> isWellFormed(value.bytes(), text) ? text(text, type) : malformed(value.bytes());
            case BLOB -> blob(value.bytes());
            case DECIMAL -> text;
            case INSTANT -> timestamp(utc(value.number()), type);
            case DAY -> date(LocalDate.ofEpochDay(value.number()));
            // A number out of our range is one all the same.
            case ODD -> type.form() == Form.INTEGER && WHOLE.matcher(text).matches() ? text : text(text);
        };
    }

    private static boolean isWellFormed(byte[] utf8, String text) {
        return Arrays.equals(utf8, text.getBytes(StandardCharsets.UTF_8));
    }

    /** A text that is no UTF-8, which only SQLite keeps. */
    String malformed(byte[] bytes) {
        throw new IllegalStateException("no malformed texts in " + engine);
    }

    /** The condition that a row has a key. */
    final String condition(List<Column> key, List<CanonicalValue> values) {
        StringBuilder condition = new StringBuilder();
        for (int i = 0; i < key.size(); i++) {
            Column column = key.get(i);
            String name = name(column.identifier());
            condition.append(i == 0 ? "" : " and ");
            if (values.get(i).kind() == CanonicalValue.Kind.NULL) {
                condition.append(name).append(" is null");
                continue;
            }
            condition.append(name).append(" = ").append(value(values.get(i), column));
            if (column.comparison() == Comparison.LOOSE && values.get(i).kind() == CanonicalValue.Kind.TEXT) {
                String text = new String(values.get(i).bytes(), StandardCharsets.UTF_8);
                condition.append(" and ").append(exactly(name, text));
            }
        }
        return condition.toString();
    }

    private String text(String value, TargetType type) {
        if (type.form() != Form.INTERVAL) {
            return text(value);
        }
        Matcher parts = INTERVAL.matcher(value);
        if (!parts.matches()) {
            throw new IllegalStateException("no interval: " + value);
        }
        return interval(Long.parseLong(parts.group(1)), Long.parseLong(parts.group(2)), Long.parseLong(parts.group(3)));
    }

    private static LocalDateTime utc(long micros) {
        return LocalDateTime.ofEpochSecond(
                Math.floorDiv(micros, MICROS), (int) Math.floorMod(micros, MICROS) * 1_000, ZoneOffset.UTC);
    }

    /** {@code 23:59:59} or {@code 23:59:59.123456}. */
    static String clock(LocalDateTime time) {
        String clock = "%02d:%02d:%02d".formatted(time.getHour(), time.getMinute(), time.getSecond());
        return time.getNano() == 0 ? clock : clock + ".%06d".formatted(time.getNano() / 1_000);
    }

    /** {@code 2024-02-29}, of a year from 0 to 9999. */
    static String day(LocalDate day) {
        return "%04d-%02d-%02d".formatted(day.getYear(), day.getMonthValue(), day.getDayOfMonth());
    }

    static boolean hasControls(String text) {
        return text.chars().anyMatch(c -> c < ' ' || c == 0x7f);
    }
}
