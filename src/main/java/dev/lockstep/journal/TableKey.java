package dev.lockstep.journal;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteCatalog;
import java.util.List;
import java.util.Optional;

/**
 * What identifies a row of a SQLite table for as long as the row lives: its primary key.
 *
 * @param columns the key's columns, in the key's order
 * @param kind how far it can be relied on
 */
public record TableKey(List<String> columns, Kind kind) {
    /** What SQLite promises about a primary key. */
    public enum Kind {
        /** INTEGER PRIMARY KEY: it is the row's number itself. */
        ROWID,
        /** Every column is NOT NULL, by declaration or because the table is WITHOUT ROWID. */
        UNIQUE,
        /** SQLite lets NULL into it, and any number of rows that have one: such rows share their key. */
        NULLABLE
    }

    public TableKey {
        columns = List.copyOf(columns);
    }

    /** The key of a table; empty if it has none, or is no ordinary table. */
    public static Optional<TableKey> of(Tx tx, String table) {
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        Optional<SqliteCatalog.Table> ordinary = catalog.table(table).filter(SqliteCatalog.Table::isOrdinary);
        List<SqliteCatalog.Column> key = ordinary.isEmpty() ? List.of() : catalog.key(table);
        if (key.isEmpty()) {
            return Optional.empty();
        }
        List<String> columns = key.stream().map(SqliteCatalog.Column::name).toList();
        if (catalog.rowNumber(table).isPresent()) {
            return Optional.of(new TableKey(columns, Kind.ROWID));
        }
        boolean nullable = !ordinary.get().withoutRowid() && key.stream().anyMatch(column -> !column.notNull());
        return Optional.of(new TableKey(columns, nullable ? Kind.NULLABLE : Kind.UNIQUE));
    }
}
