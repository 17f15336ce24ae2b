package dev.lockstep.fts.schema;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
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
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        for (SqliteCatalog.Column column : catalog.columns(table)) {
            columns.add(SqlToken.fold(column.name()));
            if (column.kind() == SqliteCatalog.Kind.ORDINARY) {
                writable.add(column.name());
            }
            if (column.keyPosition() > 0) {
                primary.add(column.name());
            }
        }
        Set<String> unique = new HashSet<>();
        if (primary.size() == 1) {
            unique.add(SqlToken.fold(primary.get(0)));
        }
        for (SqliteCatalog.Index index : catalog.indexes(table)) {
            List<SqliteCatalog.Part> parts = index.unique() && !index.partial() ? catalog.parts(index) : List.of();
            if (parts.size() == 1) {
                parts.get(0).column().ifPresent(column -> unique.add(SqlToken.fold(column)));
            }
        }
        Optional<String> rowid = Optional.empty();
        boolean hasRowid = catalog.table(table)
                .filter(found -> found.isOrdinary() && !found.withoutRowid())
                .isPresent();
        if (hasRowid) {
            for (String candidate : List.of("oid", "_rowid_", "rowid")) {
                rowid = columns.contains(candidate) ? rowid : Optional.of(candidate);
            }
        }
        return new ContentTable(table, columns, writable, unique, primary, rowid);
    }

    /** All that two rows cannot have both, each as columns: the row's number first. Those by expressions are not among them. */
    public List<List<String>> uniqueKeys(Tx tx) {
        Set<List<String>> keys = new LinkedHashSet<>();
        rowid.ifPresent(number -> keys.add(List.of(number)));
        if (rowid.isEmpty() && !primary.isEmpty()) {
            keys.add(primary);
        }
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        for (SqliteCatalog.Index index : catalog.indexes(name)) {
            List<SqliteCatalog.Part> parts = index.unique() ? catalog.parts(index) : List.of();
            List<String> key =
                    parts.stream().flatMap(part -> part.column().stream()).toList();
            if (!parts.isEmpty() && key.size() == parts.size()) {
                keys.add(key);
            }
        }
        return List.copyOf(keys);
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
