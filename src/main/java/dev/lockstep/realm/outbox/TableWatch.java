package dev.lockstep.realm.outbox;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Triggers on a table by which its rows are told of: each statement that changes rows puts into the outbox which files have
 * changed, as two expressions over a row say. What they find is a row that is another one than before; an update that changes
 * nothing says nothing.
 *
 * <p>A realm that is NULL concerns nobody, nor does one that no realm can be. A path that is NULL, or none that a file can
 * have, stands for the whole realm; so do more paths of one statement than a limit, and TRUNCATE. Whoever may write the
 * table needs no right to the outbox.
 */
public final class TableWatch {
    private static final String TABLE = """
            select n.nspname as schema, c.relname as name, cast(c.relkind as text) as kind,
                   exists (select from pg_inherits where inhparent = c.oid) as parent,
                   quote_ident(o.nspname) as outbox
              from pg_class c
              join pg_namespace n on n.oid = c.relnamespace
              left join (pg_class b join pg_namespace o on o.oid = b.relnamespace)
                     on b.oid = to_regclass('lockstep_inval_outbox')
             where c.oid = to_regclass(?)
            """;

    /** The functions' own, so that nobody who may make something elsewhere is asked instead. */
    private static final String SEARCH_PATH =
            "select set_config('search_path', 'pg_catalog, ' || ? || ', pg_temp', true)";

    private static final String INSTALLED = """
            select t.tgname as name, quote_ident(n.nspname) || '.' || quote_ident(p.proname) as function, p.prosrc as source,
                   t.tgenabled <> 'D' as enabled
              from pg_trigger t
              join pg_proc p on p.oid = t.tgfoid
              join pg_namespace n on n.oid = p.pronamespace
             where t.tgrelid = to_regclass(?)
               and t.tgname like 'lockstep\\_watch\\_%'
             order by t.tgname
            """;

    private static final String FUNCTION = """
            create or replace function %1$s() returns trigger
                language plpgsql security definer set search_path = pg_catalog, %2$s, pg_temp as %3$s
            declare
                change record;
            begin
                for change in
                    select found.realm,
                           case when tg_op <> 'TRUNCATE' and count(distinct found.path) <= %4$d
                                     and bool_and(found.path is not null)
                                then array_agg(distinct found.path) end as paths
                      from (select %5$s.lockstep_realm(said.realm) as realm,
                                   %5$s.lockstep_local(%5$s.lockstep_realm(said.realm), said.path) as path
                              from (%6$s) as said) as found
                     where found.realm is not null
                     group by found.realm
                     order by found.realm collate "C"
                loop
                    if change.paths is null then
                        perform %5$s.lockstep_invalidate(change.realm);
                    else
                        perform %5$s.lockstep_invalidate_many(change.realm, change.paths);
                    end if;
                end loop;
                return null;
            end %3$s;""";

    /** Each path is asked for, also that of a row that concerns nobody, as the trigger does it. */
    private static final String SAMPLE = """
            select count(*) as seen, count(said.path) as said,
                   count(*) filter (where said.realm is null or %2$s.lockstep_realm(said.realm) is null) as unnamed,
                   count(*) filter (where %2$s.lockstep_realm(said.realm) is not null
                                      and (said.path is null
                                           or %2$s.lockstep_local(%2$s.lockstep_realm(said.realm), said.path) is null)) as wide
              from (%1$s) as said
            """;

    /** A statement's kind, with what its trigger sees. */
    enum Event {
        INSERT("after insert on %s referencing new table as new_rows"),
        UPDATE("after update on %s referencing old table as old_rows new table as new_rows"),
        DELETE("after delete on %s referencing old table as old_rows"),
        TRUNCATE("before truncate on %s");

        private final String clause;

        Event(String clause) {
            this.clause = clause;
        }

        String trigger() {
            return "lockstep_watch_" + name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * What is to be done.
     *
     * @param table with its schema, quoted
     * @param coverage whether statements may change its rows without its triggers
     * @param sample what the expressions say of rows that are there; empty where they are to be asked no longer
     * @param statements none if all is so already
     */
    public record Plan(String table, Coverage coverage, Optional<Sample> sample, List<String> statements) {}

    /** Whether the triggers see every statement that changes rows of the table. */
    public enum Coverage {
        WHOLE,
        /** But not those that name one of its partitions or heirs. */
        PARENT_ONLY
    }

    /**
     * What a table's rows say.
     *
     * @param realm SQL over the table's columns
     * @param path SQL over the table's columns
     * @param limit how many paths of a realm one statement may name; more are the whole realm
     */
    public record Expressions(String realm, String path, int limit) {}

    /**
     * What the expressions say of some rows.
     *
     * @param seen how many rows
     * @param unnamed of which the realm is NULL, or none that can be: nobody will be told of them
     * @param wide of which the path is NULL, or none that a file can have: the whole realm will be told of
     */
    public record Sample(long seen, long unnamed, long wide) {}

    private TableWatch() {}

    /**
     * What it takes to watch a table. From here on the transaction's search path is that of the triggers.
     *
     * @throws LockstepException usage: no such table; an expression is none over its columns, or fails for a row that is there
     */
    public static Plan install(Tx tx, String name, Expressions expressions) {
        Row table = table(tx, name);
        if (table.isNull("outbox")) {
            throw new LockstepException(
                            LockstepException.Kind.USAGE, "no-outbox", "this database has no outbox", null, null)
                    .advising(RealmRemedy.MAKE_THE_OUTBOX.of());
        }
        String kind = table.text("kind");
        if (!kind.equals("r") && !kind.equals("p")) {
            throw LockstepException.usage("not a table that can be watched: " + name, "triggers need a table");
        }
        String quoted = quoted(table);
        List<Row> there = tx.rows(INSTALLED, quoted);
        List<String> statements = new ArrayList<>();
        for (Event event : Event.values()) {
            String function = function(table, event);
            String made = FUNCTION.formatted(
                    function,
                    new Identifier(table.text("schema")),
                    WatchQuery.tag(expressions),
                    expressions.limit(),
                    table.text("outbox"),
                    WatchQuery.query(event, quoted, expressions));
            Optional<Row> trigger = there.stream()
                    .filter(row -> row.text("name").equals(event.trigger()))
                    .findFirst();
            String source = made.split(Pattern.quote(WatchQuery.tag(expressions)), -1)[1];
            boolean same = trigger.isPresent() && trigger.get().flag("enabled");
            if (!same || !trigger.get().text("source").equals(source)) {
                statements.add(made);
                statements.add("revoke all on function " + function + "() from public;");
            }
            if (!same) {
                statements.add("drop trigger if exists " + event.trigger() + " on " + quoted + ";");
                statements.add("create trigger " + event.trigger() + " " + event.clause.formatted(quoted)
                        + " for each statement execute function " + function + "();");
            }
        }
        tx.only(SEARCH_PATH, new Identifier(table.text("schema")).toString());
        checkExpressions(tx, quoted, expressions);
        Sample sample = sample(tx, quoted, table.text("outbox"), expressions);
        return new Plan(quoted, coverage(table), Optional.of(sample), statements);
    }

    /** What it takes to watch it no longer. */
    public static Plan remove(Tx tx, String name) {
        Row table = table(tx, name);
        String quoted = quoted(table);
        List<String> statements = new ArrayList<>();
        for (Row row : tx.rows(INSTALLED, quoted)) {
            statements.add("drop trigger " + new Identifier(row.text("name")) + " on " + quoted + ";");
            statements.add("drop function " + row.text("function") + "();");
        }
        return new Plan(quoted, coverage(table), Optional.empty(), statements);
    }

    private static Coverage coverage(Row table) {
        return table.flag("parent") || table.text("kind").equals("p") ? Coverage.PARENT_ONLY : Coverage.WHOLE;
    }

    /** As the catalog has it, or as it is typed in SQL. */
    private static Row table(Tx tx, String name) {
        LockstepException none = LockstepException.usage("no table " + name, "name it as SQL does: schema.table");
        try {
            return tx.row(TABLE, new Identifier(name).toString())
                    .or(() -> tx.row(TABLE, name))
                    .orElseThrow(() -> none);
        } catch (DbException e) {
            if (e.reason() == Reason.OTHER || e.reason() == Reason.BAD_VALUE) {
                throw none;
            }
            throw e;
        }
    }

    /** Compiles them as the triggers will; nothing is read. */
    private static void checkExpressions(Tx tx, String table, Expressions expressions) {
        try {
            tx.rows(WatchQuery.bindable(
                    "select * from (" + WatchQuery.row(table, expressions) + ") as checked where false"));
        } catch (DbException e) {
            if (e.kind() == LockstepException.Kind.REFUSED) {
                throw e;
            }
            throw new LockstepException(
                    LockstepException.Kind.USAGE,
                    "bad-expression",
                    "the realm or the path is no expression over the columns of " + table + ": " + e.getMessage(),
                    "it is SQL over one row, 'http://host/' || owner || '/', and names what is in other schemas with them",
                    e);
        }
    }

    /** Before the triggers are made, by which a statement would fail that writes a row like one for which they fail. */
    private static Sample sample(Tx tx, String table, String outbox, Expressions expressions) {
        try {
            String rows = "(select * from " + table + " limit 1000) as looked_at";
            Row row = tx.only(WatchQuery.bindable(SAMPLE.formatted(WatchQuery.row(rows, expressions), outbox)));
            return new Sample(row.integer("seen"), row.integer("unnamed"), row.integer("wide"));
        } catch (DbException e) {
            if (e.reason() != Reason.OTHER && e.reason() != Reason.BAD_VALUE) {
                throw e;
            }
            throw new LockstepException(
                    LockstepException.Kind.USAGE,
                    "bad-expression",
                    "for a row of " + table + " the realm or the path cannot be said: " + e.getMessage(),
                    "the statement that writes such a row would fail: let it be NULL there, 'case when ... end'",
                    e);
        }
    }

    private static String function(Row table, Event event) {
        LockKey key = LockKey.of(table.text("schema") + "|" + table.text("name"));
        return table.text("outbox") + "." + event.trigger() + "_" + Long.toHexString(key.value());
    }

    private static String quoted(Row table) {
        return new Identifier(table.text("schema")) + "." + new Identifier(table.text("name"));
    }
}
