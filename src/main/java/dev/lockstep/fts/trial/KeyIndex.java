package dev.lockstep.fts.trial;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.RowLookup;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.WriteStatement;
import java.util.ArrayList;
import java.util.List;

/**
 * An ordinary index on the table in which an FTS5 table of its own content keeps its text, {@code f_content}: by it the rows
 * of a key are found that FTS5 itself finds only by reading everything, because the key is UNINDEXED, or cut into terms by
 * which it cannot be told.
 *
 * <p>FTS5 writes that table by ordinary statements, so SQLite keeps the index; it goes with the FTS5 table, and follows its name.
 *
 * @param table the FTS5 table
 * @param keys what is looked for, one or more columns
 */
public record KeyIndex(FtsTable table, List<RowLookup> keys) {
    /** How SQLite explains that an index is not there any more. */
    static final String SCAN = "SCAN x";

    private static final String PREFIX = "lockstep_tune_";

    private static final String MADE = """
            select name
              from main.sqlite_master
             where type = 'index'
               and tbl_name = ? collate nocase
               and substr(name, 1, 14) = 'lockstep_tune_'
            """;

    private static final String LINE = "\n        ";

    public KeyIndex {
        keys = List.copyOf(keys);
    }

    /** The rows whose text has the key, and perhaps others: each statement's own condition still decides. */
    public String condition() {
        List<String> same = new ArrayList<>();
        for (RowLookup key : keys) {
            String sign = key.nulls() == RowLookup.Nulls.FOUND ? " IS " : " = ";
            same.add("x." + column(key) + sign + key.value() + (key.isNumber() ? " + 0" : ""));
        }
        return "rowid IN (SELECT x.id FROM " + table.shadow("content") + " AS x" + LINE + "WHERE "
                + String.join(" AND ", same) + ")";
    }

    /** Its definition. */
    public String ddl() {
        List<String> columns = new ArrayList<>();
        keys.forEach(key -> columns.add(column(key)));
        return "CREATE INDEX IF NOT EXISTS main." + name() + " ON " + table.shadow("content") + " ("
                + String.join(", ", columns) + ")";
    }

    private Identifier name() {
        StringBuilder name = new StringBuilder(PREFIX).append(table.name());
        keys.forEach(key -> name.append('_').append(key.column()).append(key.isNumber() ? "_number" : ""));
        return new Identifier(name.toString());
    }

    /**
     * The number of a row has INTEGER affinity, with which a statement finds '05' for 5; the kept text has none, and without
     * it SQLite would not use an index on the column itself.
     */
    private String column(RowLookup key) {
        return "c" + table.columns().indexOf(key.column()) + (key.isNumber() ? " + 0" : "");
    }

    /** Whether a statement looks for its rows by such an index. */
    public static boolean isUsed(FtsTable table, WriteStatement write) {
        return write.condition().stream()
                .anyMatch(token -> token.text().equals(table.shadow("content").toString()));
    }

    /** Drops those that were made for an FTS5 table. */
    public static void dropAll(Tx tx, String fts) {
        for (Row row : tx.rows(MADE, fts + "_content")) {
            tx.execute("drop index main." + new Identifier(row.text("name")));
        }
    }
}
