package dev.lockstep.db.sqlite;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import java.nio.file.Path;

/** Reading a database of which SQLite refuses the schema, without the entries that it cannot make sense of. */
public final class SqliteSalvage {
    private static final String LOOK = "select count(*) from sqlite_master";

    /** Allows a connection that may write to write the schema; one that reads, to read what is left of it. */
    private static final String PASS_OVER = "pragma writable_schema = on";

    private static final String PASSES_OVER = "pragma writable_schema";

    private SqliteSalvage() {}

    /** @param damage what kept the schema from being read, and is thrown if it still cannot */
    static void begin(Db db, Path file, DbException damage) {
        try {
            db.autocommit(tx -> tx.rows(PASS_OVER));
            db.autocommit(tx -> tx.only(LOOK));
        } catch (DbException e) {
            damage.addSuppressed(e);
            throw SqliteErrors.opening(file, damage);
        }
    }

    /** Whether the schema is damaged, and this connection passes over what is. */
    public static boolean isOf(Tx tx) {
        return tx.only(PASSES_OVER).integer(0) == 1;
    }
}
