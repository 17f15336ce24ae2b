package dev.lockstep.mirror.engine;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.MappedRow.Tag;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable;
import dev.lockstep.mirror.plan.TargetType;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Rows in the binary format of PostgreSQL's COPY (its manual, "COPY", "File Formats"), where each value is what the type's
 * {@code recv} function reads and its {@code send} function writes; or in that of {@code record_send}, which has them too.
 */
final class CopyBinaryWriter {
    /** In Latin-1: the signature, then no flags and no more to come of the header. */
    private static final String HEADER = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0\0";

    private static final int CHUNK = 1 << 16;
    private static final long EPOCH_MICROS = 946_684_800_000_000L;
    private static final long EPOCH_DAYS = 10_957;
    private static final int NEGATIVE = 0x4000;
    private static final BigInteger BASE = BigInteger.valueOf(10_000);
    private static final int BASE_DIGITS = 4;
    private static final int JSONB_VERSION = 1;

    /** Takes bytes. */
    @FunctionalInterface
    interface Sink {
        void write(byte[] bytes, int offset, int length);
    }

    private final TargetType[] types;
    private final int[] oids;
    private final Sink out;
    private byte[] buffer = new byte[2 * CHUNK];
    private int length;

    CopyBinaryWriter(List<TargetTable.Column> columns, Sink out) {
        this.types = new TargetType[columns.size()];
        this.oids = new int[types.length];
        for (int i = 0; i < types.length; i++) {
            types[i] = columns.get(i).type().orElseThrow();
            oids[i] = oid(types[i]);
        }
        this.out = out;
    }

    /** Puts rows into a table, the first cells of each into these columns. */
    static void copy(Tx tx, String table, List<TargetTable.Column> columns, MirrorEngine.Rows rows) {
        String sql = "copy " + table + " (" + TablePlan.list(columns) + ") from stdin (format binary)";
        tx.copyIn(sql, stream -> {
            CopyBinaryWriter binary = new CopyBinaryWriter(columns, stream::write);
            binary.begin();
            rows.each(binary::row);
            binary.end();
        });
    }

    /** What PostgreSQL numbers its own types by (its {@code pg_type.dat}); of texts that of {@code text}. */
    private static int oid(TargetType type) {
        return switch (type.form()) {
            case INTEGER ->
                switch (type.size()) {
                    case 1 -> 16;
                    case Short.BYTES -> 21;
                    case Integer.BYTES -> 23;
                    default -> 20;
                };
            case REAL -> type.size() == Float.BYTES ? 700 : 701;
            case TEXT, CHAR, LABEL, JSON -> 25;
            case BLOB -> 17;
            case DECIMAL -> 1_700;
            case TIMESTAMP ->
                type.sql().startsWith("timestamptz") || type.sql().endsWith("with time zone") ? 1_184 : 1_114;
            case DATE -> 1_082;
            case TIME -> 1_083;
            case INTERVAL -> 1_186;
            case UUID -> 2_950;
            case ANY -> throw new IllegalStateException("no type of PostgreSQL takes every value");
        };
    }

    /** Before the first row. */
    void begin() {
        byte[] header = HEADER.getBytes(StandardCharsets.ISO_8859_1);
        reserve(header.length);
        System.arraycopy(header, 0, buffer, 0, header.length);
        length = header.length;
    }

    /** Writes the row's first cells, one for each column. */
    void row(MappedRow row) {
        reserve(2 + 24 * types.length);
        put(types.length, 2);
        for (int i = 0; i < types.length; i++) {
            cell(row, i);
        }
        if (length >= CHUNK) {
            flush();
        }
    }

    /** Writes the row's first cells as {@code record_send} does. */
    void record(MappedRow row) {
        reserve(4 + 24 * types.length);
        put(types.length, 4);
        for (int i = 0; i < types.length; i++) {
            put(oids[i], 4);
            if (types[i].form() == TargetType.Form.JSON && row.tag(i) == Tag.TEXT) {
                counted(row.bytes(i));
            } else {
                cell(row, i);
            }
        }
        flush();
    }

    /** After the last row. */
    void end() {
        reserve(2);
        put(-1, 2);
        flush();
    }

    private void cell(MappedRow row, int i) {
        Tag tag = row.tag(i);
        switch (tag) {
            case NULL -> put(-1, 4);
            case INTEGER -> sized(row.number(i), types[i].size());
            case REAL -> {
                if (types[i].size() == Float.BYTES) {
                    sized(Float.floatToIntBits((float) row.real(i)), Float.BYTES);
                } else {
                    sized(row.number(i), Double.BYTES);
                }
            }
            case TEXT -> text(row, i);
            case BLOB -> counted(row.bytes(i));
            case DECIMAL -> decimal(row.decimal(i));
            case TIMESTAMP -> sized(row.number(i) - EPOCH_MICROS, Long.BYTES);
            case DATE -> sized(row.number(i) - EPOCH_DAYS, Integer.BYTES);
            case MISFIT -> throw new IllegalStateException("a misfit was to be written");
        }
    }

    private void counted(byte[] bytes) {
        reserve(4 + bytes.length + 24 * types.length);
        put(bytes.length, 4);
        raw(bytes);
    }

    private void raw(byte[] bytes) {
        System.arraycopy(bytes, 0, buffer, length, bytes.length);
        length += bytes.length;
    }

    /** What the source has as a text, and the mirror perhaps in another way. */
    private void text(MappedRow row, int i) {
        switch (types[i].form()) {
            case JSON -> {
                byte[] bytes = row.bytes(i);
                reserve(5 + bytes.length + 24 * types.length);
                put(bytes.length + 1L, 4);
                put(JSONB_VERSION, 1);
                raw(bytes);
            }
            case UUID -> {
                put(16, 4);
                raw(HexFormat.of().parseHex(row.text(i).replace("-", "")));
            }
            case TIME -> sized(micros(row.text(i)), Long.BYTES);
            case INTERVAL -> {
                String[] parts = row.text(i).split(" ", -1);
                put(16, 4);
                put(Long.parseLong(parts[2]), Long.BYTES);
                put(Long.parseLong(parts[1]), Integer.BYTES);
                put(Long.parseLong(parts[0]), Integer.BYTES);
            }
            case INTEGER, REAL, TEXT, CHAR, LABEL, BLOB, DECIMAL, TIMESTAMP, DATE, ANY -> counted(row.bytes(i));
        }
    }

    /** Of {@code 10:11:12.123456}. */
    private static long micros(String time) {
        int minutes = 60 * Integer.parseInt(time, 0, 2, 10) + Integer.parseInt(time, 3, 5, 10);
        return (60L * minutes + Integer.parseInt(time, 6, 8, 10)) * 1_000_000 + Integer.parseInt(time, 9, 15, 10);
    }

    /** Digits of base 10,000, as {@code numeric_recv} reads them. */
    private void decimal(BigDecimal value) {
        int scale = Math.max(0, value.scale());
        int fractionDigits = (scale + BASE_DIGITS - 1) / BASE_DIGITS;
        BigInteger rest =
                value.abs().movePointRight(fractionDigits * BASE_DIGITS).toBigIntegerExact();
        List<Integer> digits = new ArrayList<>();
        while (rest.signum() > 0) {
            BigInteger[] parts = rest.divideAndRemainder(BASE);
            digits.add(parts[1].intValue());
            rest = parts[0];
        }
        reserve(12 + 2 * digits.size() + 24 * types.length);
        put(8 + 2 * digits.size(), 4);
        put(digits.size(), 2);
        put(digits.size() - 1 - fractionDigits, 2);
        put(value.signum() < 0 ? NEGATIVE : 0, 2);
        put(scale, 2);
        for (int i = digits.size() - 1; i >= 0; i--) {
            put(digits.get(i), 2);
        }
    }

    private void sized(long value, int width) {
        put(width, 4);
        put(value, width);
    }

    private void put(long value, int width) {
        for (int shift = 8 * (width - 1); shift >= 0; shift -= 8) {
            buffer[length++] = (byte) (value >>> shift);
        }
    }

    private void reserve(int bytes) {
        if (length + bytes > buffer.length) {
            flush();
            if (bytes > buffer.length) {
                buffer = new byte[bytes];
            }
        }
    }

    private void flush() {
        out.write(buffer, 0, length);
        length = 0;
    }
}
