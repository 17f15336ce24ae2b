package dev.lockstep.fts.content;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.ContentTable;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.SourceQuery;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongConsumer;

/**
 * What an FTS5 table that depends on triggers alone ought to hold: for each base row, what its insert triggers would have
 * written. A column that they leave out is NULL in it, although the base table may well have a value.
 */
public final class ExpectedContent {
    /** Where the numbers of the rows come from. */
    public enum Numbers {
        /** The triggers write them. */
        WRITTEN,
        /** Each row gets its base row's, for nobody chose one. */
        GIVEN,
        /** Nothing says them. */
        UNKNOWN
    }

    /**
     * A column that holds a key of the base table as it is.
     *
     * @param position of the column among the FTS5 table's, from 0
     * @param column its name
     * @param base the base table's column
     */
    record Key(int position, String column, String base) {}

    /** The rows that are written at a time. */
    private static final int PART = 10_000;

    private final FtsTable table;
    private final List<SourceQuery> queries;
    private final Numbers numbers;
    private final Optional<Key> key;

    /** The columns that may as well hold NULL, or what the base's column of that name does. */
    private final List<String> nullOrEqual;

    ExpectedContent(FtsTable table, List<SourceQuery> queries, Numbers numbers, Optional<Key> key) {
        this(table, queries, numbers, key, List.of());
    }

    private ExpectedContent(
            FtsTable table, List<SourceQuery> queries, Numbers numbers, Optional<Key> key, List<String> nullOrEqual) {
        this.nullOrEqual = List.copyOf(nullOrEqual);
        this.table = table;
        this.queries = queries;
        this.numbers = numbers;
        this.key = key;
    }

    /** Whether it is every row of the content table as it is, so that FTS5 itself can rebuild and check the index. */
    boolean isContent() {
        return isContent(Optional.empty());
    }

    /** The same, if the row's number has another name, too. */
    boolean isContent(Optional<String> alias) {
        if (queries.size() != 1 || queries.get(0).condition().isPresent()) {
            return false;
        }
        SourceQuery query = queries.get(0);
        boolean plain = table.content()
                .filter(content -> SqlToken.fold(content).equals(SqlToken.fold(query.base())))
                .isPresent();
        for (String column : table.columns()) {
            plain &= SourceQuery.column(query.expression(column))
                    .filter(name -> SqlToken.fold(name).equals(SqlToken.fold(column)))
                    .isPresent();
        }
        String number = table.option("content_rowid").orElse("rowid");
        return plain
                && query.rowid()
                        .flatMap(SourceQuery::column)
                        .filter(name -> SourceQuery.isRowid(name)
                                || SqlToken.fold(name).equals(SqlToken.fold(number))
                                || (SourceQuery.isRowid(number)
                                        && alias.filter(column ->
                                                        SqlToken.fold(column).equals(SqlToken.fold(name)))
                                                .isPresent()))
                        .isPresent();
    }

    /**
     * The same, but that some columns may as well hold NULL or what the base's column of that name does. {@link #query} has
     * that as {@code e0}, {@code e1} and so on, by the column's place.
     */
    public ExpectedContent allowing(Tx tx, List<String> columns) {
        List<String> known = new ArrayList<>();
        for (String column : table.columns()) {
            boolean named =
                    columns.stream().anyMatch(name -> SqlToken.fold(name).equals(SqlToken.fold(column)));
            boolean there = queries.stream()
                    .allMatch(query -> ContentTable.read(tx, query.base()).has(column));
            if (named && there) {
                known.add(column);
            }
        }
        return new ExpectedContent(table, queries, numbers, key, known);
    }

    /** Whether a cell of the index, {@code x.c1}, is what it ought to be by a row {@code t} of the query. */
    String isRight(int position) {
        String cell = "x.c" + position;
        String equal = cell + " is t.c" + position;
        return nullOrEqual.contains(table.columns().get(position))
                ? "(" + equal + " or " + cell + " is null or " + cell + " is t.e" + position + ")"
                : equal;
    }

    /** The first of the queries that find its rows. */
    SourceQuery first() {
        return queries.get(0);
    }

    /** Where the rows' numbers come from. */
    public Numbers numbers() {
        return numbers;
    }

    /** The column by which a row can be told from all others, if its number cannot do that. */
    Optional<Key> key() {
        return key;
    }

    /** Whether each row's number is known, and no two come from different triggers. */
    boolean isNumbered() {
        return queries.size() == 1 && queries.get(0).rowid().isPresent();
    }

    /** Whether each row's number is known. */
    boolean hasRowids() {
        return queries.stream().allMatch(query -> query.rowid().isPresent());
    }

    /**
     * Writes all of it into the table, which must be empty.
     *
     * @param progress hears from time to time how many rows are written
     * @return the number of rows
     */
    long fill(Tx tx, LongConsumer progress) {
        long rows = 0;
        for (SourceQuery query : queries) {
            if (queries.size() > 1 || numbers != Numbers.GIVEN) {
                rows += tx.update(query.insertInto(table));
                progress.accept(rows);
                continue;
            }
            // In the order of the base's numbers, part by part, which costs nothing and can be watched.
            String number = query.rowid().orElseThrow();
            String part = query.insertInto(table) + (query.condition().isPresent() ? " and " : " where ") + number
                    + " between ? and ?";
            String end = "select max(r) as r from (select " + number + " as r from main." + new Identifier(query.base())
                    + " as new where r >= ? order by r limit " + PART + ")";
            long from = Long.MIN_VALUE;
            for (Row to = tx.only(end, from); !to.isNull("r"); to = tx.only(end, from)) {
                rows += tx.update(part, from, to.integer("r"));
                progress.accept(rows);
                if (to.integer("r") == Long.MAX_VALUE) {
                    break;
                }
                from = to.integer("r") + 1;
            }
        }
        return rows;
    }

    /** How much text the first rows have. */
    public long bytes(Tx tx, long first) {
        List<String> lengths = new ArrayList<>();
        for (int i = 0; i < table.columns().size(); i++) {
            lengths.add("coalesce(octet_length(c" + i + "), 0)");
        }
        return tx.only("select coalesce(sum(" + String.join(" + ", lengths) + "), 0) from (select * from (" + query()
                        + ") limit " + first + ")")
                .integer(0);
    }

    public long count(Tx tx) {
        return tx.only("select count(*) from (" + query() + ")").integer(0);
    }

    /** What says what belongs into it. */
    public List<SourceQuery> queries() {
        return List.copyOf(queries);
    }

    /** The table whose rows they are about, if that is one and no other row of it has a say. */
    public Optional<String> onlyBase() {
        return queries.size() == 1 && !queries.get(0).asksOwnBase()
                ? Optional.of(queries.get(0).base())
                : Optional.empty();
    }

    /** The columns that the index does not search in, each with the column of a base table that it holds as it is. */
    public Map<String, String> keysBeside(String base) {
        Map<String, String> keys = new LinkedHashMap<>();
        for (SourceQuery query : queries) {
            for (String column :
                    SqlToken.fold(query.base()).equals(SqlToken.fold(base)) ? table.columns() : List.<String>of()) {
                Optional<String> plain = SourceQuery.column(query.expression(column));
                plain.filter(name -> !table.isIndexed(column)).ifPresent(name -> keys.put(column, name));
            }
        }
        return keys;
    }

    /** The first column that holds other words than the column of that name does. */
    public Optional<String> firstChanged() {
        return table.columns().stream()
                .filter(column ->
                        table.isIndexed(column) && queries.stream().anyMatch(query -> !query.keepsWords(column)))
                .findFirst();
    }

    /** Whether a search can show what a base table has in a column. */
    public boolean isSearched(String base, String column) {
        for (SourceQuery query : queries) {
            for (String indexed :
                    SqlToken.fold(query.base()).equals(SqlToken.fold(base)) ? table.columns() : List.<String>of()) {
                if (table.isIndexed(indexed) && query.mentions(indexed, column)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The columns of the FTS5 table that no trigger writes. */
    public List<String> unwritten() {
        return table.columns().stream()
                .filter(column -> queries.stream()
                        .allMatch(query -> query.expression(column).equals("null")))
                .toList();
    }

    /** {@link #query} of some rows of the only base, which is called {@code new}. */
    public String query(String condition) {
        SourceQuery query = queries.get(0);
        return query(query) + (query.condition().isPresent() ? " and " : " where ") + "(" + condition + ")";
    }

    /** Queries for the keys, as SQL writes them and as {@code k0}, {@code k1} and so on, of a base's rows that are in it. */
    public List<String> keysIn(String base, List<String> key) {
        List<String> quoted = new ArrayList<>();
        key.forEach(column -> quoted.add("quote(new." + column + ") as k" + quoted.size()));
        return queries.stream()
                .filter(query -> SqlToken.fold(query.base()).equals(SqlToken.fold(base)))
                .map(query -> "select " + String.join(", ", quoted) + " " + query.source())
                .toList();
    }

    /** The numbers, as {@code r}, that some rows of the only base have in the index, or would have if they were to be in it. */
    public String numbersOf(String condition) {
        SourceQuery query = queries.get(0);
        return "select " + query.rowid().orElse("null") + " as r from main." + new Identifier(query.base())
                + " as new where " + condition;
    }

    /** The rows as a query with the columns {@code r} (the row's number, if known) and {@code c0}, {@code c1} and so on. */
    public String query() {
        return String.join(" union all ", queries.stream().map(this::query).toList());
    }

    private String query(SourceQuery query) {
        List<String> columns = new ArrayList<>();
        columns.add(query.rowid().orElse("null") + " as r");
        int i = 0;
        for (String column : table.columns()) {
            // Without the base column's affinity and collation, so that only equal values are equal.
            columns.add("+" + query.expression(column) + " collate binary as c" + i);
            if (nullOrEqual.contains(column)) {
                columns.add("+(new." + new Identifier(column) + ") collate binary as e" + i);
            }
            i++;
        }
        return "select " + String.join(", ", columns) + " " + query.source();
    }
}
