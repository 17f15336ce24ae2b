package dev.lockstep.fts.content;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * How far a full-text table is from what it ought to hold.
 *
 * @param missing rows that it ought to hold and does not, altered ones among them
 * @param extra rows that it holds and ought not to, the old forms of altered ones among them
 * @param sight how much of a difference could have been seen
 */
public record ContentComparison(long missing, long extra, Sight sight) {
    public enum Sight {
        /** Every cell was compared. */
        WHOLE,
        /** Every term of every row; the table keeps no text. */
        TERMS,
        /** Every cell, or term, of some rows; and how many rows there are. */
        SAMPLE,
        /** The rows that changed were written anew; of the others only how many there are was looked at. */
        CHANGED,
        /** Only which rows there are: the table does not keep what they say. */
        ROWS,
        /** Nothing: the table keeps neither. */
        NONE;

        /** What a comparison of every row sees. */
        public static Sight of(FtsTable table) {
            return switch (table.kind()) {
                case OWN_CONTENT, EXTERNAL_CONTENT -> WHOLE;
                case CONTENTLESS, CONTENTLESS_DELETE -> TERMS;
            };
        }

        /** As programs read it. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Of a table that keeps its own text. */
    static ContentComparison ofText(Tx tx, ExpectedContent expected, FtsTable table) {
        long rows = expected.count(tx);
        long present = count(tx, table.shadow("content"));
        if (expected.isNumbered()) {
            long equal = tx.only(equalRows(expected, table)).integer(0);
            return new ContentComparison(rows - equal, present - equal, Sight.WHOLE);
        }
        String wanted = groups(expected, "(" + expected.query() + ")", expectedColumns(table));
        String found = groups(expected, "main." + table.identifier() + " as x", indexColumns(table));
        return new ContentComparison(
                count(tx, wanted + " except " + found), count(tx, found + " except " + wanted), Sight.WHOLE);
    }

    /** Of a table that keeps no text, but the size of each row. */
    static ContentComparison ofRows(Tx tx, ExpectedContent expected, Identifier docsize) {
        String wanted = "select r from (" + expected.query() + ")";
        String found = "select id from main." + docsize;
        return new ContentComparison(
                count(tx, wanted + " except " + found), count(tx, found + " except " + wanted), Sight.ROWS);
    }

    boolean isEqual() {
        return missing == 0 && extra == 0;
    }

    public static long count(Tx tx, Identifier table) {
        return tx.only("select count(*) from main." + table).integer(0);
    }

    private static long count(Tx tx, String query) {
        return tx.only("select count(*) from (" + query + ")").integer(0);
    }

    /**
     * With every row's number known, one pass over the base table looks each row up: in the table in which it keeps the
     * text, which is several times as fast as asking the index for it.
     */
    private static String equalRows(ExpectedContent expected, FtsTable table) {
        List<String> equal = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            equal.add("x.c" + i + " is expected.c" + i);
        }
        return "select count(*) from (" + expected.query() + ") as expected cross join " + table.keptText()
                + " as x on x.id = expected.r where " + String.join(" and ", equal);
    }

    /** Equal rows count together, so that a row that is there twice is a difference. */
    private static String groups(ExpectedContent expected, String from, List<String> columns) {
        List<String> all = new ArrayList<>(columns);
        if (expected.hasRowids()) {
            all.add(columns.get(0).startsWith("x.") ? "x.rowid" : "r");
        }
        String list = String.join(", ", all);
        return "select " + list + ", count(*) from " + from + " group by " + list;
    }

    private static List<String> expectedColumns(FtsTable table) {
        List<String> columns = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            columns.add("c" + i);
        }
        return columns;
    }

    private static List<String> indexColumns(FtsTable table) {
        List<String> columns = new ArrayList<>();
        for (String column : table.columns()) {
            columns.add("x." + new Identifier(column));
        }
        return columns;
    }
}
