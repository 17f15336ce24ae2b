package dev.lockstep.mirror.engine;

import dev.lockstep.db.LockKey;
import dev.lockstep.db.Tx;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.db.lock.UserLock;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** MariaDB and MySQL as a mirror: rows arrive by INSERT of many, and whatever the server warns of is an error. */
final class MariaDbEngine extends StagingTableEngine {
    private static final String NOW = "date_format(utc_timestamp(3), '%Y-%m-%dT%H:%i:%s.%fZ')";

    private static final String PACKET = "select cast(@@max_allowed_packet as signed) as bytes";

    /**
     * With its index at once: a later one, even of a temporary table, would commit the transaction. And with a primary key of
     * its own, which a server may demand of every table: the staged key is none, for the mirror may take two for one.
     */
    private static final String STAGE = """
            create temporary table lockstep_stage (
                   lockstep_stage_row bigint auto_increment primary key, index (%s))
            as select %s from %s limit 0
            """;

    private static final String UNSTAGE = "drop temporary table if exists lockstep_stage";

    private static final String UPDATE_STAGED = """
            update %1$s as m
              join lockstep_stage as s on %2$s
               set %3$s
             where not (%4$s)
            """;

    private final MariaDbServer server;

    MariaDbEngine(MariaDbServer server) {
        this.server = server;
    }

    @Override
    public Optional<TargetTable> find(Tx tx, String table) {
        return MariaDbTargetCatalog.find(tx, table);
    }

    @Override
    public TargetTable design(SourceTable source, ColumnSurvey survey) {
        return new MariaDbTableDesign(server.collation()).of(source, survey);
    }

    @Override
    public String create(TargetTable table) {
        return MariaDbTargetCatalog.create(table, server.collation());
    }

    @Override
    public String add(TargetTable table, Column column) {
        return MariaDbTargetCatalog.add(table, column);
    }

    @Override
    public Optional<String> retype(TargetTable table, Column from, Column to) {
        return Optional.of(MariaDbTargetCatalog.retype(table, from, to));
    }

    @Override
    public Optional<String> invalidName(String name) {
        return MariaDbTargetCatalog.invalidName(name);
    }

    @Override
    public Optional<String> invalidTable(String name) {
        return MariaDbTargetCatalog.invalidTable(name);
    }

    @Override
    public Optional<String> clash(Tx tx, List<String> columns) {
        return MariaDbTargetCatalog.clash(tx, columns);
    }

    /** Its catalog does not show what a login has no right to. */
    @Override
    public String missing(String table) {
        return "the mirror has no table " + table + ", or none that this login may see";
    }

    /** A lock is one of the whole server. */
    @Override
    public String place(Tx tx) {
        return "|database " + tx.only("select database() as name").text("name");
    }

    @Override
    public String tableOptions() {
        return " engine = InnoDB character set utf8mb4 collate utf8mb4_bin";
    }

    @Override
    public String now() {
        return NOW;
    }

    @Override
    public String forShare() {
        return "lock in share mode";
    }

    @Override
    public int maxColumns() {
        return 1_017;
    }

    /** Every byte may have to be escaped. */
    @Override
    public TablePlan.Limits limits(Tx tx) {
        long packet = tx.only(PACKET).integer("bytes");
        return new TablePlan.Limits(
                MariaDbTableDesign.MAX_KEY, packet / 2 - MariaDbInserts.MAX_VALUES, "max_allowed_packet = " + packet);
    }

    /** To make a table ends the transaction, so that nothing could be taken back. */
    @Override
    public long maxSingleTransactionBytes(TablePlan plan) {
        return plan.ddl().isPresent() ? 0 : 512L << 20;
    }

    @Override
    public SessionLock lock(String name) {
        return new UserLock(shorter(name));
    }

    private static String shorter(String name) {
        return "lockstep_mirror_" + Long.toHexString(LockKey.of(name).value());
    }

    /** They are suspended with their actions; a transaction that fails leaves that to the next of the session. */
    @Override
    void suspendForeignKeys(Tx tx, TablePlan plan) {
        if (!plan.target().foreignKeys().keys().isEmpty()) {
            tx.execute("set foreign_key_checks = 0");
        }
    }

    @Override
    void resumeForeignKeys(Tx tx, TablePlan plan) {
        if (!plan.target().foreignKeys().keys().isEmpty()) {
            tx.execute("set foreign_key_checks = 1");
        }
    }

    /** A transaction that fails leaves its temporary table to the next. */
    @Override
    void makeStage(Tx tx, TablePlan plan, List<Column> columns) {
        tx.execute(UNSTAGE);
        tx.execute(STAGE.formatted(TablePlan.list(plan.key()), TablePlan.list(columns), plan.identifier()));
    }

    @Override
    public void unstage(Tx tx) {
        tx.execute(UNSTAGE);
    }

    @Override
    long updateStaged(Tx tx, TablePlan plan) {
        List<String> sets = new ArrayList<>();
        List<String> same = new ArrayList<>();
        for (Column column : plan.columns()) {
            sets.add("m." + column.identifier() + " = s." + column.identifier());
            same.add(exactly("m.", column) + " <=> " + exactly("s.", column));
        }
        return tx.updateExactly(UPDATE_STAGED.formatted(
                plan.identifier(), plan.sameKey("m.", "s."), String.join(", ", sets), String.join(" and ", same)));
    }

    @Override
    String exactKey(TablePlan plan, String mirror) {
        List<String> same = new ArrayList<>();
        plan.key().forEach(column -> same.add(exactly(mirror, column) + " = " + exactly("s.", column)));
        return String.join(" and ", same);
    }

    /** A text by its bytes: no collation has a say. */
    private static String exactly(String side, Column column) {
        String value = side + column.identifier();
        return column.type().filter(TargetType::isText).isPresent() ? "cast(" + value + " as binary)" : value;
    }

    @Override
    void insert(Tx tx, String table, List<Column> columns, Rows rows) {
        MariaDbInserts inserts = new MariaDbInserts(server, tx, table, columns);
        rows.each(inserts::add);
        inserts.send();
    }

    @Override
    public Optional<TableDigest> digest(TablePlan plan) {
        return MariaDbTableDigest.of(plan, server);
    }

    @Override
    public void finish(Tx tx, TablePlan plan) {
        tx.rows("analyze table " + plan.identifier());
    }
}
