package dev.lockstep.audit;

import dev.lockstep.db.Db;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Trouble;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Query;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import dev.lockstep.profile.Json;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Indexes of PostgreSQL, made and dropped CONCURRENTLY. One that fails on the way stays behind, not valid, so what there is
 * decides, never what a statement answered. The lock is asked for and never waited for: whoever waits inside
 * {@code pg_advisory_lock} holds a snapshot, and making an index concurrently waits for every older snapshot.
 */
final class PostgresIndexes implements IndexEngine {
    private static final String COLUMNS = """
            select a.attname
              from pg_catalog.pg_attribute a
              join pg_catalog.pg_class c on c.oid = a.attrelid
             where c.oid = to_regclass(?)
               and c.relkind = 'r'
               and a.attnum > 0
               and not a.attisdropped
             order by a.attnum
            """;

    private static final String NAMES = """
            select c.relname
              from pg_catalog.pg_index i
              join pg_catalog.pg_class c on c.oid = i.indexrelid
             where i.indrelid = to_regclass(?)
             order by c.relname
            """;

    /** The index is looked for in the schema of its table. */
    private static final String NAMED = """
            select c.relkind,
                   i.indrelid = t.oid as ours,
                   i.indisvalid and i.indisready as works,
                   i.indisunique as is_unique,
                   am.amname = 'btree' and i.indpred is null and i.indexprs is null as plain,
                   (select bool_or(o <> 0) from unnest(i.indoption::int[]) o) as ordered,
                   (select bool_or(coll <> 0 and coll <> a.attcollation)
                      from unnest(i.indkey::int[], i.indcollation::oid[]) k(att, coll)
                      join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.att) as collated,
                   i.indnkeyatts = i.indnatts as all_keys,
                   (select string_agg(a.attname, chr(10) order by k.ord)
                      from unnest(i.indkey::int[]) with ordinality k(att, ord)
                      join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.att) as columns,
                   case when i.indexrelid is not null then pg_get_indexdef(i.indexrelid) end as definition
              from pg_catalog.pg_class t
              join pg_catalog.pg_class c on c.relnamespace = t.relnamespace and c.relname = ?
              left join pg_catalog.pg_index i on i.indexrelid = c.oid
              left join pg_catalog.pg_am am on am.oid = c.relam
             where t.oid = to_regclass(?)
            """;

    private static final String SCHEMA = """
            select n.nspname
              from pg_catalog.pg_class t
              join pg_catalog.pg_namespace n on n.oid = t.relnamespace
             where t.oid = to_regclass(?)
            """;

    private static final String WIDTHS = """
            select a.attname, a.atttypmod - 4
              from pg_catalog.pg_attribute a
             where a.attrelid = to_regclass(?)
               and a.atttypid in ('varchar'::regtype, 'bpchar'::regtype)
               and a.atttypmod > 4
            """;

    /** HypoPG's: an index that only the planner of this session knows. */
    private static final String CAN_IMAGINE = "select to_regproc('hypopg_create_index') is not null as can";

    private static final String IMAGINE = """
            select indexrelid, indexname
              from hypopg_create_index(?)
            """;

    private static final String FORGET = "select hypopg_drop_index(?)";

    private static final String TRY_LOCK = "select pg_try_advisory_lock(?) as had";
    private static final String UNLOCK = "select pg_advisory_unlock(?)";

    /** The oldest transaction is what an index that is made concurrently waits for. */
    private static final String HOLDER = """
            select format('pid %s of %s since %s: %s', a.pid, a.usename, to_char(a.xact_start, 'HH24:MI:SS'),
                          left(regexp_replace(a.query, '\\s+', ' ', 'g'), 80)) as holder
              from pg_catalog.pg_stat_activity a
             where a.datname = current_database()
               and a.pid <> pg_backend_pid()
               and a.xact_start is not null
             order by a.xact_start
             limit 1
            """;

    private final Db db;
    private final String table;
    private final String quoted;
    private final long key;

    PostgresIndexes(Db db, String table) {
        this.db = db;
        this.table = table;
        this.quoted = new Identifier(table).toString();
        this.key = LockKey.of("lockstep audit indexes of " + table).value();
    }

    @Override
    public List<String> columns() {
        return IndexEngine.texts(db, COLUMNS, quoted);
    }

    @Override
    public List<String> names() {
        return IndexEngine.texts(db, NAMES, quoted);
    }

    @Override
    public Map<String, Integer> widths() {
        Map<String, Integer> widths = new HashMap<>();
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows(WIDTHS, quoted))) {
            widths.put(row.text(0), Math.toIntExact(row.integer(1)));
        }
        return widths;
    }

    @Override
    public Optional<Found> find(Index index) {
        return db.<Optional<Row>>autocommit(tx -> tx.row(NAMED, index.name(), quoted))
                .map(row -> found(row, index));
    }

    private static Found found(Row row, Index index) {
        String kind = row.text("relkind");
        if (row.isNull("ours")) {
            return new Found(Found.Fit.OTHER_RELATION, "a " + kind(kind));
        }
        boolean unique = index.uniqueness() == Uniqueness.UNIQUE;
        boolean right = row.flag("ours")
                && row.flag("plain")
                && row.flag("all_keys")
                && row.flag("is_unique") == unique
                && !row.flag("ordered")
                && !row.flag("collated")
                && String.join("\n", index.columns()).equals(row.text("columns"));
        Found.Fit fit = !right ? Found.Fit.OTHER_INDEX : row.flag("works") ? Found.Fit.RIGHT : Found.Fit.INVALID;
        return new Found(fit, row.text("definition"));
    }

    private static String kind(String relkind) {
        return switch (relkind) {
            case "r", "p" -> "table";
            case "v" -> "view";
            case "m" -> "materialized view";
            case "S" -> "sequence";
            case "c" -> "type";
            default -> "relation of kind " + relkind;
        };
    }

    @Override
    public void create(Index index) {
        if (new Identifier(index.name()).bytes() > Identifier.POSTGRESQL_MAX_BYTES) {
            throw Trouble.usage("PostgreSQL would cut the name " + index.name() + " short", "at most 63 bytes");
        }
        String statement = IndexEngine.definition(table, index).replaceFirst(" index ", " index concurrently ");
        db.autocommit(tx -> {
            tx.execute(statement);
            return null;
        });
    }

    @Override
    public void drop(Index index) {
        String schema = db.autocommit(tx -> tx.only(SCHEMA, quoted).text(0));
        db.autocommit(tx -> {
            tx.execute(
                    "drop index concurrently if exists " + new Identifier(schema) + "." + new Identifier(index.name()));
            return null;
        });
    }

    @Override
    public void rebuild(Index index) {
        drop(index);
        create(index);
    }

    @Override
    public Plan plan(Query query, Index index, Choice choice, Object... values) {
        String explain = "explain (format json) " + HotQuery.sql(table, query, "");
        String json = db.read(tx -> {
            if (choice == Choice.FORCED) {
                tx.execute("set local enable_seqscan = off");
                tx.execute("set local enable_bitmapscan = off");
                tx.execute("set local enable_sort = off");
            }
            return tx.only(explain, values).text(0);
        });
        Object root = ((Map<?, ?>) ((List<?>) Json.parse(json)).get(0)).get("Plan");
        Walk walk = new Walk(index.name(), query.equals().get(0));
        walk.visit(root);
        return Plan.of(walk.seeks, walk.sorts, walk.text.toString());
    }

    /** Looks through a plan for what the index does, and for what it should have spared. */
    private static final class Walk {
        private final String index;
        private final String column;
        private final StringBuilder text = new StringBuilder();
        private boolean seeks;
        private boolean sorts;

        Walk(String index, String column) {
            this.index = index;
            this.column = column;
        }

        void visit(Object node) {
            Map<?, ?> step = (Map<?, ?>) node;
            String type = (String) step.get("Node Type");
            Object condition = step.get("Index Cond");
            text.append(text.isEmpty() ? "" : " > ").append(type);
            if (step.get("Index Name") != null) {
                text.append(" using ").append(step.get("Index Name"));
            }
            if (condition != null) {
                text.append(" on ").append(condition);
            }
            seeks |= index.equals(step.get("Index Name"))
                    && condition != null
                    && condition.toString().contains(column);
            sorts |= type.contains("Sort");
            if (step.get("Plans") instanceof List<?> children) {
                for (Object child : children) {
                    visit(child);
                }
            }
        }
    }

    @Override
    public Optional<Plan> imagine(Query query, Index index, Object... values) {
        if (!db.<Row>autocommit(tx -> tx.only(CAN_IMAGINE)).flag("can")) {
            return Optional.empty();
        }
        Row made = db.autocommit(tx -> tx.only(IMAGINE, IndexEngine.definition(table, index)));
        try {
            Index named = new Index(made.text("indexname"), index.columns(), index.uniqueness());
            return Optional.of(plan(query, named, Choice.FREE, values));
        } finally {
            db.autocommit(tx -> tx.rows(FORGET, made.value("indexrelid")));
        }
    }

    @Override
    public boolean tryLock() {
        return db.<Row>autocommit(tx -> tx.only(TRY_LOCK, key)).flag("had");
    }

    @Override
    public void unlock() {
        db.autocommit(tx -> tx.rows(UNLOCK, key));
    }

    @Override
    public Optional<String> holder() {
        return db.<Optional<Row>>autocommit(tx -> tx.row(HOLDER)).map(row -> row.text(0));
    }
}
