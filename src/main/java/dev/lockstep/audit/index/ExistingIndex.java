package dev.lockstep.audit.index;

/**
 * What a database has under the name of an index.
 *
 * @param fit how it compares with what is wanted
 * @param definition the database's own words for it
 */
public record ExistingIndex(Fit fit, String definition) {
    public enum Fit {
        /** The right table and columns in the right order, of all rows, and it works. */
        RIGHT,
        /** The right definition, but the database does not use it: its making was interrupted, or it is switched off. */
        INVALID,
        /** An index over something else. */
        OTHER_INDEX,
        /** No index at all: a table, a view, … */
        OTHER_RELATION
    }
}
