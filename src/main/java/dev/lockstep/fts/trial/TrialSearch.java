package dev.lockstep.fts.trial;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * The words that a {@link DeferralTrial} has written, and where they are found: by a search in the index, and in what a rebuild
 * would put there.
 */
final class TrialSearch {
    /** No language has it, every tokenizer keeps it together, and it is a number where a column takes only those. */
    private static final long FIRST = 918_273_640_000L;

    /** What each word begins with. */
    private static final String NUMBER = Long.toString(FIRST / 10_000);

    /** What the trigram tokenizer makes of a word. */
    private static final int PIECE = 3;

    private static final String TERMS =
            "select distinct term, doc, col from temp.lockstep_trial_terms where term >= ? and term <= ?";

    private static final String FOUND = "select rowid as r from main.%1$s where %1$s match ?";

    private static final String FOUND_IN_COLUMN = "select rowid as r from main.%1$s where %2$s match ?";

    private final Tx tx;
    private final FtsTable table;
    private final ExpectedRows expected;
    private final TrialCells cells;
    private final boolean tellsRows;
    private final boolean tellsColumns;
    /** Whether words are no terms, but several. */
    private final boolean cutUp;

    private final List<Boolean> indexed;
    private final Set<String> watched = new LinkedHashSet<>();
    private final WordTerms joined = new WordTerms();

    private long last = FIRST;
    private boolean inPieces;
    private boolean hasVocabulary;

    TrialSearch(Tx tx, FtsTable table, ExpectedContent expected) {
        this.tx = tx;
        this.table = table;
        this.expected = new ExpectedRows(tx, table, expected, NUMBER);
        this.cells = new TrialCells(tx, table);
        this.tellsRows = expected.numbers() == ExpectedContent.Numbers.WRITTEN;
        this.tellsColumns = table.option("detail")
                .filter(detail -> detail.toLowerCase(Locale.ROOT).equals("none"))
                .isEmpty();
        this.cutUp = table.option("tokenize")
                .filter(tokenizer -> tokenizer.toLowerCase(Locale.ROOT).contains("trigram"))
                .isPresent();
        this.indexed = table.columns().stream().map(table::isIndexed).toList();
    }

    /** A word that stands nowhere yet: digits. */
    String word() {
        String word = Long.toString(++last);
        watched.add(word);
        return word;
    }

    /** What differs between the two, in words; empty if nothing does. */
    Optional<String> difference(TrialTable base, Collection<String> rows) {
        List<Row> wanted;
        try {
            wanted = expected.of(base, rows);
        } catch (DbException e) {
            return Optional.of(ExpectedRows.failure(e));
        }
        Optional<String> difference = terms(wanted);
        if (difference.isPresent()) {
            return difference;
        }
        if (tellsRows) {
            return cells.byNumber(wanted, expected.numbers(base, rows));
        }
        return table.kind() == FtsTable.Kind.OWN_CONTENT ? cells(wanted) : Optional.empty();
    }

    /** Looks at the rows before anything is done to them. */
    void begin(TrialTable base, Collection<String> rows) {
        if (tellsRows && expected.tells(base, rows)) {
            cells.begin(expected.of(base, rows), expected.numbers(base, rows));
        }
    }

    private Optional<String> cells(List<Row> wanted) {
        String found = new Identifier(table.name()) + " match ?";
        for (String word : watched) {
            List<Row> holders = wanted.stream()
                    .filter(row -> !places(word, List.of(row)).isEmpty())
                    .toList();
            Optional<String> difference =
                    holders.isEmpty() ? Optional.empty() : cells.byWord(holders, found, query(word));
            if (difference.isPresent()) {
                return difference;
            }
        }
        return Optional.empty();
    }

    private Optional<String> terms(List<Row> wanted) {
        if (!cutUp) {
            wanted.forEach(this::findJoined);
        }
        if (table.module() == FtsModule.FTS5 && !cutUp && joined.isEmpty() && isAsIndexed(wanted)) {
            return Optional.empty();
        }
        return List.copyOf(watched).stream()
                .flatMap(word -> difference(word, wanted).stream())
                .findFirst();
    }

    private void findJoined(Row row) {
        for (int i = 0; i < table.columns().size(); i++) {
            if (indexed.get(i) && holdsAny(row, "c" + i)) {
                joined.find(String.valueOf(row.value("c" + i)), watched);
            }
        }
    }

    /** One look at the terms of the index, for all words at once: they stand next to each other. */
    private boolean isAsIndexed(List<Row> wanted) {
        if (!hasVocabulary) {
            tx.execute("create virtual table temp.lockstep_trial_terms using fts5vocab('main', "
                    + new Identifier(table.name()) + ", 'instance')");
            hasVocabulary = true;
        }
        Set<String> found = new LinkedHashSet<>();
        for (Row row : tx.rows(TERMS, Long.toString(FIRST), Long.toString(last))) {
            found.add(row.text("term") + " " + place(row.text("doc"), row.isNull("col") ? "" : row.text("col")));
        }
        Set<String> wantedPlaces = new LinkedHashSet<>();
        long times = 0;
        for (Row row : wanted) {
            for (int i = 0; i < table.columns().size(); i++) {
                String column = table.columns().get(i);
                for (String word : indexed.get(i) && holdsAny(row, "c" + i) ? watched : Set.<String>of()) {
                    if (holds(row, "c" + i, word)) {
                        wantedPlaces.add(word + " " + place(row.isNull("r") ? null : row.text("r"), column));
                        times++;
                    }
                }
            }
        }
        watched.removeIf(word -> wantedPlaces.stream().noneMatch(place -> place.startsWith(word))
                && found.stream().noneMatch(place -> place.startsWith(word)));
        // Where rows have no numbers of their own, two that hold the same word look like one: then each is looked for.
        return wantedPlaces.equals(found) && (tellsRows || times == wantedPlaces.size());
    }

    private Optional<String> difference(String word, List<Row> wanted) {
        Set<String> terms = new LinkedHashSet<>(List.of(word));
        terms.addAll(joined.with(word));
        boolean gone = true;
        for (String term : terms) {
            Map<String, Long> wantedPlaces = places(term, wanted);
            if (!isThere(term) && wantedPlaces.isEmpty()) {
                continue;
            }
            gone = false;
            Optional<String> difference = difference(wantedPlaces, found(term));
            if (difference.isPresent()) {
                return difference;
            }
        }
        if (gone) {
            // It has been written over, and is in neither.
            watched.remove(word);
            joined.remove(word);
        }
        return Optional.empty();
    }

    private Map<String, Long> places(String word, List<Row> wanted) {
        Map<String, Long> wantedPlaces = new TreeMap<>();
        for (Row row : wanted) {
            Set<String> places = new LinkedHashSet<>();
            for (int i = 0; i < table.columns().size(); i++) {
                String column = table.columns().get(i);
                if (indexed.get(i) && holds(row, "c" + i, word)) {
                    places.add(place(row.isNull("r") ? null : row.text("r"), column));
                }
            }
            places.forEach(place -> count(wantedPlaces, place));
        }
        return wantedPlaces;
    }

    private Map<String, Long> found(String word) {
        Map<String, Long> found = new TreeMap<>();
        if (tellsColumns) {
            table.columns().stream().filter(table::isIndexed).forEach(column -> find(column, word, found));
        } else {
            find(FOUND.formatted(table.identifier()), query(word), "", found);
        }
        return found;
    }

    private static Optional<String> difference(Map<String, Long> wantedPlaces, Map<String, Long> places) {
        if (wantedPlaces.equals(places)) {
            return Optional.empty();
        }
        TreeMap<String, Long> found = new TreeMap<>(places);
        wantedPlaces.forEach((place, times) -> found.merge(place, -times, Long::sum));
        found.values().removeIf(times -> times == 0);
        String column = found.firstKey().substring(found.firstKey().indexOf(' ') + 1);
        return Optional.of((found.firstEntry().getValue() > 0
                        ? "they leave text in the index that a rebuild leaves out"
                        : "they leave out text that a rebuild puts in")
                + (column.isEmpty() ? "" : ", column " + column));
    }

    private boolean isThere(String word) {
        try {
            return !tx.rows(FOUND.formatted(table.identifier()) + " limit 1", query(word))
                    .isEmpty();
        } catch (DbException e) {
            if (inPieces || e.reason() != DbException.Reason.OTHER) {
                throw e;
            }
            // Where places are not kept, a word that the tokenizer cuts is looked for in its pieces.
            inPieces = true;
            return isThere(word);
        }
    }

    private String query(String word) {
        if (!inPieces) {
            return "\"" + word + "\"";
        }
        List<String> pieces = new ArrayList<>();
        for (int i = 0; i + PIECE <= word.length(); i++) {
            pieces.add("\"" + word.substring(i, i + PIECE) + "\"");
        }
        return String.join(" AND ", pieces);
    }

    private void find(String column, String word, Map<String, Long> found) {
        switch (table.module()) {
            case FTS3, FTS4 ->
                find(FOUND_IN_COLUMN.formatted(table.identifier(), new Identifier(column)), query(word), column, found);
            case FTS5 ->
                find(
                        FOUND.formatted(table.identifier()),
                        "{" + new Identifier(column) + "} : (" + query(word) + ")",
                        column,
                        found);
        }
    }

    private void find(String sql, String query, String column, Map<String, Long> found) {
        for (Row row : tx.rows(sql, query)) {
            count(found, place(row.text("r"), column));
        }
    }

    /** Where nobody chose the rows' numbers, they say nothing. */
    private String place(String number, String column) {
        return (tellsRows ? number : "*") + " " + (tellsColumns ? column : "");
    }

    private static void count(Map<String, Long> places, String place) {
        places.merge(place, 1L, Long::sum);
    }

    private static boolean holdsAny(Row row, String column) {
        return !row.isNull(column) && String.valueOf(row.value(column)).contains(NUMBER);
    }

    private boolean holds(Row row, String column, String word) {
        if (row.isNull(column)) {
            return false;
        }
        String text = String.valueOf(row.value(column));
        return text.contains(word)
                && (cutUp || inPieces || WordTerms.of(text, word).contains(word));
    }
}
