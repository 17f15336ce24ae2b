package dev.lockstep.mirror.engine;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Tx;
import dev.lockstep.db.lock.AdvisoryLock;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.mirror.plan.ForeignKeys;
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

    private static final String NOW =
            "to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')";

    /** A btree takes about a third of a page; what compresses well may be longer, but that is not to be relied on. */
    private static final int MAX_KEY = 2_700;

    private static final Set<String> SYSTEM_COLUMNS = Set.of("tableoid", "xmin", "cmin", "xmax", "cmax", "ctid");

    private static final String SEQUENCE = "select pg_get_serial_sequence(?, ?) as name";

    private static final String FOREIGN_KEY_VIOLATION = "23503";

    /** A sequence that is ahead stays so. */
    private static final String SET_SEQUENCE = """
            select setval(%4$s, greatest(m.top, s.last_value), s.is_called or m.top >= s.last_value)
              from (select max(%2$s) as top from %3$s) m, %1$s s
             where m.top is not null""";

    @Override
    public Optional<TargetTable> find(Tx tx, String table) {
        return new PostgresTargetCatalog(tx, () -> PostgresForeignKeys.maySuspend(tx)).find(table);
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
    public List<String> inOrder(Tx tx, List<String> tables) {
        return PostgresForeignKeys.maySuspend(tx)
                ? tables
                : ForeignKeys.parentsFirst(tables, PostgresForeignKeys.all(tx));
    }

    @Override
    public boolean suspendsForeignKeys(Tx tx) {
        return PostgresForeignKeys.maySuspend(tx);
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

    /** Those in the schema that everybody has are known without it. */
    @Override
    public String place(Tx tx) {
        String schema = tx.only("select current_schema() as name").text("name");
        return schema == null || schema.equals("public") ? "" : "|schema " + schema;
    }

    @Override
    public SessionLock lock(String name) {
        return AdvisoryLock.of(name);
    }

    @Override
    public long maxSingleTransactionBytes(TablePlan plan) {
        return 2L << 30;
    }

    @Override
    public void load(Tx tx, TablePlan plan, Rows rows) {
        PostgresForeignKeys.letWrite(tx, plan);
        CopyBinaryWriter.copy(tx, plan.identifier().toString(), plan.columns(), rows);
    }

    @Override
    public Merged merge(Tx tx, TablePlan plan, Rows rows) {
        PostgresForeignKeys.letWrite(tx, plan);
        return new PostgresStage(tx, plan).merge(rows);
    }

    @Override
    public long delete(Tx tx, TablePlan plan, Rows rows) {
        PostgresForeignKeys.letWrite(tx, plan);
        return new PostgresStage(tx, plan).delete(rows);
    }

    @Override
    public void stage(Tx tx, TablePlan plan, Rows rows) {
        new PostgresStage(tx, plan).fill(rows);
    }

    @Override
    public void unstage(Tx tx) {
        PostgresStage.drop(tx);
    }

    @Override
    public long stagedThere(Tx tx, TablePlan plan) {
        return new PostgresStage(tx, plan).there();
    }

    @Override
    public Keys merging(Tx tx, TablePlan plan) {
        return new PostgresStage(tx, plan).merging();
    }

    @Override
    public long unlike(Tx tx, TablePlan plan) {
        return new PostgresStage(tx, plan).unlike();
    }

    @Override
    public long deleteUnlike(Tx tx, TablePlan plan) {
        PostgresForeignKeys.letWrite(tx, plan);
        return new PostgresStage(tx, plan).deleteUnlike();
    }

    @Override
    public Keys extra(Tx tx, TablePlan plan) {
        return new PostgresStage(tx, plan).extra();
    }

    @Override
    public long deleteExtra(Tx tx, TablePlan plan) {
        PostgresForeignKeys.letWrite(tx, plan);
        return new PostgresStage(tx, plan).deleteExtra();
    }

    @Override
    public Optional<TableDigest> digest(TablePlan plan) {
        return Optional.of(new PostgresTableDigest(plan));
    }

    /** Of a row that refers to nothing; SQLite takes it, unless it is told to look. */
    @Override
    public Optional<String> takenAfter(TablePlan plan, DbException refusal) {
        return refusal.constraint()
                .filter(name -> FOREIGN_KEY_VIOLATION.equals(refusal.sqlState()))
                .map(name -> "alter table " + plan.identifier() + " drop constraint " + new Identifier(name));
    }

    @Override
    public List<String> numbering(Tx tx, TablePlan plan) {
        List<String> statements = new ArrayList<>();
        for (Column column : plan.columns()) {
            if (column.type().orElseThrow().form() == TargetType.Form.INTEGER) {
                String sequence = tx.only(SEQUENCE, plan.identifier().toString(), column.name())
                        .text("name");
                if (sequence != null) {
                    statements.add(SET_SEQUENCE.formatted(
                            sequence, column.identifier(), plan.identifier(), literal(sequence)));
                }
            }
        }
        return statements;
    }

    /** A name as a text that means the same with and without {@code standard_conforming_strings}. */
    private static String literal(String name) {
        String quoted = "'" + name.replace("'", "''") + "'";
        return name.indexOf('\\') < 0 ? quoted : "E" + quoted.replace("\\", "\\\\");
    }

    @Override
    public void finish(Tx tx, TablePlan plan) {
        numbering(tx, plan).forEach(tx::rows);
        tx.execute("analyze " + plan.identifier());
    }
}
