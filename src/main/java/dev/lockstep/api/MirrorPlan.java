package dev.lockstep.api;

import java.util.List;
import java.util.OptionalLong;

/**
 * How tables would be mirrored, and what will not fit.
 *
 * @param notMirrored what of the source no mirror gets, a line each: {@code view, open_notes: …}
 */
public record MirrorPlan(List<Table> tables, List<String> notMirrored) {
    /**
     * One table.
     *
     * @param table its name in the source
     * @param columns those of the mirror, with their types there: {@code id bigint}
     * @param key the columns of the key
     * @param rows how many the source has; empty if something stands in the way, for then they are not read
     * @param ddl the statements that would make what the mirror lacks, the table first; empty if it has the table
     * @param obstacles what must change before the table can be mirrored
     * @param rejected how many rows will not fit
     * @param rejects the first of those: {@code units, key 17, column unitCount: not a date: 'soon'}
     * @param merging the first keys that the mirror would take for another row's
     * @param notes what a person should know, and that stops nothing
     */
    public record Table(
            String table,
            List<String> columns,
            List<String> key,
            OptionalLong rows,
            List<String> ddl,
            List<String> obstacles,
            long rejected,
            List<String> rejects,
            List<String> merging,
            List<String> notes) {
        public Table {
            columns = List.copyOf(columns);
            key = List.copyOf(key);
            ddl = List.copyOf(ddl);
            obstacles = List.copyOf(obstacles);
            rejects = List.copyOf(rejects);
            merging = List.copyOf(merging);
            notes = List.copyOf(notes);
        }

        /** Whether all of it can be copied. */
        public boolean fits() {
            return obstacles.isEmpty() && rejected == 0 && merging.isEmpty();
        }
    }

    public MirrorPlan {
        tables = List.copyOf(tables);
        notMirrored = List.copyOf(notMirrored);
    }

    /** Whether all of every table can be copied. */
    public boolean fits() {
        return tables.stream().allMatch(Table::fits);
    }
}
