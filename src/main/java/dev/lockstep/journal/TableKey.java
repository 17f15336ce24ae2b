package dev.lockstep.journal;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
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

    private static final String ORDINARY = """
            select wr
              from pragma_table_list(?)
             where schema = 'main'
               and type = 'table'
            """;

    private static final String COLUMNS = """
              select name, "notnull"
                from pragma_table_xinfo(?, 'main')
               where pk > 0
            order by pk
            """;

    private static final String HAS_INDEX = """
            select 1
              from pragma_index_list(?, 'main')
             where origin = 'pk'
            """;

    public TableKey {
        columns = List.copyOf(columns);
    }

    /** The key of a table; empty if it has none, or is no ordinary table. */
    public static Optional<TableKey> of(Tx tx, String table) {
        List<Row> ordinary = tx.rows(ORDINARY, table);
        if (ordinary.isEmpty()) {
            return Optional.empty();
        }
        List<String> columns = new ArrayList<>();
        boolean nullable = false;
        for (Row row : tx.rows(COLUMNS, table)) {
            columns.add(row.text("name"));
            nullable |= !row.flag("notnull");
        }
        if (columns.isEmpty()) {
            return Optional.empty();
        }
        boolean withoutRowid = ordinary.get(0).flag("wr");
        // Only the alias of the rowid needs no index: INTEGER PRIMARY KEY DESC, by an old mistake, is none.
        if (!withoutRowid && tx.rows(HAS_INDEX, table).isEmpty()) {
            return Optional.of(new TableKey(columns, Kind.ROWID));
        }
        return Optional.of(new TableKey(columns, nullable && !withoutRowid ? Kind.NULLABLE : Kind.UNIQUE));
    }
}
