package dev.lockstep.fts.trial;

import dev.lockstep.support.Notice;

/**
 * A key by which triggers find a row in an index, and lose it once it changes.
 *
 * @param fts the index
 * @param base the table
 * @param column its column
 * @param isNumber whether that is the row's number, which hardly anything ever changes
 */
public record KeptKey(String fts, String base, String column, boolean isNumber) {
    public Notice notice() {
        return new Notice(
                "key-kept",
                "the triggers of " + fts + " do not follow a change of " + base + "." + column + "; a restore would");
    }
}
