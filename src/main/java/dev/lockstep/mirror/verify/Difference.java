package dev.lockstep.mirror.verify;

import java.util.List;

/**
 * A row in which a mirror differs from its source.
 *
 * @param key as people read it: {@code 17}, {@code 'a', 2}
 * @param cells the cells that differ, if both sides have the row; else all of it
 */
public record Difference(String table, Kind kind, String key, List<Cell> cells) {
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
     * A cell, with its values as people read them, long ones from where they differ.
     *
     * @param source null if the source does not have the row
     * @param mirror null if the mirror does not have it
     */
    public record Cell(String column, String source, String mirror) {}
}
