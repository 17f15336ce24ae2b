package dev.lockstep.mirror.plan;

import dev.lockstep.mirror.plan.MappedRow.Misfit;
import java.util.Optional;

/**
 * A row that the mirror does not take.
 *
 * @param key its key, as people read it
 * @param column the column that is to blame, if it is one
 * @param reason why
 * @param shown the value, or its beginning
 */
public record RejectedRow(String table, String key, Optional<String> column, String reason, Optional<String> shown) {
    public static RejectedRow of(String table, String key, Misfit misfit) {
        return new RejectedRow(table, key, Optional.of(misfit.column()), misfit.reason(), misfit.shown());
    }

    /** {@code units, key 17, column unitCount: not a date: 'soon'}. */
    @Override
    public String toString() {
        return table + ", key " + key + column.map(name -> ", column " + name).orElse("") + ": " + reason
                + shown.map(value -> ": " + value).orElse("");
    }
}
