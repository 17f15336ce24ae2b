package dev.lockstep.realm.outbox;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.SqlScript;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The outbox's tables and functions: which of them are missing, or not today's, and what makes them. */
public final class OutboxSchema {
    private static final String SCHEMAS = """
            select coalesce((select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                              where c.oid = coalesce(to_regclass('lockstep_inval_outbox'), to_regclass('lockstep_inval_head'))),
                            current_schema()) as lockstep,
                   (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where c.oid = to_regclass('module_transpile_cache')) as cache,
                   (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where c.oid = to_regclass('modules')) as definitions,
                   (select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace
                     where c.oid = to_regclass('realm_generations')) as generations,
                   current_setting('server_version_num')::int as version
            """;

    private static final String TABLES = """
            select c.relname as name
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
             where n.nspname = ?
               and c.relname in ('lockstep_inval_outbox', 'lockstep_sequencer')
            """;

    private static final String FUNCTIONS = """
            select p.proname as name, p.prosrc as source
              from pg_proc p
              join pg_namespace n on n.oid = p.pronamespace
             where n.nspname = ?
               and p.proname like 'lockstep\\_%'
            """;

    private static final String HAS_TRIGGER = """
            select exists (select from pg_trigger
                            where tgrelid = to_regclass(?)
                              and tgname = 'lockstep_forget'
                              and tgenabled <> 'D') as there
            """;

    private static final String TRIGGER = """
            create constraint trigger lockstep_forget after insert on ${lockstep}.lockstep_inval_outbox
                deferrable initially deferred for each row when (new.forgets)
                execute function ${lockstep}.lockstep_forget()""";

    /** What the owner of the functions has to do to the shared caches. */
    private static final String DENIED = """
            select o.name, string_agg(o.privilege, ', ' order by o.privilege) as privileges
              from (values ('module_transpile_cache', 'select'), ('module_transpile_cache', 'insert'),
                           ('module_transpile_cache', 'update'), ('lockstep_realm_floor', 'select'),
                           ('lockstep_realm_floor', 'insert'), ('lockstep_realm_floor', 'update'),
                           ('modules', 'select'), ('modules', 'update'), ('modules', 'delete')) as o (name, privilege)
             where to_regclass(o.name) is not null
               and not has_table_privilege(to_regclass(o.name), o.privilege)
             group by o.name
             order by o.name
            """;

    private static final String TAKE_LOCK = "select pg_advisory_xact_lock(?)";
    private static final LockKey LOCK = LockKey.of("lockstep|schema|outbox");

    /** {@code xid8}, {@code pg_snapshot}, and a {@code gen_random_uuid} of the server's own. */
    private static final int OLDEST_SERVER = 130_000;

    private static final Pattern PART = Pattern.compile(
            "create (?:or replace )?(table|function) (?:if not exists )?[$][{]lockstep[}][.](lockstep_\\w+)");

    /**
     * What is to be made.
     *
     * @param parts by name, as {@code function lockstep_invalidate}
     * @param statements that make them
     */
    public record Plan(List<String> parts, List<String> statements) {}

    private OutboxSchema() {}

    /**
     * What {@link #install} would do now.
     *
     * @throws LockstepException refused: the server is too old, or the login may not write a shared cache that is there
     */
    public static Plan plan(Tx tx) {
        Row schemas = tx.only(SCHEMAS);
        check(tx, schemas);
        Map<String, Identifier> names = names(schemas);
        String schema = names.get("lockstep").name();
        List<String> tables =
                tx.rows(TABLES, schema).stream().map(row -> row.text("name")).toList();
        Map<String, String> functions = new HashMap<>();
        tx.each(FUNCTIONS, row -> functions.put(row.text("name"), row.text("source")), schema);
        List<String> parts = new ArrayList<>();
        List<String> statements = new ArrayList<>();
        for (String statement : SqlScript.statements(OutboxSchema.class, "schema.sql")) {
            String name = part(statement).orElseThrow().group(2);
            if (!tables.contains(name)) {
                parts.add("table " + name);
                statements.add(spliced(statement, names));
            }
        }
        addFunctions(functions, names, parts, statements);
        String outbox = names.get("lockstep") + ".lockstep_inval_outbox";
        if (!tx.only(HAS_TRIGGER, outbox).flag("there")) {
            parts.add("trigger lockstep_forget");
            statements.add("drop trigger if exists lockstep_forget on " + outbox + ";");
            statements.add(spliced(TRIGGER, names) + ";");
        }
        return new Plan(parts, statements);
    }

    /** With one function that is made anew come the revocations of all, since a new one is everybody's. */
    private static void addFunctions(
            Map<String, String> there, Map<String, Identifier> names, List<String> parts, List<String> statements) {
        boolean any = false;
        for (String statement : SqlScript.statements(OutboxSchema.class, "functions.sql")) {
            String sql = spliced(statement, names);
            Optional<Matcher> part = part(statement);
            String body = part.isPresent() ? sql.split("[$][$]", -1)[1] : null;
            if (part.isEmpty() ? any : !body.equals(there.get(part.get().group(2)))) {
                part.ifPresent(found -> parts.add("function " + found.group(2)));
                statements.add(sql);
                any = true;
            }
        }
    }

    /** Makes what is missing, and the log. @return what was made, by name */
    public static List<String> install(Db db) {
        InvalidationLog.prepare(db);
        try {
            return db.transact(tx -> {
                tx.rows(TAKE_LOCK, LOCK.value());
                Plan plan = plan(tx);
                plan.statements().forEach(tx::execute);
                return plan.parts();
            });
        } catch (DbException e) {
            if (e.reason() == Reason.NO_PRIVILEGE || e.reason() == Reason.READ_ONLY) {
                throw new LockstepException(
                        e.reason() == Reason.READ_ONLY ? LockstepException.Kind.REFUSED : LockstepException.Kind.FAILED,
                        "no-outbox",
                        "the outbox cannot be made: " + e.getMessage(),
                        "run this as a role that may create tables and functions, on the primary",
                        e);
            }
            throw e;
        }
    }

    private static void check(Tx tx, Row schemas) {
        if (schemas.integer("version") < OLDEST_SERVER) {
            throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "old-server",
                            "the outbox needs PostgreSQL 13 or later",
                            null,
                            null)
                    .advising(RealmRemedy.INVALIDATE_DURABLY.of());
        }
        if (schemas.isNull("lockstep")) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "no-schema",
                    "no schema of the search path exists, so there is none to make tables in",
                    null,
                    null);
        }
        for (Row denied : tx.rows(DENIED)) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "no-privilege",
                    "this login would own the functions, and may not " + denied.text("privileges") + " "
                            + denied.text("name") + ": transactions that call them would fail",
                    "grant " + denied.text("privileges") + " on " + denied.text("name") + " to it, or be its owner",
                    null);
        }
    }

    private static Map<String, Identifier> names(Row schemas) {
        Map<String, Identifier> names = new LinkedHashMap<>();
        for (String name : List.of("lockstep", "cache", "definitions", "generations")) {
            String schema = schemas.isNull(name) ? schemas.text("lockstep") : schemas.text(name);
            if (!schema.matches("[^'$\\\\]+")) {
                throw new LockstepException(
                        LockstepException.Kind.REFUSED,
                        "odd-schema",
                        "the outbox cannot be in, or know tables of, the schema " + new Identifier(schema),
                        "its name has a quote, a dollar sign or a backslash",
                        null);
            }
            names.put(name, new Identifier(schema));
        }
        return names;
    }

    private static Optional<Matcher> part(String statement) {
        Matcher matcher = PART.matcher(statement);
        return matcher.find() ? Optional.of(matcher) : Optional.empty();
    }

    private static String spliced(String statement, Map<String, Identifier> names) {
        String sql = statement;
        for (Map.Entry<String, Identifier> name : names.entrySet()) {
            sql = sql.replace("${" + name.getKey() + "}", name.getValue().toString());
        }
        return sql;
    }
}
