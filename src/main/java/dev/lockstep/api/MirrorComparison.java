package dev.lockstep.api;

import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Optional;

/**
 * What a verification found.
 *
 * @param notMirrored what of the source no mirror gets, a line each
 */
public record MirrorComparison(List<Table> tables, List<String> notMirrored) {
    /** How a row differs. */
    public enum Kind {
        /** The mirror lacks it. */
        MISSING,
        /** Only the mirror has it. */
        EXTRA,
        /** Both have it, and not the same. */
        CHANGED
    }

    /**
     * A row that differs. It holds no values.
     *
     * @param key as people read it: {@code 17}, or {@code 'a', 2}
     * @param columns those that differ, if both sides have the row
     */
    public record Row(Kind kind, String key, List<String> columns) {
        public Row {
            columns = List.copyOf(columns);
        }
    }

    /**
     * One table. The counts are of rows.
     *
     * @param rows the first of those that differ, at most 10,000
     * @param failure why it could not be compared; the counts are 0 then
     */
    public record Table(
            String table,
            long source,
            long mirror,
            long missing,
            long extra,
            long changed,
            List<Row> rows,
            Optional<LockstepException> failure) {
        public Table {
            rows = List.copyOf(rows);
        }

        public boolean isEqual() {
            return failure.isEmpty() && missing + extra + changed == 0;
        }
    }

    public MirrorComparison {
        tables = List.copyOf(tables);
        notMirrored = List.copyOf(notMirrored);
    }

    /** Whether every table was compared, and no row differs. */
    public boolean isEqual() {
        return tables.stream().allMatch(Table::isEqual);
    }
}
