package dev.lockstep.mirror.proof;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.support.LockstepException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.function.Consumer;

/**
 * Rows of PostgreSQL as its binary COPY sends them (its manual, "COPY", "File Formats"): each value as the type's {@code send}
 * function writes it, so that no setting of the session has a say in it.
 */
final class PostgresReader implements RowReader {
    private static final int SIGNATURE = 11;
    private static final int NO_VALUE = -1;
    private static final int TRAILER = -1;

    private static final long MICROS_TO_2000 = 946_684_800_000_000L;
    private static final int DAYS_TO_2000 = 10_957;

    private static final int NUMERIC_NEGATIVE = 0x4000;
    private static final int NUMERIC_SPECIAL = 0xc000;
    private static final int NUMERIC_INFINITY = 0xd000;
    private static final BigInteger NUMERIC_BASE = BigInteger.valueOf(10_000);

    private final Tx tx;
    private final String copy;
    private final TargetType[] types;
    private final CanonicalRow row;
    private boolean begun;
    private boolean ended;

    /** @param these a condition, from {@code where} on; empty: all rows */
    PostgresReader(Tx tx, TablePlan plan, String these) {
        this.tx = tx;
        String columns = TablePlan.list(plan.columns());
        this.copy = "copy "
                + (these.isEmpty()
                        ? plan.identifier() + " (" + columns + ")"
                        : "(select " + columns + " from " + plan.identifier() + these + ")")
                + " to stdout (format binary)";
        this.types = new TargetType[plan.columns().size()];
        for (int i = 0; i < types.length; i++) {
            types[i] = plan.columns().get(i).type().orElseThrow();
        }
        this.row = new CanonicalRow(types.length, plan.keyWidth());
    }

    @Override
    public void each(Consumer<CanonicalRow> sink) {
        begun = false;
        ended = false;
        tx.copyOut(copy, bytes -> message(bytes, sink));
        if (!ended) {
            throw new LockstepException("PostgreSQL ended a COPY in the middle", "run it again");
        }
    }

    /** A message has one row, or the trailer; before the first of them comes the header. */
    private void message(byte[] bytes, Consumer<CanonicalRow> sink) {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        if (!begun) {
            begun = true;
            in.position(SIGNATURE + Integer.BYTES);
            int extension = in.getInt();
            in.position(in.position() + extension);
        }
        while (in.hasRemaining()) {
            int width = in.getShort();
            if (width == TRAILER) {
                ended = true;
                return;
            }
            row.begin();
            for (TargetType type : types) {
                int length = in.getInt();
                if (length == NO_VALUE) {
                    row.nothing();
                } else {
                    value(bytes, in, length, type);
                }
            }
            sink.accept(row);
        }
    }

    private void value(byte[] bytes, ByteBuffer in, int length, TargetType type) {
        int from = in.position();
        switch (type.form()) {
            case INTEGER -> row.whole(integer(in, length));
            case REAL -> row.real(length == Float.BYTES ? in.getFloat() : in.getDouble());
            case TEXT, LABEL -> row.text(bytes, from, length);
            case CHAR -> row.text(bytes, from, withoutPadding(bytes, from, length));
            case BLOB -> row.blob(bytes, from, length);
            case DECIMAL -> numeric(in);
            case TIMESTAMP -> instant(in.getLong());
            case DATE -> day(in.getInt());
            case TIME -> text(VerifiedSpan.timeOf(in.getLong()));
            case INTERVAL -> interval(in);
            case UUID -> text(HexFormat.of().formatHex(bytes, from, from + length));
            case JSON -> json(new String(bytes, from + 1, length - 1, StandardCharsets.UTF_8));
            case ANY -> throw new IllegalStateException("no type of PostgreSQL takes every value");
        }
        in.position(from + length);
    }

    private static int withoutPadding(byte[] bytes, int from, int length) {
        int end = from + length;
        while (end > from && bytes[end - 1] == ' ') {
            end--;
        }
        return end - from;
    }

    private void text(String ascii) {
        row.text(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    private void interval(ByteBuffer in) {
        long micros = in.getLong();
        int days = in.getInt();
        text(VerifiedSpan.intervalOf(in.getInt(), days, micros));
    }

    /** Behind a byte that says which form it is. */
    private void json(String value) {
        VerifiedJson.meaning(value).ifPresentOrElse(row::text, () -> row.odd(value));
    }

    private static long integer(ByteBuffer in, int length) {
        return switch (length) {
            case Byte.BYTES -> in.get();
            case Short.BYTES -> in.getShort();
            case Integer.BYTES -> in.getInt();
            default -> in.getLong();
        };
    }

    private void instant(long sinceTheYear2000) {
        if (sinceTheYear2000 == Long.MAX_VALUE || sinceTheYear2000 == Long.MIN_VALUE) {
            row.odd(sinceTheYear2000 > 0 ? "infinity" : "-infinity");
        } else {
            row.instant(sinceTheYear2000 + MICROS_TO_2000);
        }
    }

    private void day(int sinceTheYear2000) {
        if (sinceTheYear2000 == Integer.MAX_VALUE || sinceTheYear2000 == Integer.MIN_VALUE) {
            row.odd(sinceTheYear2000 > 0 ? "infinity" : "-infinity");
        } else {
            row.day((long) sinceTheYear2000 + DAYS_TO_2000);
        }
    }

    /** Digits of base 10,000, of which the first has the weight that is told. */
    private void numeric(ByteBuffer in) {
        int digits = in.getShort();
        int weight = in.getShort();
        int sign = in.getShort() & 0xffff;
        in.getShort();
        if ((sign & NUMERIC_SPECIAL) == NUMERIC_SPECIAL) {
            row.odd(special(sign));
            return;
        }
        BigInteger number = BigInteger.ZERO;
        for (int i = 0; i < digits; i++) {
            number = number.multiply(NUMERIC_BASE).add(BigInteger.valueOf(in.getShort()));
        }
        int scale = (digits - 1 - weight) * 4;
        row.decimal(new BigDecimal(sign == NUMERIC_NEGATIVE ? number.negate() : number, scale));
    }

    private static String special(int sign) {
        return switch (sign) {
            case NUMERIC_SPECIAL -> "NaN";
            case NUMERIC_INFINITY -> "Infinity";
            default -> "-Infinity";
        };
    }
}
