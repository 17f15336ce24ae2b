package dev.lockstep.fts.schema;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What matters here about a table whose rows are indexed.
 *
 * @param name its name
 * @param columns the names of all its columns, folded
 * @param writable the names of the columns that a statement may set, as they are written
 * @param unique the columns that are by themselves a unique key, folded
 * @param primary the columns of its primary key
 * @param rowid a name by which a statement can mean a row's number; empty if rows have none
 */
public record ContentTable(
        String name,
        Set<String> columns,
        List<String> writable,
        Set<String> unique,
        List<String> primary,
        Optional<String> rowid) {
    private static final String COLUMNS = """
            select name, pk, hidden
              from pragma_table_xinfo(?, 'main')
            """;

    private static final String HAS_ROWID = """
            select 1
              from pragma_table_list(?)
             where schema = 'main'
               and type = 'table'
               and wr = 0
            """;

    /** The columns that are by themselves a unique key without exceptions. */
    private static final String UNIQUE_COLUMNS = """
            select (select name from pragma_index_info(il.name)) as name
              from pragma_index_list(?, 'main') as il
             where il."unique"
               and not il.partial
               and (select count(*) from pragma_index_info(il.name)) = 1
            """;

    public ContentTable {
        columns = Set.copyOf(columns);
        writable = List.copyOf(writable);
        unique = Set.copyOf(unique);
        primary = List.copyOf(primary);
    }

    public static ContentTable read(Tx tx, String table) {
        Set<String> columns = new HashSet<>();
        List<String> writable = new ArrayList<>();
        List<String> primary = new ArrayList<>();
        for (Row row : tx.rows(COLUMNS, table)) {
            String column = row.text("name");
            columns.add(SqlToken.fold(column));
            if (row.integer("hidden") == 0) {
                writable.add(column);
            }
            if (row.integer("pk") > 0) {
                primary.add(column);
            }
        }
        Set<String> unique = new HashSet<>();
        if (primary.size() == 1) {
            unique.add(SqlToken.fold(primary.get(0)));
        }
        for (Row row : tx.rows(UNIQUE_COLUMNS, table)) {
            if (!row.isNull("name")) {
                unique.add(SqlToken.fold(row.text("name")));
            }
        }
        Optional<String> rowid = Optional.empty();
        if (!tx.rows(HAS_ROWID, table).isEmpty()) {
            for (String candidate : List.of("oid", "_rowid_", "rowid")) {
                rowid = columns.contains(candidate) ? rowid : Optional.of(candidate);
            }
        }
        return new ContentTable(table, columns, writable, unique, primary, rowid);
    }

    public boolean has(String column) {
        return columns.contains(SqlToken.fold(column)) || (rowid.isPresent() && SourceQuery.isRowid(column));
    }

    public boolean isUnique(String column) {
        return unique.contains(SqlToken.fold(column))
                || (rowid.isPresent() && SqlToken.fold(column).equals(rowid.get()));
    }

    public Identifier identifier() {
        return new Identifier(name);
    }

    /** What tells one row from all others, quoted: its number, or its primary key. */
    public List<String> key() {
        List<String> key = new ArrayList<>();
        if (rowid.isPresent()) {
            key.add(rowid.get());
        } else {
            primary.forEach(column -> key.add(new Identifier(column).toString()));
        }
        return key;
    }

    /** {@code set} of an update that changes nothing and fires every trigger, also those on UPDATE OF some columns. */
    public String everyColumnToItself() {
        List<String> same = new ArrayList<>();
        for (String column : writable) {
            Identifier quoted = new Identifier(column);
            same.add(quoted + " = " + quoted);
        }
        return String.join(", ", same);
    }

    /** The columns that a statement may set, for a list. */
    public String writableList() {
        List<String> quoted = new ArrayList<>();
        writable.forEach(column -> quoted.add(new Identifier(column).toString()));
        return String.join(", ", quoted);
    }
}
