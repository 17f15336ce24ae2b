package dev.lockstep.db;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.sqlite.core.Codes;
import org.sqlite.core.CoreStatement;
import org.sqlite.core.DB;
import org.sqlite.core.SafeStmtPtr;

/**
 * One row of a SQLite query, cell by cell: each value in the storage class that it has, for in SQLite that belongs to the
 * value and not to the column. It is the same object for every row of a query, so whoever keeps a value copies it.
 *
 * <p>A text comes as the bytes that are stored, because a {@code String} would show malformed ones as U+FFFD. Of a
 * database in UTF-16 they are turned into UTF-8, and half of a surrogate pair into three bytes that no UTF-8 has.
 */
public final class Cells {
    /** SQLite's storage classes. */
    public enum Kind {
        NULL,
        INTEGER,
        REAL,
        TEXT,
        BLOB
    }

    /** Takes one row after the other. */
    @FunctionalInterface
    public interface Sink {
        void row(Cells cells);
    }

    private final Charset encoding;
    private final Kind[] kinds;
    private final long[] numbers;
    private final byte[][] bytes;

    private Cells(Charset encoding, int width) {
        this.encoding = encoding;
        this.kinds = new Kind[width];
        this.numbers = new long[width];
        this.bytes = new byte[width][];
    }

    /** Hands over each row of the result, without a copy of it in between. */
    static void each(ResultSet rs, Charset encoding, Sink sink) throws SQLException {
        SafeStmtPtr statement = ((CoreStatement) rs.getStatement()).pointer;
        Cells cells = new Cells(encoding, rs.getMetaData().getColumnCount());
        while (rs.next()) {
            statement.safeRunConsume(cells::load);
            sink.row(cells);
        }
    }

    public int width() {
        return kinds.length;
    }

    public Kind kind(int column) {
        return kinds[column];
    }

    /** The value of an INTEGER. */
    public long integer(int column) {
        return numbers[column];
    }

    /** The value of a REAL. */
    public double real(int column) {
        return Double.longBitsToDouble(numbers[column]);
    }

    /** The value of a BLOB, or of a TEXT in UTF-8, well-formed or not; not to be changed. */
    public byte[] bytes(int column) {
        return bytes[column];
    }

    /** The value as a statement takes it: null, {@code Long}, {@code Double}, {@code String} or {@code byte[]}. */
    public Object value(int column) {
        return switch (kinds[column]) {
            case NULL -> null;
            case INTEGER -> numbers[column];
            case REAL -> real(column);
            case TEXT -> new String(bytes[column], StandardCharsets.UTF_8);
            case BLOB -> bytes[column];
        };
    }

    private void load(DB db, long statement) throws SQLException {
        for (int i = 0; i < kinds.length; i++) {
            switch (db.column_type(statement, i)) {
                case Codes.SQLITE_INTEGER -> {
                    kinds[i] = Kind.INTEGER;
                    numbers[i] = db.column_long(statement, i);
                }
                case Codes.SQLITE_FLOAT -> {
                    kinds[i] = Kind.REAL;
                    numbers[i] = Double.doubleToRawLongBits(db.column_double(statement, i));
                }
                case Codes.SQLITE_TEXT -> {
                    kinds[i] = Kind.TEXT;
                    bytes[i] = utf8(db.column_blob(statement, i));
                }
                case Codes.SQLITE_BLOB -> {
                    kinds[i] = Kind.BLOB;
                    bytes[i] = db.column_blob(statement, i);
                }
                default -> kinds[i] = Kind.NULL;
            }
        }
    }

    private byte[] utf8(byte[] stored) {
        if (encoding.equals(StandardCharsets.UTF_8)) {
            return stored;
        }
        int units = stored.length / 2;
        StringBuilder text = new StringBuilder(units);
        int high = encoding.equals(StandardCharsets.UTF_16BE) ? 0 : 1;
        for (int i = 0; i < units; i++) {
            text.append((char) (((stored[2 * i + high] & 0xff) << 8) | (stored[2 * i + 1 - high] & 0xff)));
        }
        return isWhole(text) ? text.toString().getBytes(StandardCharsets.UTF_8) : generalized(text);
    }

    private static boolean isWhole(CharSequence text) {
        return text.codePoints().noneMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
    }

    /** UTF-8 with the halves of pairs spelled as if they were characters. */
    private static byte[] generalized(CharSequence text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() * 3);
        text.codePoints().forEach(c -> {
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                out.write(0xe0 | (c >> 12));
                out.write(0x80 | ((c >> 6) & 0x3f));
                out.write(0x80 | (c & 0x3f));
            } else {
                out.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
            }
        });
        return out.toByteArray();
    }
}
