package dev.lockstep.mirror.source;

import dev.lockstep.db.Cells.Kind;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.mirror.source.SourceTable.Column;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;

/** What is in the columns of a table: all of them are asked in one reading of the table, when the first is asked for. */
public final class ColumnSurvey {
    /** What SQLite calls the length of a text ends at its first NUL. */
    private static final String LONGEST = """
            coalesce(max(case when instr(%1$s, char(0)) > 0 then length(cast(%1$s as blob)) else length(%1$s) end), 0)
            """;

    private static final Map<Kind, String> WORDS = words();

    /** A column's collation may be one that only the application has, so no comparison is to use it. */
    private static final String NO_BIT = "(typeof(%1$s) = 'integer' and %1$s collate binary not in (0, 1))";

    private static final String NO_EXACT_DOUBLE = """
            (typeof(%1$s) = 'integer' and %1$s collate binary not between -9007199254740992 and 9007199254740992)""";

    /** Only of columns that keep no text as such is it worth to read what texts they have. */
    private static final String NO_TRUTH = "(typeof(%1$s) = 'text' and lower(%1$s) not in ('t', 'f', 'true', 'false'))";

    private static final String TIME =
            "(typeof(%1$s) = 'text' and %1$s glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9][ T]*')";

    /** How many rows tell what a table is like. */
    private static final int FIRST = 256;

    private static final int ANSWERS = 8;
    private static final int COLUMNS_AT_ONCE = 100;

    /**
     * What a column holds.
     *
     * @param kinds the storage classes of its values, NULL not among them
     * @param onlyBits whether all whole numbers are 0 or 1
     * @param onlyExactDoubles whether each whole number is one of those that a double tells apart
     * @param onlyTruthWords whether all texts are t, f, true or false, in whatever case
     * @param times whether a text begins like a date with a time
     */
    public record Content(
            Set<Kind> kinds, boolean onlyBits, boolean onlyExactDoubles, boolean onlyTruthWords, boolean times) {}

    private static final Content NOTHING = new Content(Set.of(), true, true, true, false);

    private static Map<Kind, String> words() {
        Map<Kind, String> words = new EnumMap<>(Kind.class);
        words.put(Kind.INTEGER, "integer");
        words.put(Kind.REAL, "real");
        words.put(Kind.TEXT, "text");
        words.put(Kind.BLOB, "blob");
        return Collections.unmodifiableMap(words);
    }

    private final Map<Column, Content> contents = new HashMap<>();
    private final Map<Column, Long> longest = new HashMap<>();
    private final Map<String, Integer> indexed = new HashMap<>();
    private boolean knowsIndexes;
    private final Tx tx;
    private final SourceTable table;

    public ColumnSurvey(Tx tx, SourceTable table) {
        this.tx = tx;
        this.table = table;
    }

    /** Of a table as if it had no rows. */
    public static ColumnSurvey ofNothing(Tx tx, SourceTable table) {
        ColumnSurvey survey = new ColumnSurvey(tx, table);
        for (Column column : table.columns()) {
            survey.contents.put(column, NOTHING);
            survey.longest.put(column, 0L);
        }
        return survey;
    }

    /** What the column holds. */
    public Content content(Column column) {
        if (contents.isEmpty()) {
            for (int from = 0; from < table.columns().size(); from += COLUMNS_AT_ONCE) {
                read(table.columns()
                        .subList(
                                from,
                                Math.min(from + COLUMNS_AT_ONCE, table.columns().size())));
            }
        }
        return contents.get(column);
    }

    /**
     * The first rows are asked everything. Of all others it is asked only whether they show what the first do not, which costs
     * a tenth; and everything only in columns of which that is so.
     */
    private void read(List<Column> columns) {
        // To make out of what collation a column of a subquery is, SQLite must have it.
        List<String> names = columns.stream()
                .map(column -> column.identifier() + " collate binary as " + column.identifier())
                .toList();
        String all = " from " + table.withoutIndexes();
        if (!readAll(columns, " from (select " + String.join(", ", names) + all + " limit " + FIRST + ")")) {
            readAll(columns, all);
            return;
        }
        List<String> news = new ArrayList<>();
        columns.forEach(column -> news.add(news(column, contents.get(column))));
        if (tx.only("select exists (select 1" + all + " where " + String.join(" or ", news) + ")")
                        .integer(0)
                == 0) {
            return;
        }
        Row row = tx.only("select "
                + String.join(", ", news.stream().map(ColumnSurvey::found).toList()) + all);
        List<Column> open = new ArrayList<>();
        for (int i = 0; i < columns.size(); i++) {
            if (row.integer(i) == 1) {
                open.add(columns.get(i));
            }
        }
        if (!open.isEmpty()) {
            readAll(open, all);
        }
    }

    /** What holds for a value that shows what is not known of its column yet. */
    private static String news(Column column, Content known) {
        String name = column.identifier().toString();
        List<String> any = new ArrayList<>();
        List<String> kinds = new ArrayList<>();
        known.kinds().forEach(kind -> kinds.add("typeof(%s) <> '%s'".formatted(name, WORDS.get(kind))));
        kinds.add("typeof(" + name + ") <> 'null'");
        any.add("(" + String.join(" and ", kinds) + ")");
        if (known.kinds().contains(Kind.INTEGER)) {
            if (known.onlyBits()) {
                any.add(NO_BIT.formatted(name));
            }
            if (known.onlyExactDoubles()) {
                any.add(NO_EXACT_DOUBLE.formatted(name));
            }
        }
        if (known.kinds().contains(Kind.TEXT) && column.affinity() != SourceTable.Affinity.TEXT) {
            if (known.onlyTruthWords()) {
                any.add(NO_TRUTH.formatted(name));
            }
            if (!known.times()) {
                any.add(TIME.formatted(name));
            }
        }
        return String.join(" or ", any);
    }

    /** @return whether there may be more rows than those */
    private boolean readAll(List<Column> columns, String rows) {
        List<String> asked = new ArrayList<>(List.of("count(*)"));
        for (Column column : columns) {
            String name = column.identifier().toString();
            WORDS.values().forEach(word -> asked.add(found("typeof(%s) = '%s'".formatted(name, word))));
            asked.add(found(NO_BIT.formatted(name)));
            asked.add(found(NO_EXACT_DOUBLE.formatted(name)));
            boolean keepsTexts = column.affinity() == SourceTable.Affinity.TEXT;
            asked.add(keepsTexts ? "0" : found(NO_TRUTH.formatted(name)));
            asked.add(keepsTexts ? "0" : found(TIME.formatted(name)));
        }
        Row row = tx.only("select " + String.join(", ", asked) + rows);
        for (int i = 0; i < columns.size(); i++) {
            int at = 1 + i * ANSWERS;
            Set<Kind> found = EnumSet.noneOf(Kind.class);
            int next = at;
            for (Kind kind : WORDS.keySet()) {
                if (row.integer(next++) == 1) {
                    found.add(kind);
                }
            }
            contents.put(
                    columns.get(i),
                    new Content(
                            Collections.unmodifiableSet(found),
                            row.integer(at + 4) == 0,
                            row.integer(at + 5) == 0,
                            row.integer(at + 6) == 0,
                            row.integer(at + 7) == 1));
        }
        return row.integer(0) >= FIRST;
    }

    private static String found(String condition) {
        return "coalesce(max(" + condition + "), 0)";
    }

    /**
     * How many columns an index has, at the most, in which a column must be to the end of its values: one that is unique, or that of a
     * foreign key.
     */
    public OptionalInt indexedWith(Column column) {
        if (!knowsIndexes) {
            knowsIndexes = true;
            SqliteCatalog catalog = SqliteCatalog.of(tx);
            for (SqliteCatalog.ForeignKey key : catalog.foreignKeys(table.name())) {
                key.columns()
                        .forEach(name ->
                                indexed.merge(SqlToken.fold(name), key.columns().size(), Math::max));
            }
            for (SqliteCatalog.Index index : catalog.indexes(table.name())) {
                List<SqliteCatalog.Part> parts = index.unique() && !index.partial() ? catalog.parts(index) : List.of();
                for (SqliteCatalog.Part part : parts) {
                    part.column().ifPresent(name -> indexed.merge(SqlToken.fold(name), parts.size(), Math::max));
                }
            }
        }
        Integer width = indexed.get(SqlToken.fold(column.name()));
        return width == null ? OptionalInt.empty() : OptionalInt.of(width);
    }

    /** The length of the longest value, in characters of a text and bytes of a blob; all columns that have a length are asked at once. */
    public long longest(Column column) {
        if (longest.isEmpty()) {
            List<Column> limited = new ArrayList<>();
            List<String> lengths = new ArrayList<>();
            for (Column other : table.columns()) {
                if (table.key().contains(other)
                        || other.declaredLength().isPresent()
                        || indexedWith(other).isPresent()) {
                    limited.add(other);
                    lengths.add(LONGEST.formatted(other.identifier()));
                }
            }
            Row row = tx.only("select " + String.join(", ", lengths) + " from " + table.withoutIndexes());
            for (int i = 0; i < limited.size(); i++) {
                longest.put(limited.get(i), row.integer(i));
            }
        }
        return longest.get(column);
    }
}
