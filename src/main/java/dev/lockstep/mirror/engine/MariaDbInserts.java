package dev.lockstep.mirror.engine;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable.Column;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Gathers rows and sends many with one message. */
final class MariaDbInserts {
    /** Of one statement. */
    static final int MAX_VALUES = 20_000;

    private static final int MAX_ROWS = 1_000;
    private static final int MAX_BYTES = 1 << 20;

    /** From so many rows on it pays to have the server compile the statement for one of them first. */
    private static final int BULK = 50;

    private static final long MICROS = 1_000_000L;
    private static final long DAY = 86_400;

    private final MariaDbServer server;
    private final Tx tx;
    private final String statement;
    private final String marks;
    private final int width;
    private final int mostRows;
    private final List<Object[]> rows = new ArrayList<>();
    private long bytes;

    MariaDbInserts(MariaDbServer server, Tx tx, String table, List<Column> columns) {
        this.server = server;
        this.tx = tx;
        this.width = columns.size();
        this.marks = "(?" + ", ?".repeat(width - 1) + ")";
        this.statement = "insert into " + table + " (" + TablePlan.list(columns) + ") values " + marks;
        this.mostRows =
                server == MariaDbServer.MARIADB ? MAX_ROWS : Math.max(1, Math.min(MAX_ROWS, MAX_VALUES / width));
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
        if (server == MariaDbServer.MARIADB && rows.size() >= BULK) {
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
