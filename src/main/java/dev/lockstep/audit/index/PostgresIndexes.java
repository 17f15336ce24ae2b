package dev.lockstep.audit.index;

import dev.lockstep.audit.TableName;
import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.lock.AdvisoryLock;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
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
               and c.relkind in ('r', 'p', 'm')
               and a.attnum > 0
               and not a.attisdropped
             order by a.attnum
            """;

    private static final String INDEXES = """
            select c.relname, i.indisunique as is_unique, i.indisprimary,
                   i.indisvalid and i.indisready and am.amname = 'btree' as usable,
                   pg_get_expr(i.indpred, i.indrelid) as predicate,
                   k.ord <= i.indnkeyatts as declared,
                   a.attname,
                   coalesce(i.indoption[k.ord - 1] & 1, 0) = 1 as descending,
                   coalesce(i.indoption[k.ord - 1] & 2, 0) = 2 as nulls_first,
                   k.ord > i.indnkeyatts or (o.opcdefault and i.indcollation[k.ord - 1] in (0, a.attcollation)) as whole
              from pg_catalog.pg_index i
              join pg_catalog.pg_class c on c.oid = i.indexrelid
              join pg_catalog.pg_am am on am.oid = c.relam
             cross join unnest(i.indkey::int[]) with ordinality k(att, ord)
              left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.att and k.att > 0
              left join pg_catalog.pg_opclass o on o.oid = i.indclass[k.ord - 1]
             where i.indrelid = to_regclass(?)
             order by i.indisprimary desc, c.relname, k.ord
            """;

    private static final String TAKEN = """
            select 1
              from pg_catalog.pg_class t
              join pg_catalog.pg_class c on c.relnamespace = t.relnamespace and c.relname = ?
             where t.oid = to_regclass(?)
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
    private final TableName table;
    private final String quoted;
    private final SessionLock lock;
    private final PostgresPlans plans;
    private final PostgresPartitions partitions;

    PostgresIndexes(Db db, TableName table) {
        this.db = db;
        this.table = table;
        this.quoted = table.sql();
        this.plans = new PostgresPlans(db);
        this.partitions = new PostgresPartitions(db, table);
        this.lock = AdvisoryLock.of("lockstep audit indexes of " + table);
    }

    @Override
    public List<String> columns() {
        return IndexEngine.texts(db, COLUMNS, quoted);
    }

    @Override
    public List<TableIndex> indexes() {
        List<Row> rows = db.autocommit(tx -> tx.rows(INDEXES, quoted));
        List<TableIndex> indexes = new ArrayList<>();
        for (int from = 0; from < rows.size(); ) {
            Row first = rows.get(from);
            List<TableIndex.Key> keys = new ArrayList<>();
            for (; from < rows.size() && rows.get(from).text("relname").equals(first.text("relname")); from++) {
                Row key = rows.get(from);
                // What is only included is in no order.
                if (key.flag("declared")) {
                    keys.add(new TableIndex.Key(
                            key.text("attname"), key.flag("descending"), key.flag("nulls_first"), key.flag("whole")));
                }
            }
            String name = first.flag("indisprimary") ? "PRIMARY KEY" : first.text("relname");
            Optional<String> condition = Optional.ofNullable(first.text("predicate"));
            Optional<String> onlyNull = condition.flatMap(TableIndex::onlyNull);
            boolean usable = first.flag("usable") && condition.isPresent() == onlyNull.isPresent();
            indexes.add(new TableIndex(name, first.flag("is_unique"), usable, onlyNull, keys.size(), keys));
        }
        return indexes;
    }

    @Override
    public boolean isTaken(String name) {
        return db.<Optional<Row>>autocommit(tx -> tx.row(TAKEN, name, quoted)).isPresent();
    }

    @Override
    public String definition(Index index) {
        return IndexEngine.definition("create %sindex", table, index, Engine.POSTGRESQL);
    }

    /** An index of a partitioned table cannot be made concurrently. */
    @Override
    public String advice(Index index) {
        String create = partitions.isPartitioned() ? "create %sindex" : "create %sindex concurrently";
        return IndexEngine.definition(create + " if not exists", table, index, Engine.POSTGRESQL);
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
    public Optional<ExistingIndex> find(Index index) {
        return db.<Optional<Row>>autocommit(tx -> tx.row(NAMED, index.name(), quoted))
                .map(row -> found(row, index));
    }

    private static ExistingIndex found(Row row, Index index) {
        String kind = row.text("relkind");
        if (row.isNull("ours")) {
            return new ExistingIndex(ExistingIndex.Fit.OTHER_RELATION, "a " + kind(kind));
        }
        boolean unique = index.uniqueness() == Uniqueness.UNIQUE;
        boolean right = row.flag("ours")
                && row.flag("plain")
                && row.flag("all_keys")
                && row.flag("is_unique") == unique
                && !row.flag("ordered")
                && !row.flag("collated")
                && String.join("\n", index.columns()).equals(row.text("columns"));
        ExistingIndex.Fit fit = !right
                ? ExistingIndex.Fit.OTHER_INDEX
                : row.flag("works") ? ExistingIndex.Fit.RIGHT : ExistingIndex.Fit.INVALID;
        return new ExistingIndex(fit, row.text("definition"));
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
            throw LockstepException.usage(
                    "PostgreSQL would cut the name " + index.name() + " short", "at most 63 bytes");
        }
        if (partitions.isPartitioned()) {
            partitions.create(index);
        } else {
            execute(IndexEngine.definition("create %sindex concurrently", table, index, Engine.POSTGRESQL));
        }
    }

    private void execute(String statement) {
        db.autocommit(tx -> {
            tx.execute(statement);
            return null;
        });
    }

    @Override
    public void drop(Index index) {
        drop(index.name());
    }

    private void drop(String index) {
        String schema = db.autocommit(tx -> tx.only(SCHEMA, quoted).text(0));
        String concurrently = partitions.isPartitioned() ? "" : "concurrently ";
        execute("drop index " + concurrently + "if exists " + new TableName(schema, index).sql());
    }

    /** What is there of a partitioned index is kept, and the rest is made. */
    @Override
    public void rebuild(Index index) {
        if (!partitions.isPartitioned()) {
            drop(index);
        }
        create(index);
    }

    @Override
    public QueryPlan plan(QueryShape query, Index index, Choice choice, Object... values) {
        return plans.plan(query, partitions.names(index), index.columns().get(0), choice, values);
    }

    @Override
    public Optional<QueryPlan> imagine(QueryShape query, Index index, Object... values) {
        String definition = IndexEngine.definition("create %sindex", table, index, Engine.POSTGRESQL);
        return plans.imagine(query, definition, index.columns().get(0), values);
    }

    @Override
    public List<Partition> partitions(Index index) {
        return partitions.states(index);
    }

    @Override
    public List<String> leftovers() {
        return partitions.leftovers();
    }

    @Override
    public boolean tryLock() {
        return lock.tryTake(db);
    }

    @Override
    public void unlock() {
        lock.release(db);
    }

    @Override
    public Optional<String> holder() {
        return db.<Optional<Row>>autocommit(tx -> tx.row(HOLDER)).map(row -> row.text(0));
    }
}
