package dev.lockstep.api;

import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Optional;

/**
 * What a backfill did.
 *
 * @param notMirrored what of the source no mirror gets, a line each
 */
public record MirrorCopy(List<Table> tables, List<String> notMirrored) {
    /** How it is known that a table is equal. */
    public enum Proof {
        /** It is as it was recorded, and has so many rows: nothing of it was compared. */
        RECORDED,
        /** The mirror's server was asked, for digests of all its rows or for what tells that none was written since. */
        SERVER,
        /** Its rows were read, or written. */
        ROWS
    }

    /**
     * One table. The counts are of rows; read = inserted + updated + unchanged + rejected, unless it failed.
     *
     * @param rejected rows that did not fit, and are named in {@code lockstep_mirror_reject} of the mirror
     * @param proof empty if it failed
     * @param failure why it is not equal
     */
    public record Table(
            String table,
            long read,
            long inserted,
            long updated,
            long deleted,
            long unchanged,
            long rejected,
            Optional<Proof> proof,
            Optional<LockstepException> failure) {
        /** Whether it has every row of the source, as it is there. */
        public boolean isEqual() {
            return failure.isEmpty() && rejected == 0;
        }

        public boolean changed() {
            return inserted + updated + deleted > 0;
        }
    }

    public MirrorCopy {
        tables = List.copyOf(tables);
        notMirrored = List.copyOf(notMirrored);
    }

    /** Whether every table has every row of the source, as it was when it was read. */
    public boolean isEqual() {
        return tables.stream().allMatch(Table::isEqual);
    }

    /**
     * Itself, if no table failed and no row was left out.
     *
     * @throws LockstepException why the first table is not equal, with what went wrong with the others as suppressed errors
     */
    public MirrorCopy orThrow() {
        LockstepException first = null;
        for (Table table : tables) {
            if (table.isEqual()) {
                continue;
            }
            LockstepException why = table.failure().orElseGet(() -> rejected(table));
            if (first == null) {
                first = why;
            } else if (first != why) {
                first.addSuppressed(why);
            }
        }
        if (first != null) {
            throw first;
        }
        return this;
    }

    private static LockstepException rejected(Table table) {
        return new LockstepException(
                LockstepException.Kind.INCOMPLETE,
                "rows-rejected",
                table.table() + ": " + table.rejected() + " rows do not fit",
                "lockstep_mirror_reject of the mirror names them",
                null);
    }
}
