package dev.lockstep.mirror.run;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.support.LockstepException;
import java.util.Optional;

/** The schema of PostgreSQL that a mirror is in: a connection that looks nowhere else. */
public final class MirrorSchema {
    private static final String IS_THERE = "select 1 from pg_namespace where nspname = ?";

    private static final String USE = "set search_path to %s";

    private MirrorSchema() {}

    /**
     * The connection, looking there.
     *
     * @param schema none: it looks where it does
     * @throws LockstepException usage: there is no such schema
     */
    public static Db in(Db mirror, Optional<String> schema) {
        if (schema.isEmpty()) {
            return mirror;
        }
        try {
            mirror.autocommit(tx -> {
                if (tx.rows(IS_THERE, schema.get()).isEmpty()) {
                    throw LockstepException.usage(
                            "the mirror has no schema " + schema.get(),
                            "in the mirror: create schema " + new Identifier(schema.get()) + ";");
                }
                tx.execute(USE.formatted(new Identifier(schema.get())));
                return null;
            });
            return mirror;
        } catch (LockstepException e) {
            try {
                mirror.close();
            } catch (DbException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }
}
