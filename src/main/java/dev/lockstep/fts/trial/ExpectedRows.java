package dev.lockstep.fts.trial;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.schema.FtsTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What a rebuild would put into an index of the rows that are tried. */
final class ExpectedRows {
    /** Rows that hold a made word; there are never so many. */
    private static final String ANYWHERE = " limit 1000";

    private final Tx tx;
    private final FtsTable table;
    private final ExpectedContent expected;
    private final String words;

    /** @param words what each made word begins with */
    ExpectedRows(Tx tx, FtsTable table, ExpectedContent expected, String words) {
        this.tx = tx;
        this.table = table;
        this.expected = expected;
        this.words = words;
    }

    /** Whether tried rows can be told from the others; else those are looked at that hold a made word. */
    boolean tells(TrialTable base, Collection<String> rows) {
        return among(base, rows).isPresent();
    }

    List<Row> of(TrialTable base, Collection<String> rows) {
        Optional<String> among = among(base, rows);
        if (among.isPresent()) {
            return tx.rows(expected.query(among.get()));
        }
        List<String> anywhere = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            anywhere.add("cast(c" + i + " as text) like '%" + words + "%'");
        }
        return tx.rows("select * from (" + expected.query() + ") where " + String.join(" or ", anywhere) + ANYWHERE);
    }

    /** Whether a row that is in it shows a word there. */
    boolean shows(TrialTable base, String row, String word) {
        List<Row> wanted = of(base, List.of(row));
        for (Row each : wanted) {
            for (int i = 0; i < table.columns().size(); i++) {
                if (!each.isNull("c" + i) && String.valueOf(each.value("c" + i)).contains(word)) {
                    return true;
                }
            }
        }
        return wanted.isEmpty();
    }

    /** What it means that {@link #of} failed; that the database did for another reason is thrown on. */
    static String failure(DbException e) {
        return switch (e.reason()) {
            case BAD_VALUE, OTHER -> "they take what a rebuild fails on: " + e.getMessage();
            default -> throw e;
        };
    }

    /** The numbers of the rows, also of those that do not belong into the index; none if they cannot be told. */
    List<String> numbers(TrialTable base, Collection<String> rows) {
        return among(base, rows)
                .map(condition -> tx.rows(expected.numbersOf(condition)).stream()
                        .filter(row -> !row.isNull("r"))
                        .map(row -> row.text("r"))
                        .toList())
                .orElse(List.of());
    }

    private Optional<String> among(TrialTable base, Collection<String> rows) {
        return expected.onlyBase().filter(base::isNamed).flatMap(name -> base.rows()
                .among(rows));
    }
}
