package dev.lockstep.fts.trial;

import dev.lockstep.support.Notice;
import java.util.List;

/**
 * Keys of a table whose change the triggers of an index lose a row by.
 *
 * @param fts the index
 * @param base the table
 * @param keys the columns of each; one of one column for an update
 * @param isNumber whether that is the row's number, which hardly anything ever changes
 */
public record KeptKey(String fts, String base, Change change, List<List<String>> keys, boolean isNumber) {
    /** What happens to a key. */
    public enum Change {
        /** A row gets another one. */
        UPDATE,
        /** Another row takes it ({@code INSERT OR REPLACE}), and no trigger hears of the one that had it. */
        REPLACEMENT
    }

    public KeptKey {
        keys = List.copyOf(keys);
    }

    /** Of an update. */
    public String column() {
        return keys.get(0).get(0);
    }

    public Notice notice() {
        return new Notice(
                "key-kept",
                "the triggers of " + fts + " do not follow a change of " + base + "." + column() + "; a restore would");
    }
}
