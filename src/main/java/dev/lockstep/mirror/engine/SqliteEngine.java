package dev.lockstep.mirror.engine;

import dev.lockstep.db.Tx;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.db.sqlite.SqliteCatalog.Kind;
import dev.lockstep.db.sqlite.SqliteCatalog.Origin;
import dev.lockstep.mirror.plan.ForeignKeys;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetCatalog;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetTable.Comparison;
import dev.lockstep.mirror.plan.TargetTable.Silence;
import dev.lockstep.mirror.plan.TargetTable.Source;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.mirror.source.SourceTable.Affinity;
import dev.lockstep.mirror.source.SourceTable.Nulls;
import dev.lockstep.mirror.source.SourceTable.Strictness;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Another SQLite database as a mirror: every value in the storage class that it has in the source. */
public final class SqliteEngine extends StagingTableEngine {
    private static final String TRIGGERS = """
              select 'the mirror has a trigger, ' || name as what
                from sqlite_master
               where type = 'trigger'
                 and tbl_name = ? collate nocase
            order by name
            """;

    private static final String NOW = "strftime('%Y-%m-%dT%H:%M:%fZ', 'now')";

    private static final String STAGE = "create temp table lockstep_stage as select %s from main.%s limit 0";

    private static final String INDEX_STAGE = "create index temp.lockstep_stage_key on lockstep_stage (%s)";

    private static final String UNSTAGE = "drop table temp.lockstep_stage";

    private static final String UPDATE_STAGED = """
            update %1$s
               set %2$s
              from lockstep_stage as s
             where %3$s
               and (%4$s)
            """;

    private static final int MAX_ROWS = 500;

    @Override
    public Optional<TargetTable> find(Tx tx, String table) {
        return SqliteCatalog.of(tx)
                .table(table)
                .filter(SqliteCatalog.Table::isOrdinary)
                .map(there -> describe(tx, there.name(), there.strict()));
    }

    private static TargetTable describe(Tx tx, String table, boolean strict) {
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        List<Column> columns = new ArrayList<>();
        List<String> primary = new ArrayList<>();
        for (SqliteCatalog.Column column : catalog.columns(table)) {
            String declared = strict && column.type().equalsIgnoreCase("any") ? "" : column.type();
            boolean forbids = column.notNull();
            columns.add(new Column(
                    column.name(),
                    Optional.of(TargetType.any(declared)),
                    declared,
                    forbids ? Nulls.FORBIDDEN : Nulls.ALLOWED,
                    forbids && column.defaultSql().isEmpty() ? Silence.FORBIDDEN : Silence.ALLOWED,
                    column.kind() == Kind.GENERATED ? Source.GENERATED : Source.WRITER,
                    Comparison.BINARY));
            if (column.keyPosition() > 0) {
                primary.add(column.name());
            }
        }
        List<List<String>> unique = new ArrayList<>();
        for (SqliteCatalog.Index index : catalog.indexes(table)) {
            if (!index.unique() || index.origin() == Origin.PRIMARY_KEY) {
                continue;
            }
            List<String> key = new ArrayList<>();
            for (SqliteCatalog.Part part : catalog.parts(index)) {
                boolean usable = "BINARY".equalsIgnoreCase(part.collation());
                key.add(part.column().filter(column -> usable).orElse("…"));
            }
            unique.add(key);
        }
        List<String> obstacles = new ArrayList<>();
        tx.rows(TRIGGERS, table).forEach(row -> obstacles.add(row.text("what")));
        return new TargetTable(table, columns, primary, unique, obstacles, ForeignKeys.NONE);
    }

    @Override
    public TargetTable design(SourceTable source, ColumnSurvey survey) {
        return TargetTable.designed(source, column -> TargetType.any(declared(column)), TargetType.any("INTEGER"));
    }

    /** The type as it is written, if it is plain enough to be written again; else the shortest of the same affinity. */
    private static String declared(SourceTable.Column column) {
        if (column.wish().type().isPresent()) {
            return column.wish().type().get();
        }
        String type = column.declared();
        boolean plain = Affinity.of(type, Strictness.LAX) == column.affinity();
        for (int i = 0; i < type.length() && plain; i++) {
            plain = Character.isLetterOrDigit(type.charAt(i)) || " (),".indexOf(type.charAt(i)) >= 0;
        }
        if (plain) {
            return type;
        }
        return column.affinity() == Affinity.BLOB ? "" : column.affinity().name();
    }

    @Override
    public String create(TargetTable table) {
        return table.create("");
    }

    @Override
    public Optional<String> invalidName(String name) {
        return Optional.empty();
    }

    @Override
    public Optional<String> clash(Tx tx, List<String> columns) {
        return TargetCatalog.clash(columns, SqlToken::fold);
    }

    @Override
    public String now() {
        return NOW;
    }

    /** A writing transaction has the write lock from its beginning. */
    @Override
    public String forShare() {
        return "";
    }

    @Override
    public int maxColumns() {
        return 2_000;
    }

    @Override
    public TablePlan.Limits limits(Tx tx) {
        return TablePlan.Limits.ofKey(Long.MAX_VALUE);
    }

    @Override
    public long maxSingleTransactionBytes(TablePlan plan) {
        return 256L << 20;
    }

    /** SQLite has no locks to give away: whether the last run is alive, only its process tells. */
    @Override
    public SessionLock lock(String name) {
        return SessionLock.NONE;
    }

    @Override
    void makeStage(Tx tx, TablePlan plan, List<Column> columns) {
        tx.execute(STAGE.formatted(TablePlan.list(columns), plan.identifier()));
        tx.execute(INDEX_STAGE.formatted(TablePlan.list(plan.key())));
    }

    @Override
    public void unstage(Tx tx) {
        tx.execute(UNSTAGE);
    }

    /** What equality takes for the same, 1 and 1.0 or 0.0 and -0.0, is told apart by how it is written. */
    @Override
    long updateStaged(Tx tx, TablePlan plan) {
        if (plan.values().isEmpty()) {
            return 0;
        }
        List<String> sets = new ArrayList<>();
        List<String> differ = new ArrayList<>();
        for (Column column : plan.values()) {
            String there = plan.identifier() + "." + column.identifier();
            String here = "s." + column.identifier();
            sets.add(column.identifier() + " = " + here);
            differ.add(there + " is not " + here + " collate binary");
            differ.add("quote(" + there + ") <> quote(" + here + ")");
        }
        return tx.update(UPDATE_STAGED.formatted(
                plan.identifier(),
                String.join(", ", sets),
                plan.sameKey(plan.identifier() + ".", "s."),
                String.join(" or ", differ)));
    }

    @Override
    String exactKey(TablePlan plan, String mirror) {
        return plan.sameKey(mirror, "s.");
    }

    @Override
    void insert(Tx tx, String table, List<Column> columns, Rows rows) {
        String sql = "insert into " + table + " (" + TablePlan.list(columns) + ") values (?"
                + ", ?".repeat(columns.size() - 1) + ")";
        List<Object[]> batch = new ArrayList<>();
        rows.each(row -> {
            batch.add(values(row, columns.size()));
            if (batch.size() == MAX_ROWS) {
                tx.updateAll(sql, batch);
                batch.clear();
            }
        });
        if (!batch.isEmpty()) {
            tx.updateAll(sql, batch);
        }
    }

    private static Object[] values(MappedRow row, int width) {
        Object[] values = new Object[width];
        for (int i = 0; i < width; i++) {
            values[i] = switch (row.tag(i)) {
                case INTEGER -> row.number(i);
                case REAL -> row.real(i);
                case TEXT -> row.text(i);
                case BLOB -> row.bytes(i);
                case NULL -> null;
                case DECIMAL, TIMESTAMP, DATE, MISFIT -> throw new IllegalStateException("no value of SQLite's");
            };
        }
        return values;
    }

    @Override
    public Optional<TableDigest> digest(TablePlan plan) {
        return Optional.of(new SqliteTableDigest(plan));
    }

    @Override
    public void finish(Tx tx, TablePlan plan) {
        tx.execute("analyze main." + plan.identifier());
    }
}
