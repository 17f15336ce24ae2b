package dev.lockstep.transpile.schema;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.SqlScript;
import dev.lockstep.db.Tx;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The table, what lockstep adds to it, and the guard that keeps out the stale writes of those who know no floor. */
public final class CacheSchema {
    /** How much of it there is. */
    public enum State {
        ABSENT,
        /** Boxel's table, without what lockstep adds. */
        FOREIGN,
        READY
    }

    /** The guard, among the parts. */
    public static final String GUARD_NAME = "trigger lockstep_guard";

    /** What the guard does, where the trigger is there and does what it did in an earlier lockstep. */
    public static final String GUARD_FUNCTION = "function lockstep_guard";

    private static final String KEYED = "lockstep_keyed_artifact";

    /** Serialises those who install it at the same time. */
    private static final LockKey LOCK = LockKey.of("lockstep|transpile|schema");

    private static final String EPOCHS = "select count(*) as epochs from lockstep_epoch";

    private static final String TAKE_LOCK = "select pg_advisory_xact_lock(?)";

    private static final String PARTS = """
            select name
              from (values ('module_transpile_cache'), ('lockstep_realm_floor'), ('lockstep_epoch'),
                           ('lockstep_keyed_artifact'), ('lockstep_cache_use')) as part (name)
             where to_regclass(name) is not null
             union all
            select 'column ' || attname
              from pg_attribute
             where attrelid = to_regclass('module_transpile_cache')
               and attname in ('fingerprint', 'build', 'content', 'stamp')
               and not attisdropped
             union all
            select 'trigger ' || tgname
              from pg_trigger
             where tgrelid = to_regclass('module_transpile_cache')
               and tgname = 'lockstep_guard'
             order by 1
            """;

    /** Indexes of an earlier lockstep, over columns that every write changes. */
    private static final String OBSOLETE = """
            select c.relname as name, n.nspname as schema
              from pg_index i
              join pg_class c on c.oid = i.indexrelid
              join pg_namespace n on n.oid = c.relnamespace
             where i.indrelid = to_regclass('module_transpile_cache')
               and c.relname in ('module_transpile_cache_generation', 'module_transpile_cache_with_headers')
             order by 1
            """;

    private static final String GUARD_SOURCE = """
            select p.prosrc as source
              from pg_trigger t
              join pg_proc p on p.oid = t.tgfoid
             where t.tgrelid = to_regclass('module_transpile_cache')
               and t.tgname = 'lockstep_guard'
            """;

    private static final String SCHEMA = """
            select n.nspname as schema
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
             where c.oid = to_regclass('module_transpile_cache')
            """;

    /**
     * An artifact below the floor leaves a fresh row alone, and makes a tombstone at the floor of anything else, so that the
     * next writer of that kind succeeds. So does the first one of a path that has no row, whatever it has captured: a bulk
     * tombstone that knows no floor touches only the rows that are there, and cannot have told its writer. A tombstone below the floor is raised above it, without a lock on the floor: whoever
     * updates many rows would take it after them, and everybody else takes it before. A floor that is not there is begun, or
     * a bulk tombstone that begins it would see neither the floor's lock nor the row that is not committed.
     */
    private static final String GUARD = """
            create or replace function %1$s.lockstep_guard() returns trigger
                language plpgsql security definer set search_path = pg_catalog, %1$s, pg_temp as $guard$
            declare
                f bigint;
                g bigint;
            begin
                if new.body is null then
                    select floor into f from lockstep_realm_floor where realm_url = new.realm_url;
                    new.generation := greatest(new.generation, f + 1);
                    return new;
                end if;
                select floor into f from lockstep_realm_floor where realm_url = new.realm_url for share;
                if not found then
                    insert into lockstep_realm_floor (realm_url) values (new.realm_url) on conflict do nothing;
                    select floor into f from lockstep_realm_floor where realm_url = new.realm_url for share;
                end if;
                select generation into g
                  from module_transpile_cache
                 where realm_url = new.realm_url
                   and canonical_path = new.canonical_path;
                if not found then
                    f := greatest(f, new.generation) + 1;
                elsif new.generation >= f then
                    return new;
                elsif g >= f then
                    return null;
                end if;
                new.body := null;
                new.headers := null;
                new.dependency_keys := null;
                new.fingerprint := null;
                new.content := null;
                new.stamp := null;
                new.generation := f;
                return new;
            end $guard$
            """;

    private static final String GUARD_TRIGGER = """
            create trigger lockstep_guard before insert or update on module_transpile_cache
               for each row execute function %1$s.lockstep_guard()
            """;

    private CacheSchema() {}

    public static State state(Tx tx) {
        List<String> parts = parts(tx);
        if (!parts.contains("module_transpile_cache")) {
            return State.ABSENT;
        }
        List<String> missing = missing(parts);
        // Invalidations need it not: an earlier lockstep has made the others.
        missing.removeAll(List.of(KEYED, CacheUse.TABLE));
        return missing.isEmpty() ? State.READY : State.FOREIGN;
    }

    /** What {@link #install} would make. */
    public static List<String> missing(Tx tx) {
        return missing(parts(tx));
    }

    /** Makes what is missing. @return what was made, by name */
    public static List<String> install(Tx tx) {
        tx.rows(TAKE_LOCK, LOCK.value());
        List<String> before = parts(tx);
        if (missing(before).isEmpty()) {
            return List.of();
        }
        for (String statement : SqlScript.statements(CacheSchema.class, "schema.sql")) {
            tx.execute(statement);
        }
        return added(before, parts(tx));
    }

    /** What an earlier lockstep has made, and costs every writer something; {@link #tidy} removes it. */
    public static List<String> obsolete(Tx tx) {
        return tx.rows(OBSOLETE).stream().map(row -> row.text("name")).toList();
    }

    /** Removes what is {@link #obsolete}. @return what was removed, by name */
    public static List<String> tidy(Tx tx) {
        tx.rows(TAKE_LOCK, LOCK.value());
        List<String> removed = new ArrayList<>();
        for (Row index : tx.rows(OBSOLETE)) {
            tx.execute("drop index " + new Identifier(index.text("schema")) + "." + new Identifier(index.text("name")));
            removed.add(index.text("name"));
        }
        return removed;
    }

    /** Installs the guard, or its newest form. @return what was made, by name */
    public static List<String> guard(Tx tx) {
        tx.rows(TAKE_LOCK, LOCK.value());
        boolean there = isGuarded(tx);
        if (there && !isGuardOutdated(tx)) {
            return List.of();
        }
        Identifier schema = new Identifier(tx.only(SCHEMA).text("schema"));
        tx.execute(GUARD.formatted(schema));
        if (!there) {
            tx.execute(GUARD_TRIGGER.formatted(schema));
        }
        return List.of(there ? GUARD_FUNCTION : GUARD_NAME);
    }

    /** Whether there is a guard, and an earlier lockstep has made it: it keeps out less than today's. */
    public static boolean isGuardOutdated(Tx tx) {
        String[] parts = GUARD.split("[$]guard[$]", -1);
        return tx.row(GUARD_SOURCE)
                .map(row -> !row.text("source").strip().equals(parts[1].strip()))
                .orElse(false);
    }

    /** Whether the cache has an epoch: a server that has crashed has lost it, with all the cache held. */
    public static boolean hasEpoch(Tx tx) {
        return tx.only(EPOCHS).integer("epochs") > 0;
    }

    public static boolean isGuarded(Tx tx) {
        return isGuarded(parts(tx));
    }

    /**
     * Runs work that needs the schema.
     *
     * @throws LockstepException usage: the schema is not installed; refused: it is where this session does not look
     */
    public static <T> T using(Db db, Function<Db, T> work) {
        try {
            return work.apply(db);
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.NO_SUCH_OBJECT) {
                HiddenTables.check(db, "module_transpile_cache");
            }
            require(e);
            throw e;
        }
    }

    /**
     * Tells what an error means if it says that the schema is not there.
     *
     * @throws LockstepException usage: the schema is not installed
     */
    public static void require(DbException e) {
        if (e.reason() == DbException.Reason.NO_SUCH_OBJECT) {
            throw new LockstepException(
                            LockstepException.Kind.USAGE,
                            "no-schema",
                            "this database has no transpile cache that lockstep has prepared: " + e.getMessage(),
                            null,
                            e)
                    .advising(TranspileRemedy.PREPARE_THE_CACHE.of());
        }
    }

    private static boolean isGuarded(List<String> parts) {
        return parts.contains(GUARD_NAME);
    }

    private static List<String> missing(List<String> parts) {
        List<String> missing = new ArrayList<>(List.of(
                "module_transpile_cache",
                "lockstep_realm_floor",
                "lockstep_epoch",
                KEYED,
                CacheUse.TABLE,
                "column fingerprint",
                "column build",
                "column content",
                "column stamp"));
        missing.removeAll(parts);
        return missing;
    }

    private static List<String> added(List<String> before, List<String> after) {
        List<String> added = new ArrayList<>(after);
        added.removeAll(before);
        return added;
    }

    private static List<String> parts(Tx tx) {
        List<String> parts = new ArrayList<>();
        for (Row row : tx.rows(PARTS)) {
            parts.add(row.text("name"));
        }
        return parts;
    }
}
