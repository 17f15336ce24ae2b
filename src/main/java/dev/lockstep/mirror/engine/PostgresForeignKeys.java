package dev.lockstep.mirror.engine;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.ForeignKeys;
import dev.lockstep.mirror.plan.ForeignKeys.Check;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.support.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Foreign keys of PostgreSQL: a role that may set {@code session_replication_role} suspends the triggers that look at them, and their
 * actions with them; for any other they are looked at as late as they let themselves.
 */
final class PostgresForeignKeys {
    private static final String KEYS = """
              select c.conname as name, f.relname as owner, t.relname as target,
                     array_to_json(array(select a.attname from unnest(c.conkey) with ordinality as k (att, position)
                                           join pg_attribute a on a.attrelid = c.conrelid and a.attnum = k.att
                                       order by k.position))::text as columns,
                     array_to_json(array(select a.attname from unnest(c.confkey) with ordinality as k (att, position)
                                           join pg_attribute a on a.attrelid = c.confrelid and a.attnum = k.att
                                       order by k.position))::text as targets,
                     concat_ws(', ', case c.confdeltype when 'c' then 'on delete cascade' when 'n' then 'on delete set null'
                                                        when 'd' then 'on delete set default' end,
                                     case c.confupdtype when 'c' then 'on update cascade' when 'n' then 'on update set null'
                                                        when 'd' then 'on update set default' end) as action
                from pg_constraint c
                join pg_class f on f.oid = c.conrelid
                join pg_class t on t.oid = c.confrelid
               where c.contype = 'f'
                 and %s
            order by c.conname, f.relname
            """;

    private static final String OF_TABLE =
            KEYS.formatted("(c.conrelid = to_regclass(?) or c.confrelid = to_regclass(?))");

    private static final String ALL =
            KEYS.formatted("f.relnamespace = (select oid from pg_namespace where nspname = current_schema())");

    private static final String POSTPONED_KEYS = """
            select 1
              from pg_index
             where indrelid = to_regclass(?)
               and not indimmediate
            """;

    private static final String MAY = """
            select current_setting('is_superuser')::boolean as it_may,
                   current_setting('server_version_num')::int >= 150000 as can_be_granted
            """;

    private static final String IS_GRANTED =
            "select has_parameter_privilege('session_replication_role', 'SET') as it_may";

    private static final String SUSPEND = "set local session_replication_role = replica";

    private static final String DEFER = "set constraints all deferred";

    private PostgresForeignKeys() {}

    /** Whether this role may suspend them. */
    static boolean maySuspend(Tx tx) {
        Row row = tx.only(MAY);
        return row.flag("it_may")
                || (row.flag("can_be_granted") && tx.only(IS_GRANTED).flag("it_may"));
    }

    /**
     * Those of a table, and those that refer to it.
     *
     * @param maySuspend asked if there is one
     */
    static ForeignKeys of(Tx tx, String table, BooleanSupplier maySuspend) {
        List<ForeignKeys.Key> keys = read(tx.rows(OF_TABLE, table, table));
        if (keys.isEmpty()) {
            return ForeignKeys.NONE;
        }
        // What suspends foreign keys would also suspend a unique key that is looked at later.
        boolean suspended =
                maySuspend.getAsBoolean() && tx.rows(POSTPONED_KEYS, table).isEmpty();
        return new ForeignKeys(keys, suspended ? Check.SUSPENDED : Check.DEFERRED);
    }

    /** Those of all tables. */
    static List<ForeignKeys.Key> all(Tx tx) {
        return read(tx.rows(ALL));
    }

    private static List<ForeignKeys.Key> read(List<Row> rows) {
        List<ForeignKeys.Key> keys = new ArrayList<>();
        for (Row row : rows) {
            keys.add(new ForeignKeys.Key(
                    row.text("name"),
                    row.text("owner"),
                    names(row.text("columns")),
                    row.text("target"),
                    names(row.text("targets")),
                    row.text("action")));
        }
        return keys;
    }

    private static List<String> names(String json) {
        List<String> names = new ArrayList<>();
        ((List<?>) Json.parse(json)).forEach(name -> names.add((String) name));
        return names;
    }

    /** Has the transaction write to a table of which there are foreign keys. */
    static void letWrite(Tx tx, TablePlan plan) {
        ForeignKeys keys = plan.target().foreignKeys();
        if (!keys.keys().isEmpty()) {
            tx.execute(
                    switch (keys.check()) {
                        case SUSPENDED -> SUSPEND;
                        case DEFERRED -> DEFER;
                    });
        }
    }
}
