package dev.lockstep.fts.trial;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which of the tried rows an index has, and what text it has kept of them, beside what a rebuild would keep: a search finds
 * the same in {@code Title} and in {@code title}, and shows another; and where triggers cut a text no word can be searched for.
 */
final class TrialCells {
    private final Tx tx;
    private final FtsTable table;
    private final String columns;
    private final Set<String> seen = new LinkedHashSet<>();
    private final Set<String> ignored = new LinkedHashSet<>();

    TrialCells(Tx tx, FtsTable table) {
        this.tx = tx;
        this.table = table;
        List<String> names = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            names.add(new Identifier(table.columns().get(i)) + " as c" + i);
        }
        this.columns = String.join(", ", names);
    }

    /** Rows that differ before anything is tried say nothing of the triggers. */
    void begin(List<Row> wanted, List<String> numbers) {
        seen.addAll(numbers);
        for (String number : numbers) {
            if (byNumber(wanted, number, kept(List.of(number))).isPresent()) {
                ignored.add(number);
            }
        }
    }

    /**
     * What differs in rows whose numbers are known.
     *
     * @param numbers those of all rows that are tried, also where the index ought not to have them
     */
    Optional<String> byNumber(List<Row> wanted, List<String> numbers) {
        seen.addAll(numbers);
        wanted.stream().filter(row -> !row.isNull("r")).forEach(row -> seen.add(row.text("r")));
        List<String> asked = new ArrayList<>(seen);
        asked.removeAll(ignored);
        List<Row> kept = kept(asked);
        return asked.stream()
                .flatMap(number -> byNumber(wanted, number, kept).stream())
                .findFirst();
    }

    private Optional<String> byNumber(List<Row> wanted, String number, List<Row> kept) {
        Optional<Row> expected = find(wanted, number);
        Optional<Row> there = find(kept, number);
        if (expected.isPresent() && there.isPresent()) {
            return keepsText() ? difference(expected.get(), there.get()) : Optional.empty();
        }
        return !tellsRows() || expected.isPresent() == there.isPresent()
                ? Optional.empty()
                : Optional.of(
                        there.isPresent()
                                ? "they leave a row in the index that a rebuild leaves out"
                                : "they leave out a row that a rebuild puts in");
    }

    private static Optional<Row> find(List<Row> rows, String number) {
        return rows.stream()
                .filter(row -> !row.isNull("r") && row.text("r").equals(number))
                .findFirst();
    }

    private boolean keepsText() {
        return table.kind() == FtsTable.Kind.OWN_CONTENT;
    }

    /** Whether the index says which rows it has. */
    private boolean tellsRows() {
        return tellsRows(table);
    }

    static boolean tellsRows(FtsTable table) {
        boolean sizes = table.option("columnsize").filter("0"::equals).isEmpty();
        return table.kind() == FtsTable.Kind.OWN_CONTENT || (table.module() == FtsModule.FTS5 && sizes);
    }

    private List<Row> kept(List<String> numbers) {
        String in = " in (" + String.join(", ", numbers) + ")";
        return !tellsRows()
                ? List.of()
                : tx.rows(
                        keepsText()
                                ? "select rowid as r, " + columns + " from main." + table.identifier() + " where rowid"
                                        + in
                                : "select id as r from main." + table.shadow("docsize") + " where id" + in);
    }

    /**
     * What differs in rows that can only be told by a word that they hold.
     *
     * @param wanted those that hold it
     * @param found the condition that finds it, with its parameter
     */
    Optional<String> byWord(List<Row> wanted, String found, String query) {
        List<Row> kept = tx.rows("select " + columns + " from main." + table.identifier() + " where " + found, query);
        for (Row row : kept) {
            List<Optional<String>> differences =
                    wanted.stream().map(other -> difference(other, row)).toList();
            if (!differences.isEmpty() && differences.stream().allMatch(Optional::isPresent)) {
                return differences.get(0);
            }
        }
        return Optional.empty();
    }

    /**
     * What differs in rows that are known by a key which is kept and not searched in.
     *
     * @param keys the columns that hold it
     */
    Optional<String> byKey(List<Row> wanted, List<String> keys) {
        if (keys.isEmpty() || !keepsText() || wanted.size() != 1) {
            return Optional.empty();
        }
        List<String> same = new ArrayList<>();
        for (String key : keys) {
            Object value = wanted.get(0).value("c" + table.columns().indexOf(key));
            if (!(value instanceof String || value instanceof Number)) {
                return Optional.empty();
            }
            String literal = value instanceof Number
                    ? value.toString()
                    : "'" + value.toString().replace("'", "''") + "'";
            same.add(new Identifier(key) + " is " + literal);
        }
        List<Row> kept = tx.rows(
                "select " + columns + " from main." + table.identifier() + " where " + String.join(" and ", same));
        return kept.size() == 1 ? difference(wanted.get(0), kept.get(0)) : Optional.empty();
    }

    private Optional<String> difference(Row wanted, Row kept) {
        for (int i = 0; i < table.columns().size(); i++) {
            String cell = "c" + i;
            boolean same = wanted.isNull(cell)
                    ? kept.isNull(cell)
                    : !kept.isNull(cell) && text(wanted.value(cell)).equals(text(kept.value(cell)));
            if (!same) {
                return Optional.of("they keep something else than a rebuild would, column "
                        + table.columns().get(i));
            }
        }
        return Optional.empty();
    }

    private static String text(Object value) {
        return value instanceof byte[] bytes ? new String(bytes, StandardCharsets.ISO_8859_1) : value.toString();
    }
}
