package dev.lockstep.mirror.proof;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetType;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;

/** Rows of MariaDB and MySQL. Dates come as text, because a driver has no object for {@code 0000-00-00}. */
final class MariaDbReader implements RowReader {
    private final Tx tx;
    private final TablePlan plan;
    private final String these;

    /** @param these a condition, from {@code where} on; empty: all rows */
    MariaDbReader(Tx tx, TablePlan plan, String these) {
        this.tx = tx;
        this.plan = plan;
        this.these = these;
    }

    @Override
    public void each(Consumer<CanonicalRow> sink) {
        List<String> selected = new ArrayList<>();
        TargetType[] types = new TargetType[plan.columns().size()];
        for (int i = 0; i < types.length; i++) {
            TargetTable.Column column = plan.columns().get(i);
            types[i] = column.type().orElseThrow();
            selected.add(expression(column, types[i]));
        }
        CanonicalRow row = new CanonicalRow(types.length, plan.keyWidth());
        tx.each("select " + String.join(", ", selected) + " from " + plan.identifier() + these, found -> {
            row.begin();
            for (int i = 0; i < types.length; i++) {
                if (found.value(i) == null) {
                    row.nothing();
                } else {
                    value(row, found, i, types[i]);
                }
            }
            sink.accept(row);
        });
    }

    private static String expression(TargetTable.Column column, TargetType type) {
        String name = column.identifier().toString();
        return switch (type.form()) {
            case TIMESTAMP, DATE, TIME, UUID, JSON -> "cast(" + name + " as char)";
            case TEXT, CHAR, LABEL -> "convert(" + name + " using utf8mb4)";
            case INTERVAL, INTEGER, REAL, BLOB, DECIMAL, ANY -> name;
        };
    }

    private static void value(CanonicalRow row, Row found, int i, TargetType type) {
        Object value = found.value(i);
        switch (type.form()) {
            case INTEGER -> whole(row, new BigDecimal(value.toString()));
            case REAL -> row.real(((Number) value).doubleValue());
            case TEXT, LABEL -> row.text(value.toString().getBytes(StandardCharsets.UTF_8));
            case CHAR -> row.text(value.toString().replaceFirst(" +$", "").getBytes(StandardCharsets.UTF_8));
            case BLOB -> row.blob((byte[]) value);
            case DECIMAL -> row.decimal((BigDecimal) value);
            case TIMESTAMP -> instant(row, value.toString());
            case DATE -> day(row, value.toString());
            case TIME -> meant(row, VerifiedSpan.time(value.toString(), type.size()), value);
            case UUID -> meant(row, VerifiedSpan.uuid(value.toString()), value);
            case JSON ->
                VerifiedJson.meaning(value.toString()).ifPresentOrElse(row::text, () -> row.odd(value.toString()));
            case INTERVAL, ANY -> throw new IllegalStateException("no type of MariaDB: " + type);
        }
    }

    private static void meant(CanonicalRow row, Optional<String> meaning, Object value) {
        meaning.ifPresentOrElse(
                text -> row.text(text.getBytes(StandardCharsets.US_ASCII)), () -> row.odd(value.toString()));
    }

    private static void whole(CanonicalRow row, BigDecimal value) {
        long number = value.longValue();
        if (BigDecimal.valueOf(number).compareTo(value) == 0) {
            row.whole(number);
        } else {
            row.odd(value.toString());
        }
    }

    private static void instant(CanonicalRow row, String value) {
        OptionalLong micros = VerifiedTime.micros(value);
        micros.ifPresentOrElse(row::instant, () -> row.odd(value));
    }

    private static void day(CanonicalRow row, String value) {
        OptionalLong day = VerifiedTime.day(value);
        day.ifPresentOrElse(row::day, () -> row.odd(value));
    }
}
