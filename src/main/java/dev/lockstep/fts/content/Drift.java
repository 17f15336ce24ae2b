package dev.lockstep.fts.content;

import java.util.List;

/**
 * How a search index differs from what it ought to hold.
 *
 * @param compared how much of a difference would have been seen: {@code whole}, {@code terms} (of an index that keeps no
 *     text), {@code sample}, {@code rows} (their number), {@code none}
 * @param missing rows that the base has and the index does not
 * @param duplicate rows of the index beyond the first that a base row has
 * @param altered rows that both have, and the index says something else
 * @param orphan rows that the index has and the base does not
 * @param rows some of the rows that differ
 */
public record Drift(String compared, long missing, long duplicate, long altered, long orphan, List<Difference> rows) {
    /** Nothing was compared. */
    public static final Drift UNSEEN = new Drift(ContentComparison.Sight.NONE.label(), 0, 0, 0, 0, List.of());

    /**
     * A row that differs.
     *
     * @param op {@code missing}, {@code duplicate}, {@code altered} or {@code orphan}
     * @param key what tells the row from others, null for NULL
     * @param rowid its number in the index, null if it is not there
     * @param columns which of its columns differ, as far as that can be told
     */
    public record Difference(String op, String key, Long rowid, List<String> columns) {}

    public Drift {
        rows = List.copyOf(rows);
    }

    /** All was compared that could be, and no row differs. */
    public static Drift none(ContentComparison.Sight sight) {
        return new Drift(sight.label(), 0, 0, 0, 0, List.of());
    }

    /** Whether no difference was seen. */
    public boolean isNone() {
        return missing + duplicate + altered + orphan == 0;
    }

    /** Whether a difference could have been there that nobody would have seen. */
    public boolean isPartial() {
        return !compared.equals(ContentComparison.Sight.WHOLE.label());
    }
}
