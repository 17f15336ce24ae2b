package dev.lockstep.mirror.engine;

import dev.lockstep.db.Db;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** MariaDB and MySQL as a mirror: rows arrive by INSERT of many, and whatever the server warns of is an error. */
final class MariaDbEngine extends StagingTableEngine {
    private static final String IS_MARIADB = "select version() like '%MariaDB%' as it_is";

    private static final String TAKE_LOCK = "select get_lock(?, 0) as taken";

    private static final String HOLDER = "select cast(is_used_lock(?) as signed) as session";

    private static final String EVICT = "kill connection %d";

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

    private static final int MAX_ROWS = 1_000;
    private static final int MAX_VALUES = 20_000;
    private static final int MAX_BYTES = 1 << 20;

    /** From so many rows on it pays to have the server compile the statement for one of them first. */
    private static final int BULK = 50;

    private static final long MICROS = 1_000_000L;
    private static final long DAY = 86_400;

    private enum Server {
        /** Takes the values of many rows in one message, each value in its binary form. */
        MARIADB("utf8mb4_nopad_bin", MariaDbTableDigest.Server.MARIADB),
        MYSQL("utf8mb4_0900_bin", MariaDbTableDigest.Server.MYSQL);

        /** What it calls the collation that tells all texts apart. */
        private final String collation;

        private final MariaDbTableDigest.Server digests;

        Server(String collation, MariaDbTableDigest.Server digests) {
            this.collation = collation;
            this.digests = digests;
        }
    }

    private final Server server;
    private final MariaDbTargetCatalog catalog;

    private MariaDbEngine(Server server) {
        this.server = server;
        this.catalog = new MariaDbTargetCatalog(server.collation);
    }

    /** For the server that is connected. */
    static MariaDbEngine of(Db db) {
        boolean mariaDb = db.autocommit(tx -> tx.only(IS_MARIADB).flag("it_is"));
        return new MariaDbEngine(mariaDb ? Server.MARIADB : Server.MYSQL);
    }

    @Override
    public Optional<TargetTable> find(Tx tx, String table) {
        return catalog.find(tx, table);
    }

    @Override
    public TargetTable design(SourceTable source, ColumnSurvey survey) {
        return catalog.design(source, survey);
    }

    @Override
    public String create(TargetTable table) {
        return catalog.create(table);
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
                MariaDbTargetCatalog.MAX_KEY, packet / 2 - MAX_VALUES, "max_allowed_packet = " + packet);
    }

    /** To make a table ends the transaction, so that nothing could be taken back. */
    @Override
    public long maxSingleTransactionBytes(TablePlan plan) {
        return plan.ddl().isPresent() ? 0 : 512L << 20;
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
            same.add(exactly("m.", column) + " <=> " + exactly("s.", column));
        }
        return tx.updateExactly(UPDATE_STAGED.formatted(
                plan.identifier(), sameKey(plan, "m."), String.join(", ", sets), String.join(" and ", same)));
    }

    /** A text by its bytes: no collation has a say. */
    private static String exactly(String side, Column column) {
        String value = side + column.identifier();
        return column.type().orElseThrow().form() == TargetType.Form.TEXT ? "cast(" + value + " as binary)" : value;
    }

    @Override
    void insert(Tx tx, String table, List<Column> columns, Rows rows) {
        Inserts inserts = new Inserts(tx, table, columns);
        rows.each(inserts::add);
        inserts.send();
    }

    @Override
    public Optional<TableDigest> digest(TablePlan plan) {
        return MariaDbTableDigest.of(plan, server.digests);
    }

    @Override
    public void finish(Tx tx, TablePlan plan) {
        tx.rows("analyze table " + plan.identifier());
    }

    /** Gathers rows and sends many with one message. */
    final class Inserts {
        private final Tx tx;
        private final String statement;
        private final String marks;
        private final int width;
        private final int mostRows;
        private final List<Object[]> rows = new ArrayList<>();
        private long bytes;

        Inserts(Tx tx, String table, List<Column> columns) {
            this.tx = tx;
            this.width = columns.size();
            this.marks = "(?" + ", ?".repeat(width - 1) + ")";
            this.statement = "insert into " + table + " (" + TablePlan.list(columns) + ") values " + marks;
            this.mostRows = server == Server.MARIADB ? MAX_ROWS : Math.max(1, Math.min(MAX_ROWS, MAX_VALUES / width));
        }

        void add(MappedRow row) {
            if (bytes + row.size() > MAX_BYTES) {
                send();
            }
            Object[] values = new Object[width];
            for (int i = 0; i < width; i++) {
                values[i] = value(row, i);
            }
            rows.add(values);
            bytes += row.size();
            if (rows.size() == mostRows) {
                send();
            }
        }

        void send() {
            if (server == Server.MARIADB && rows.size() >= BULK) {
                tx.updateAll(statement, rows);
            } else if (!rows.isEmpty()) {
                List<Object> all = new ArrayList<>();
                rows.forEach(row -> Collections.addAll(all, row));
                tx.updateExactly(statement + (", " + marks).repeat(rows.size() - 1), all.toArray());
            }
            rows.clear();
            bytes = 0;
        }

        private static Object value(MappedRow row, int i) {
            return switch (row.tag(i)) {
                case NULL -> null;
                case INTEGER -> row.number(i);
                case REAL -> row.real(i);
                case TEXT -> row.text(i);
                case BLOB -> row.bytes(i);
                case DECIMAL -> row.decimal(i);
                case TIMESTAMP -> instant(row.number(i));
                case DATE -> LocalDate.ofEpochDay(row.number(i)).toString();
                case MISFIT -> throw new IllegalStateException("a misfit was to be written");
            };
        }

        /** {@code 2024-02-29 23:59:59.123456}; a formatter would take a tenth of the time that a load takes here. */
        static String instant(long micros) {
            long seconds = Math.floorDiv(micros, MICROS);
            LocalDate day = LocalDate.ofEpochDay(Math.floorDiv(seconds, DAY));
            int second = (int) Math.floorMod(seconds, DAY);
            byte[] text = "0000-00-00 00:00:00.000000".getBytes(StandardCharsets.US_ASCII);
            digits(text, 4, day.getYear());
            digits(text, 7, day.getMonthValue());
            digits(text, 10, day.getDayOfMonth());
            digits(text, 13, second / 3_600);
            digits(text, 16, second / 60 % 60);
            digits(text, 19, second % 60);
            digits(text, 26, (int) Math.floorMod(micros, MICROS));
            return new String(text, StandardCharsets.US_ASCII);
        }

        /** Puts a number before a position. */
        private static void digits(byte[] text, int end, int number) {
            for (int at = end, left = number; left > 0; left /= 10) {
                text[--at] += (byte) (left % 10);
            }
        }
    }
}
