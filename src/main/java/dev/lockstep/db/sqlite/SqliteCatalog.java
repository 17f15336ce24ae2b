package dev.lockstep.db.sqlite;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What SQLite says of the tables of the main database, in one transaction.
 *
 * <p>The shapes are those of SQLite's pragmas {@code table_list}, {@code table_xinfo}, {@code index_list}, {@code index_xinfo}
 * and {@code foreign_key_list}. A table that is not there has no columns, indexes and foreign keys. SQLite finds a table by its
 * name whatever the case of its ASCII letters.
 */
public final class SqliteCatalog {
    /**
     * A table, or what SQLite lists as one.
     *
     * @param type {@code table}, {@code virtual}, {@code shadow} or {@code view}
     */
    public record Table(String name, String type, boolean withoutRowid, boolean strict) {
        /** An ordinary one: it has rows of its own. */
        public boolean isOrdinary() {
            return type.equals("table");
        }
    }

    /**
     * A column.
     *
     * @param type as declared, empty if it is not
     * @param defaultSql the expression after DEFAULT
     * @param keyPosition its place in the primary key, from 1; 0 if it is not in it
     */
    public record Column(
            String name, String type, boolean notNull, Optional<String> defaultSql, int keyPosition, Kind kind) {}

    /** What a column is filled by. */
    public enum Kind {
        ORDINARY,
        /** Of a virtual table: no part of {@code select *}. */
        HIDDEN,
        GENERATED
    }

    /** What has made an index. */
    public enum Origin {
        CREATE_INDEX,
        UNIQUE,
        PRIMARY_KEY
    }

    /**
     * An index.
     *
     * @param sql its statement; empty if a constraint has made it
     */
    public record Index(String name, boolean unique, Origin origin, boolean partial, Optional<String> sql) {}

    /**
     * One of the columns by which an index sorts.
     *
     * @param column empty for an expression, and for the row's number
     */
    public record Part(Optional<String> column, String collation, boolean descending) {}

    /**
     * A foreign key.
     *
     * @param targets the other table's columns; empty if the key names none, and means that table's primary key
     * @param onDelete as SQLite spells it: {@code CASCADE}, {@code SET NULL}, {@code NO ACTION}, …
     */
    public record ForeignKey(
            String other, List<String> columns, List<String> targets, String onDelete, String onUpdate) {}

    private static final String TABLES = """
              select name, type, wr, strict
                from pragma_table_list
               where schema = 'main'
            order by name
            """;

    private static final String TABLE = """
            select name, type, wr, strict
              from pragma_table_list(?)
             where schema = 'main'
            """;

    /** Unlike table_info, this one shows generated columns. */
    private static final String COLUMNS = """
              select name, type, "notnull" as forbids_null, dflt_value, pk, hidden
                from pragma_table_xinfo(?, 'main')
            order by cid
            """;

    private static final String INDEXES = """
              select name, "unique" as is_unique, origin, partial,
                     (select m.sql from main.sqlite_master m where m.type = 'index' and m.name = i.name) as sql
                from pragma_index_list(?, 'main') i
            order by name
            """;

    private static final String PARTS = """
              select name, coll, "desc" as descends
                from pragma_index_xinfo(?, 'main')
               where key = 1
            order by seqno
            """;

    private static final String FOREIGN_KEYS = """
              select id, "table" as other, "from" as part, "to" as target, on_delete, on_update
                from pragma_foreign_key_list(?, 'main')
            order by id, seq
            """;

    private static final String STATEMENT =
            "select sql from main.sqlite_master where type = 'table' and name = ? collate nocase";

    private final Tx tx;

    private SqliteCatalog(Tx tx) {
        this.tx = tx;
    }

    /** The catalog as that transaction sees it. */
    public static SqliteCatalog of(Tx tx) {
        return new SqliteCatalog(tx);
    }

    /** All of them by name, SQLite's own too. */
    public List<Table> tables() {
        List<Table> tables = new ArrayList<>();
        tx.rows(TABLES).forEach(row -> tables.add(table(row)));
        return tables;
    }

    public Optional<Table> table(String name) {
        return tx.rows(TABLE, name).stream().findFirst().map(SqliteCatalog::table);
    }

    private static Table table(Row row) {
        return new Table(row.text("name"), row.text("type"), row.flag("wr"), row.flag("strict"));
    }

    /** The statement that made a table; its indexes' are {@linkplain Index#sql with them}. */
    public Optional<String> statement(String table) {
        return tx.rows(STATEMENT, table).stream().findFirst().map(row -> row.text("sql"));
    }

    /** All columns of a table in their order. */
    public List<Column> columns(String table) {
        List<Column> columns = new ArrayList<>();
        for (Row row : tx.rows(COLUMNS, table)) {
            columns.add(new Column(
                    row.text("name"),
                    row.text("type") == null ? "" : row.text("type"),
                    row.flag("forbids_null"),
                    Optional.ofNullable(row.text("dflt_value")),
                    (int) row.integer("pk"),
                    kind(row.integer("hidden"))));
        }
        return columns;
    }

    private static Kind kind(long hidden) {
        return hidden == 0 ? Kind.ORDINARY : hidden == 1 ? Kind.HIDDEN : Kind.GENERATED;
    }

    /** The primary key's columns in the key's order. */
    public List<Column> key(String table) {
        return columns(table).stream()
                .filter(column -> column.keyPosition() > 0)
                .sorted((one, other) -> Integer.compare(one.keyPosition(), other.keyPosition()))
                .toList();
    }

    /** The column that is the row's number: it needs no index, for it is the table's own order. */
    public Optional<Column> rowNumber(String table) {
        List<Column> key = key(table);
        // INTEGER PRIMARY KEY DESC, by an old mistake, is none.
        return key.size() == 1
                        && key.get(0).type().equalsIgnoreCase("integer")
                        && indexes(table).stream().noneMatch(index -> index.origin() == Origin.PRIMARY_KEY)
                ? Optional.of(key.get(0))
                : Optional.empty();
    }

    /** A table's indexes by name. An INTEGER PRIMARY KEY, which is the row's number, has none. */
    public List<Index> indexes(String table) {
        List<Index> indexes = new ArrayList<>();
        for (Row row : tx.rows(INDEXES, table)) {
            indexes.add(new Index(
                    row.text("name"),
                    row.flag("is_unique"),
                    switch (row.text("origin")) {
                        case "pk" -> Origin.PRIMARY_KEY;
                        case "u" -> Origin.UNIQUE;
                        default -> Origin.CREATE_INDEX;
                    },
                    row.flag("partial"),
                    Optional.ofNullable(row.text("sql"))));
        }
        return indexes;
    }

    /** What an index sorts by, in its order. */
    public List<Part> parts(Index index) {
        List<Part> parts = new ArrayList<>();
        for (Row row : tx.rows(PARTS, index.name())) {
            parts.add(new Part(Optional.ofNullable(row.text("name")), row.text("coll"), row.flag("descends")));
        }
        return parts;
    }

    /** A table's foreign keys. */
    public List<ForeignKey> foreignKeys(String table) {
        Map<Long, List<Row>> keys = new LinkedHashMap<>();
        for (Row row : tx.rows(FOREIGN_KEYS, table)) {
            keys.computeIfAbsent(row.integer("id"), id -> new ArrayList<>()).add(row);
        }
        List<ForeignKey> found = new ArrayList<>();
        for (List<Row> rows : keys.values()) {
            Row first = rows.get(0);
            found.add(new ForeignKey(
                    first.text("other"),
                    rows.stream().map(row -> row.text("part")).toList(),
                    first.isNull("target")
                            ? List.of()
                            : rows.stream().map(row -> row.text("target")).toList(),
                    first.text("on_delete"),
                    first.text("on_update")));
        }
        return found;
    }
}
