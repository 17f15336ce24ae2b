package dev.lockstep.fts.trial;

import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.fts.schema.ContentTable;
import java.util.Locale;

/**
 * A column of a table on which triggers are tried.
 *
 * @param numeric whether it makes numbers of texts that look like one
 * @param required whether a new row must say what is in it
 * @param key whether it is a part of the primary key
 */
record TrialColumn(String name, boolean numeric, boolean required, boolean unique, boolean key) {
    static TrialColumn of(SqliteCatalog.Column column, ContentTable table) {
        boolean key = column.keyPosition() > 0;
        return new TrialColumn(
                column.name(),
                isNumeric(column.type().toUpperCase(Locale.ROOT)),
                column.notNull() && column.defaultSql().isEmpty(),
                table.isUnique(column.name()) || key,
                key);
    }

    /** By SQLite's rules of affinity: sqlite.org/datatype3.html. */
    private static boolean isNumeric(String type) {
        boolean text = type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT") || type.contains("BLOB");
        return type.contains("INT") || !(text || type.isEmpty() || type.contains("JSON") || type.contains("ANY"));
    }
}
