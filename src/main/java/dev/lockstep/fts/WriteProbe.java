package dev.lockstep.fts;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Asks SQLite whether a table can be written with the triggers that it has. CREATE TRIGGER accepts a body that names no
 * existing table or column; then every write to the base table fails. EXPLAIN compiles the triggers and runs nothing.
 */
final class WriteProbe {
    private static final String WRITABLE_COLUMNS = """
            select name
              from pragma_table_xinfo(?, 'main')
             where hidden = 0
            """;

    private WriteProbe() {}

    /** What SQLite has against a write to the table; empty if nothing. */
    static Optional<String> objection(Tx tx, String table) {
        Identifier name = new Identifier(table);
        List<String> same = new ArrayList<>();
        for (Row column : tx.rows(WRITABLE_COLUMNS, table)) {
            Identifier quoted = new Identifier(column.text("name"));
            // All of them, because UPDATE OF compiles only for the columns that it lists.
            same.add(quoted + " = " + quoted);
        }
        try {
            tx.rows("explain insert into main." + name + " default values");
            tx.rows("explain update main." + name + " set " + String.join(", ", same));
            tx.rows("explain delete from main." + name);
            return Optional.empty();
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.OTHER) {
                throw e;
            }
            return Optional.of(e.getMessage());
        }
    }
}
