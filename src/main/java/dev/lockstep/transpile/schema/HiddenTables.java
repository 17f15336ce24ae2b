package dev.lockstep.transpile.schema;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.LockstepException;
import java.util.Optional;

/**
 * Tables of Boxel's, or of ours, in a schema that this session does not search. Somebody has set {@code search_path} for the role, the
 * database or the server: what is done by name is done to nothing, or to new tables beside those that replicas use.
 */
public final class HiddenTables {
    private static final String HIDDEN = """
            select n.nspname as schema, c.relname as name, current_setting('search_path') as path
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
             where c.relname = any (cast(? as text[]))
               and c.relkind in ('r', 'p')
               and n.nspname not like 'pg\\_temp%'
               and not exists (select 1 from unnest(cast(? as text[])) as t (name) where to_regclass(t.name) is not null)
             order by n.nspname <> 'public', n.nspname, c.relname
             limit 1
            """;

    private HiddenTables() {}

    /** {@link #check(Tx, String...)} in a transaction of its own. */
    public static void check(Db db, String... names) {
        db.autocommit(tx -> {
            check(tx, names);
            return null;
        });
    }

    /**
     * Returns if one of the tables is found, or there is none anywhere.
     *
     * @param names of which one is enough
     * @throws LockstepException refused: there are some, where nobody looks
     */
    public static void check(Tx tx, String... names) {
        Optional<Row> hidden = tx.row(HIDDEN, names, names);
        if (hidden.isPresent()) {
            String schema = hidden.get().text("schema");
            throw LockstepException.refused(
                    hidden.get().text("name") + " is in the schema " + schema + ", and search_path of this session is '"
                            + hidden.get().text("path") + "'",
                    "set the role's search_path, or this connection's: PGOPTIONS='-c search_path=" + schema + "'");
        }
    }
}
