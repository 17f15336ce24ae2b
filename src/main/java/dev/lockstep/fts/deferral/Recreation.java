package dev.lockstep.fts.deferral;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.fts.trial.TrialStep;
import java.util.ArrayList;
import java.util.List;

/**
 * Drops a full-text table, which SQLite may not even be able to open, and makes it again, empty, by its own definition. The
 * triggers that write it are on other tables and stay as they are; the options that it had been given are kept where they
 * can be read.
 */
final class Recreation {
    private static final String OPTIONS = "select k, v from main.%s where k <> 'version'";

    /** Its entry alone; what it is kept in are ordinary tables then. */
    private static final String FORGET = "delete from main.sqlite_master where type = 'table' and name = ?";

    private Recreation() {}

    /** Makes it anew, inside the caller's transaction, and returns it as it is then. */
    static FtsTable run(Tx tx, FtsTable table) {
        List<Row> options = options(tx, table);
        drop(tx, table);
        tx.execute(table.sql());
        FtsTable made = FtsCatalog.read(tx).table(table.name()).orElseThrow();
        if (made.objection().isPresent()) {
            throw Unopened.refusal(made);
        }
        for (Row option : options) {
            TrialStep.attempt(
                    tx,
                    "insert into main." + made.identifier() + " (" + made.identifier() + ", rank) values ("
                            + option.text("k") + ", " + option.text("v") + ")");
        }
        return made;
    }

    /** As SQL writes them. */
    private static List<Row> options(Tx tx, FtsTable table) {
        if (table.module() != FtsModule.FTS5) {
            return List.of();
        }
        try {
            return new ArrayList<>(tx.rows(
                    "select quote(k) as k, quote(v) as v from (" + OPTIONS.formatted(table.shadow("config")) + ")"));
        } catch (DbException e) {
            if (!Unopened.isOfTable(e)) {
                throw e;
            }
            return List.of();
        }
    }

    private static void drop(Tx tx, FtsTable table) {
        if (TrialStep.attempt(tx, "drop table main." + table.identifier())) {
            return;
        }
        tx.execute("pragma writable_schema = on");
        tx.update(FORGET, table.name());
        // Reads the schema again, as a connection that is new would.
        tx.execute("pragma writable_schema = reset");
        for (String part : table.module().shadows()) {
            Identifier shadow = table.shadow(part);
            tx.execute("drop table if exists main." + shadow);
        }
    }
}
