package dev.lockstep.fts.schema;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.TriggerStatement.Event;
import java.util.Optional;

/**
 * Asks SQLite whether a table can be written with the triggers that it has. CREATE TRIGGER accepts a body that names no
 * existing table or column; then every write to the base table fails. EXPLAIN compiles the triggers and runs nothing.
 */
public final class TriggerCompileCheck {
    private static final String COMPILE_ERROR = "SQLITE_ERROR";

    private TriggerCompileCheck() {}

    /** What SQLite has against writes to the table, of any kind; empty if nothing. */
    public static Optional<String> objectionToWrites(Tx tx, String table) {
        for (Event event : Event.values()) {
            Optional<String> objection = objectionToWrites(tx, table, event);
            if (objection.isPresent()) {
                return objection;
            }
        }
        return Optional.empty();
    }

    /** What SQLite has against writes of one kind. */
    public static Optional<String> objectionToWrites(Tx tx, String table, Event event) {
        Identifier name = new Identifier(table);
        String write =
                switch (event) {
                    case INSERT -> "insert into main." + name + " default values";
                    case UPDATE ->
                        "update main." + name + " set "
                                + ContentTable.read(tx, table).everyColumnToItself();
                    case DELETE -> "delete from main." + name;
                };
        return objection(tx, write);
    }

    /**
     * What SQLite has against a statement, which is compiled and not run.
     *
     * @throws DbException it did not get as far as that: the connection broke, or the database is locked or damaged
     */
    public static Optional<String> objection(Tx tx, String sql) {
        try {
            tx.rows("explain " + sql);
            return Optional.empty();
        } catch (DbException e) {
            if (!COMPILE_ERROR.equals(e.sqlState())) {
                throw e;
            }
            return Optional.of(Unopened.reason(e));
        }
    }
}
