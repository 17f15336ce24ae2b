package dev.lockstep.mirror.repair;

import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.MappedRow.Tag;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetType.Form;
import dev.lockstep.mirror.proof.CanonicalValue;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/** Keys that the mirror has, as rows of which there is nothing else. */
final class KeyRows implements MirrorEngine.Rows {
    private final TablePlan plan;
    private final List<List<CanonicalValue>> keys;

    KeyRows(TablePlan plan, List<List<CanonicalValue>> keys) {
        this.plan = plan;
        this.keys = keys;
    }

    /** Whether a key can be sent: what no value of a column can mean cannot be. */
    static boolean canBeSent(TablePlan plan, List<CanonicalValue> key) {
        for (int i = 0; i < key.size(); i++) {
            CanonicalValue.Kind kind = key.get(i).kind();
            if (kind == CanonicalValue.Kind.ODD || kind == CanonicalValue.Kind.NULL || form(plan, i) == Form.JSON) {
                return false;
            }
        }
        return true;
    }

    private static Form form(TablePlan plan, int column) {
        return plan.columns().get(column).type().orElseThrow().form();
    }

    @Override
    public void each(Consumer<MappedRow> sink) {
        MappedRow row = new MappedRow(plan.keyWidth());
        for (List<CanonicalValue> key : keys) {
            for (int i = 0; i < key.size(); i++) {
                put(row, i, key.get(i));
            }
            sink.accept(row);
        }
    }

    private void put(MappedRow row, int i, CanonicalValue value) {
        switch (value.kind()) {
            case WHOLE -> row.set(i, Tag.INTEGER, value.number());
            case REAL -> row.set(i, Tag.REAL, value.number());
            case TEXT -> row.set(i, Tag.TEXT, text(value, form(plan, i)));
            case BLOB -> row.set(i, Tag.BLOB, value.bytes());
            case DECIMAL -> row.set(i, Tag.DECIMAL, value.bytes());
            case INSTANT -> row.set(i, Tag.TIMESTAMP, value.number());
            case DAY -> row.set(i, Tag.DATE, value.number());
            case NULL, ODD -> throw new IllegalStateException("no key: " + value.kind());
        }
    }

    /** A time of the day and an interval have a form of their own there. */
    private static byte[] text(CanonicalValue value, Form form) {
        String text = new String(value.bytes(), StandardCharsets.UTF_8);
        return switch (form) {
            case TIME -> time(text).getBytes(StandardCharsets.US_ASCII);
            case INTERVAL -> text.replaceAll(" [a-z]+", "").getBytes(StandardCharsets.US_ASCII);
            default -> value.bytes();
        };
    }

    /** {@code 9:5:1.500000} becomes {@code 09:05:01.500000}. */
    private static String time(String text) {
        String[] parts = text.split(":", -1);
        String seconds = parts[2].indexOf('.') == 1 ? "0" + parts[2] : parts[2];
        String sign = parts[0].startsWith("-") ? "-" : "";
        return "%s%02d:%02d:%s"
                .formatted(sign, Math.abs(Integer.parseInt(parts[0])), Integer.parseInt(parts[1]), seconds);
    }
}
