package dev.lockstep.mirror.engine;

import dev.lockstep.db.Db;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetCatalog;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** PostgreSQL as a mirror: rows arrive by binary COPY, into the table itself or into one of the transaction's own. */
final class PostgresEngine implements MirrorEngine {
    private static final LockKey LEDGER = LockKey.of("lockstep|mirror|ledger");

    /** Until the end of the transaction. Two that make a table at once meet in the catalog, whatever "if not exists" says. */
    private static final String LOCK_LEDGER = "select pg_advisory_xact_lock(%d)";

    private static final String TAKE_LOCK = "select pg_try_advisory_lock(?) as taken";

    private static final String HOLDER = """
            select l.pid
              from pg_locks l
              join pg_database d on d.oid = l.database
             where d.datname = current_database()
               and l.locktype = 'advisory'
               and l.classid::bigint = ?
               and l.objid::bigint = ?
               and l.objsubid = 1
               and l.granted
            """;

    private static final String EVICT = "select pg_terminate_backend(?)";

    private static final String NOW =
            "to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";

    /** A btree takes about a third of a page; what compresses well may be longer, but that is not to be relied on. */
    private static final int MAX_KEY = 2_700;

    private static final Set<String> SYSTEM_COLUMNS = Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");

    private static final String STAGE =
            "create temp table lockstep_stage on commit drop as select %s from %s with no data";

    private static final String UNSTAGE = "drop table lockstep_stage";
    private static final String MERGE = """
            with merged as (
                   insert into %1$s (%2$s) overriding system value
                   select %2$s from lockstep_stage
                       on conflict (%3$s) %4$s
                returning (xmax = 0) as inserted)
            select count(*) filter (where inserted) as inserted,
                   count(*) filter (where not inserted) as updated
              from merged
            """;

    private static final String STAGED = "select count(*) as rows from lockstep_stage";

    private static final String DELETE_STAGED = """
            delete from %1$s as m
             using lockstep_stage as s
             where %2$s
            """;

    private static final String INDEX_STAGE = "analyze lockstep_stage";

    private static final String STAGED_THERE = """
            select count(*) as rows
              from %1$s as m
              join lockstep_stage as s on %2$s
            """;

    private static final String MERGING = """
            select concat_ws(', ', %1$s) as key, count(*) over () as groups
              from lockstep_stage
             group by %1$s
            having count(*) > 1
             limit 10
            """;

    private static final String EXTRA = """
            select concat_ws(', ', %3$s) as key, count(*) over () as rows
              from %1$s as m
             where not exists (select 1 from lockstep_stage as s where %2$s)
             limit 10
            """;

    private static final String DELETE_EXTRA = """
            delete from %1$s as m
             where not exists (select 1 from lockstep_stage as s where %2$s)
            """;

    private static final String SEQUENCE = "select pg_get_serial_sequence(?, ?) as name";

    /** A sequence that is ahead stays so. */
    private static final String SET_SEQUENCE = """
            select setval(?::regclass, greatest(m.top, s.last_value))
              from (select max(%2$s) as top from %3$s) m, %1$s s
             where m.top is not null
            """;

    @Override
    public Optional<TargetTable> find(Tx tx, String table) {
        return new PostgresTargetCatalog(tx).find(table);
    }

    @Override
    public TargetTable design(SourceTable source, ColumnSurvey survey) {
        return PostgresTargetCatalog.design(source, survey);
    }

    @Override
    public Optional<String> invalidName(String name) {
        return PostgresTargetCatalog.invalidName(name);
    }

    @Override
    public String create(TargetTable table) {
        return table.create("");
    }

    @Override
    public Optional<String> retype(TargetTable table, Column from, Column to) {
        return Optional.of(PostgresTargetCatalog.retype(table, from, to));
    }

    @Override
    public Optional<String> invalidColumn(String name) {
        return SYSTEM_COLUMNS.contains(name)
                ? Optional.of("that of a column which every table of PostgreSQL has")
                : Optional.empty();
    }

    @Override
    public Optional<String> clash(Tx tx, List<String> columns) {
        return TargetCatalog.clash(columns, name -> name);
    }

    @Override
    public List<String> beforeLedger() {
        return List.of(LOCK_LEDGER.formatted(LEDGER.value()));
    }

    @Override
    public String now() {
        return NOW;
    }

    @Override
    public String forShare() {
        return "for share";
    }

    @Override
    public int maxColumns() {
        return 1_600;
    }

    @Override
    public TablePlan.Limits limits(Tx tx) {
        return TablePlan.Limits.ofKey(MAX_KEY);
    }

    @Override
    public boolean lock(Db db, String name) {
        return db.autocommit(tx -> tx.only(TAKE_LOCK, LockKey.of(name).value()).flag("taken"));
    }

    @Override
    public Optional<Long> holder(Tx tx, String name) {
        LockKey key = LockKey.of(name);
        return tx.row(HOLDER, key.classId(), key.objectId()).map(row -> row.integer("pid"));
    }

    @Override
    public void evict(Tx tx, long session) {
        tx.rows(EVICT, Math.toIntExact(session));
    }

    @Override
    public long maxSingleTransactionBytes(TablePlan plan) {
        return 2L << 30;
    }

    @Override
    public void load(Tx tx, TablePlan plan, Rows rows) {
        copy(tx, plan.identifier().toString(), plan.columns(), rows);
    }

    private static void copy(Tx tx, String table, List<Column> columns, Rows rows) {
        String sql = "copy " + table + " (" + TablePlan.list(columns) + ") from stdin (format binary)";
        tx.copyIn(sql, stream -> {
            CopyBinaryWriter binary = new CopyBinaryWriter(columns, stream::write);
            binary.begin();
            rows.each(binary::row);
            binary.end();
        });
    }

    @Override
    public Merged merge(Tx tx, TablePlan plan, Rows rows) {
        stage(tx, plan, plan.columns(), rows);
        String key = TablePlan.list(plan.key());
        Row merged = tx.only(MERGE.formatted(plan.identifier(), TablePlan.list(plan.columns()), key, onConflict(plan)));
        long staged = tx.only(STAGED).integer("rows");
        unstage(tx);
        long inserted = merged.integer("inserted");
        long updated = merged.integer("updated");
        return new Merged(inserted, updated, staged - inserted - updated);
    }

    private static String onConflict(TablePlan plan) {
        if (plan.values().isEmpty()) {
            return "do nothing";
        }
        List<String> sets = new ArrayList<>();
        List<String> old = new ArrayList<>();
        List<String> fresh = new ArrayList<>();
        for (Column column : plan.values()) {
            sets.add(column.identifier() + " = excluded." + column.identifier());
            old.add(exactly(plan.identifier() + "." + column.identifier(), column));
            fresh.add(exactly("excluded." + column.identifier(), column));
        }
        return "do update set " + String.join(", ", sets) + " where (" + String.join(", ", old) + ") is distinct from ("
                + String.join(", ", fresh) + ")";
    }

    /** An expression whose values are equal if, and only if, the column's are the same; 0.0 and -0.0 are not. */
    private static String exactly(String value, Column column) {
        TargetType type = column.type().orElseThrow();
        return switch (type.form()) {
            case REAL -> (type.size() == Float.BYTES ? "float4send(" : "float8send(") + value + ")";
            case TEXT -> value + "::text collate \"C\"";
            case INTEGER, BLOB, DECIMAL, TIMESTAMP, DATE, ANY -> value;
        };
    }

    @Override
    public long delete(Tx tx, TablePlan plan, Rows rows) {
        stage(tx, plan, rows);
        long deleted = tx.update(DELETE_STAGED.formatted(plan.identifier(), sameKey(plan)));
        unstage(tx);
        return deleted;
    }

    @Override
    public void unstage(Tx tx) {
        tx.execute(UNSTAGE);
    }

    @Override
    public void stage(Tx tx, TablePlan plan, Rows rows) {
        stage(tx, plan, plan.key(), rows);
        tx.execute(INDEX_STAGE);
    }

    private static void stage(Tx tx, TablePlan plan, List<Column> columns, Rows rows) {
        tx.execute(STAGE.formatted(TablePlan.list(columns), plan.identifier()));
        copy(tx, "lockstep_stage", columns, rows);
    }

    private static String sameKey(TablePlan plan) {
        List<String> equal = new ArrayList<>();
        for (Column column : plan.key()) {
            equal.add("m." + column.identifier() + " = s." + column.identifier());
        }
        return String.join(" and ", equal);
    }

    @Override
    public long stagedThere(Tx tx, TablePlan plan) {
        return tx.only(STAGED_THERE.formatted(plan.identifier(), sameKey(plan))).integer("rows");
    }

    @Override
    public Keys merging(Tx tx, TablePlan plan) {
        return keys(tx.rows(MERGING.formatted(TablePlan.list(plan.key()))), "groups");
    }

    @Override
    public Keys extra(Tx tx, TablePlan plan) {
        List<String> key = new ArrayList<>();
        plan.key().forEach(column -> key.add("m." + column.identifier()));
        return keys(tx.rows(EXTRA.formatted(plan.identifier(), sameKey(plan), String.join(", ", key))), "rows");
    }

    private static Keys keys(List<Row> rows, String count) {
        List<String> first = new ArrayList<>();
        rows.forEach(row -> first.add(row.text("key")));
        return new Keys(rows.isEmpty() ? 0 : rows.get(0).integer(count), first);
    }

    @Override
    public long deleteExtra(Tx tx, TablePlan plan) {
        return tx.update(DELETE_EXTRA.formatted(plan.identifier(), sameKey(plan)));
    }

    @Override
    public Optional<TableDigest> digest(TablePlan plan) {
        return Optional.of(new PostgresTableDigest(plan));
    }

    @Override
    public void finish(Tx tx, TablePlan plan) {
        for (Column column : plan.columns()) {
            if (column.type().orElseThrow().form() == TargetType.Form.INTEGER) {
                String sequence = tx.only(SEQUENCE, plan.identifier().toString(), column.name())
                        .text("name");
                if (sequence != null) {
                    tx.rows(SET_SEQUENCE.formatted(sequence, column.identifier(), plan.identifier()), sequence);
                }
            }
        }
        tx.execute("analyze " + plan.identifier());
    }
}
