package dev.lockstep.mirror.plan;

import dev.lockstep.db.Cells;
import dev.lockstep.mirror.plan.MappedRow.Misfit;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A row that the mirror does not take, or not as it is.
 *
 * @param key its key, as people read it
 * @param column the column that is to blame, if it is one
 * @param reason why
 * @param shown the value, or its beginning
 */
public record RejectedRow(String table, String key, Optional<String> column, String reason, Optional<String> shown) {
    private static final int SHOWN = 40;

    public static RejectedRow of(String table, String key, Misfit misfit) {
        return new RejectedRow(table, key, Optional.of(misfit.column()), misfit.reason(), misfit.shown());
    }

    /** {@code units, key 17, column unitCount: not a date: 'soon'}. */
    @Override
    public String toString() {
        return table + ", key " + key + column.map(name -> ", column " + name).orElse("") + ": " + reason
                + shown.map(value -> ": " + value).orElse("");
    }

    /** The beginning of a value, for people. */
    static Optional<String> shown(Cells source, int cell) {
        return switch (source.kind(cell)) {
            case NULL -> Optional.empty();
            case INTEGER, REAL -> Optional.of(String.valueOf(source.value(cell)));
            case BLOB -> Optional.of("a blob of " + source.bytes(cell).length + " bytes");
            case TEXT -> {
                String text = new String(
                        source.bytes(cell), 0, Math.min(source.bytes(cell).length, 4 * SHOWN), StandardCharsets.UTF_8);
                boolean cut = text.length() > SHOWN;
                yield Optional.of("'" + (cut ? text.substring(0, SHOWN) + "…" : text).replace("\0", "\\0") + "'");
            }
        };
    }
}
