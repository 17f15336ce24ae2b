package dev.lockstep.mirror;

import dev.lockstep.db.Db;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.TargetTable.Column;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** MariaDB and MySQL as a mirror: rows arrive by INSERT of many, and whatever the server warns of is an error. */
final class MariaDbDialect extends StagingDialect {
    private static final String IS_MARIADB = "select version() like '%MariaDB%' as it_is";

    private static final String TAKE_LOCK = "select get_lock(?, 0) as taken";

    private static final String HOLDER = "select is_used_lock(?) as session";

    private static final String EVICT = "kill connection %d";

    private static final String NOW = "date_format(utc_timestamp(3), '%Y-%m-%dT%H:%i:%s.%fZ')";

    private static final String PACKET = "select cast(@@max_allowed_packet as signed) as bytes";

    /** With its index at once: a later one, even of a temporary table, would commit the transaction. */
    private static final String STAGE =
            "create temporary table lockstep_stage (index (%s)) as select %s from %s limit 0";

    private static final String UNSTAGE = "drop temporary table if exists lockstep_stage";

    private static final String UPDATE_STAGED = """
            update %1$s as m
              join lockstep_stage as s on %2$s
               set %3$s
             where not (%4$s)
            """;

    private static final DateTimeFormatter INSTANT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss.SSSSSS");

    private static final int MOST_ROWS = 1_000;
    private static final int MOST_VALUES = 20_000;
    private static final int MOST_BYTES = 1 << 20;
    private static final long MICROS = 1_000_000L;

    private final MariaDbCatalog catalog;

    private MariaDbDialect(MariaDbCatalog catalog) {
        this.catalog = catalog;
    }

    /** The dialect of the server that is connected: the two call the collation differently that tells all texts apart. */
    static MariaDbDialect of(Db db) {
        boolean mariaDb = db.autocommit(tx -> tx.only(IS_MARIADB).flag("it_is"));
        return new MariaDbDialect(new MariaDbCatalog(mariaDb ? "utf8mb4_nopad_bin" : "utf8mb4_0900_bin"));
    }

    @Override
    public Optional<TargetTable> find(Tx tx, String table) {
        return catalog.find(tx, table);
    }

    @Override
    public TargetTable design(SourceTable source, Survey survey) {
        return catalog.design(source, survey);
    }

    @Override
    public String create(TargetTable table) {
        return catalog.create(table);
    }

    @Override
    public Optional<String> badName(String name) {
        return MariaDbCatalog.badName(name);
    }

    @Override
    public List<String> ledger() {
        return Ledger.tables(" engine = InnoDB character set utf8mb4 collate utf8mb4_bin");
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
    public int mostColumns() {
        return 1_017;
    }

    /** Every byte may have to be escaped. */
    @Override
    public TablePlan.Limits limits(Tx tx) {
        return new TablePlan.Limits(MariaDbCatalog.LONGEST_KEY, tx.only(PACKET).integer("bytes") / 2 - MOST_VALUES);
    }

    /** To make a table, and to see to its statistics, ends the transaction. */
    @Override
    public long mostAtOnce() {
        return 0;
    }

    @Override
    public boolean lock(Db db, String name) {
        return db.autocommit(tx -> tx.only(TAKE_LOCK, shorter(name)).flag("taken"));
    }

    @Override
    public Optional<Long> holder(Tx tx, String name) {
        Row row = tx.only(HOLDER, shorter(name));
        return row.isNull("session") ? Optional.empty() : Optional.of(row.integer("session"));
    }

    @Override
    public void evict(Tx tx, long session) {
        tx.execute(EVICT.formatted(session));
    }

    private static String shorter(String name) {
        return "lockstep_mirror_" + Long.toHexString(LockKey.of(name).value());
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
            String exactly = column.type().orElseThrow().form() == TargetType.Form.TEXT ? "binary " : "";
            same.add(exactly + "m." + column.identifier() + " <=> " + exactly + "s." + column.identifier());
        }
        return tx.updateExactly(UPDATE_STAGED.formatted(
                plan.identifier(), sameKey(plan, "m."), String.join(", ", sets), String.join(" and ", same)));
    }

    @Override
    void insert(Tx tx, String table, List<Column> columns, Rows rows) {
        Inserts inserts = new Inserts(tx, table, columns);
        rows.each(inserts::add);
        inserts.send();
    }

    @Override
    public void finish(Tx tx, TablePlan plan) {
        tx.rows("analyze table " + plan.identifier());
    }

    /** Gathers rows and sends many with one statement. */
    private static final class Inserts {
        private final Tx tx;
        private final String head;
        private final String marks;
        private final int width;
        private final int mostRows;
        private final List<Object> values = new ArrayList<>();
        private long bytes;

        Inserts(Tx tx, String table, List<Column> columns) {
            this.tx = tx;
            this.head = "insert into " + table + " (" + TablePlan.list(columns) + ") values ";
            this.width = columns.size();
            this.marks = "(?" + ", ?".repeat(width - 1) + ")";
            this.mostRows = Math.max(1, Math.min(MOST_ROWS, MOST_VALUES / width));
        }

        void add(MappedRow row) {
            if (bytes + row.size() > MOST_BYTES) {
                send();
            }
            for (int i = 0; i < width; i++) {
                values.add(value(row, i));
            }
            bytes += row.size();
            if (values.size() >= mostRows * width) {
                send();
            }
        }

        void send() {
            if (!values.isEmpty()) {
                int rows = values.size() / width;
                tx.updateExactly(head + marks + (", " + marks).repeat(rows - 1), values.toArray());
                values.clear();
                bytes = 0;
            }
        }

        private static Object value(MappedRow row, int i) {
            return switch (row.tag(i)) {
                case NULL -> null;
                case INTEGER -> row.number(i);
                case REAL -> row.real(i);
                case TEXT -> row.text(i);
                case BLOB -> row.bytes(i);
                case DECIMAL -> row.decimal(i);
                case TIMESTAMP ->
                    LocalDateTime.ofEpochSecond(
                                    Math.floorDiv(row.number(i), MICROS),
                                    (int) Math.floorMod(row.number(i), MICROS) * 1_000,
                                    ZoneOffset.UTC)
                            .format(INSTANT);
                case DATE -> LocalDate.ofEpochDay(row.number(i)).toString();
                case MISFIT -> throw new IllegalStateException("a misfit was to be written");
            };
        }
    }
}
