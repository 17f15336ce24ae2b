package dev.lockstep.mirror.proof;

import dev.lockstep.support.Digests;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/**
 * One row as a verification compares it: for each cell a tag and what it means, in bytes on which two databases agree and never in
 * a database's own text. It is filled cell by cell, and is the same object for every row of a reading.
 */
public final class CanonicalRow {
    private static final char NULL = '0';
    private static final char WHOLE = 'i';
    private static final char REAL = 'r';
    private static final char TEXT = 's';
    private static final char BLOB = 'x';
    private static final char DECIMAL = 'n';
    private static final char INSTANT = 't';
    private static final char DAY = 'd';
    /** What no value of such a column can mean, as the side has it that has it. */
    private static final char ODD = '?';

    private static final int HEAD = 1 + Long.BYTES;
    private static final int SHOWN_BYTES = 16;

    /** What tells rows apart, and whether two are the same. */
    public record Name(long high, long low) implements Comparable<Name> {
        @Override
        public int compareTo(Name other) {
            int byHigh = Long.compare(high, other.high);
            return byHigh != 0 ? byHigh : Long.compare(low, other.low);
        }
    }

    private final int keyWidth;
    private final int[] ends;
    private final MessageDigest sha = Digests.sha256();
    private byte[] bytes = new byte[1 << 10];
    private int cells;
    private int substitutes;

    CanonicalRow(int width, int keyWidth) {
        this.keyWidth = keyWidth;
        this.ends = new int[width];
    }

    /** Forgets the cells of the last row. */
    void begin() {
        cells = 0;
        substitutes = 0;
    }

    /** So many of its cells have not what the source has, as was wanted. */
    void substitutes(int count) {
        substitutes = count;
    }

    /** How many of its cells have not what the source has, as was wanted. */
    public int substitutes() {
        return substitutes;
    }

    void nothing() {
        head(NULL, 0, 0);
    }

    void whole(long value) {
        head(WHOLE, value, 0);
    }

    void real(double value) {
        head(REAL, Double.doubleToLongBits(value), 0);
    }

    /** @param utf8 as it is, well-formed or not */
    void text(byte[] utf8, int from, int length) {
        counted(TEXT, utf8, from, length);
    }

    void text(byte[] utf8) {
        text(utf8, 0, utf8.length);
    }

    void blob(byte[] value, int from, int length) {
        counted(BLOB, value, from, length);
    }

    void blob(byte[] value) {
        blob(value, 0, value.length);
    }

    /** Trailing zeros mean nothing. */
    void decimal(BigDecimal value) {
        BigDecimal plain = value.signum() == 0 ? BigDecimal.ZERO : value.stripTrailingZeros();
        byte[] digits = plain.toPlainString().getBytes(StandardCharsets.US_ASCII);
        counted(DECIMAL, digits, 0, digits.length);
    }

    /** @param micros since 1970 in UTC */
    void instant(long micros) {
        head(INSTANT, micros, 0);
    }

    /** @param days since 1970 */
    void day(long days) {
        head(DAY, days, 0);
    }

    /** A value that is none of the column's: no other side's cell is equal to it, unless it is as odd. */
    void odd(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        counted(ODD, utf8, 0, utf8.length);
    }

    private void counted(char tag, byte[] value, int from, int length) {
        int at = head(tag, length, length);
        System.arraycopy(value, from, bytes, at, length);
    }

    /** @return where the value's bytes go that follow */
    private int head(char tag, long number, int more) {
        int at = cells == 0 ? 0 : ends[cells - 1];
        int end = at + HEAD + more;
        if (end > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(end, 2 * bytes.length));
        }
        bytes[at++] = (byte) tag;
        for (int shift = Long.SIZE - Byte.SIZE; shift >= 0; shift -= Byte.SIZE) {
            bytes[at++] = (byte) (number >>> shift);
        }
        ends[cells++] = end;
        return at;
    }

    /** The cells of the key, to be kept. */
    public List<CanonicalValue> keyValues() {
        List<CanonicalValue> values = new ArrayList<>(keyWidth);
        for (int i = 0; i < keyWidth; i++) {
            int from = start(i);
            values.add(new CanonicalValue(
                    kind((char) bytes[from]),
                    number(bytes, from + 1),
                    Arrays.copyOfRange(bytes, from + HEAD, ends[i])));
        }
        return values;
    }

    private static CanonicalValue.Kind kind(char tag) {
        return switch (tag) {
            case NULL -> CanonicalValue.Kind.NULL;
            case WHOLE -> CanonicalValue.Kind.WHOLE;
            case REAL -> CanonicalValue.Kind.REAL;
            case TEXT -> CanonicalValue.Kind.TEXT;
            case BLOB -> CanonicalValue.Kind.BLOB;
            case DECIMAL -> CanonicalValue.Kind.DECIMAL;
            case INSTANT -> CanonicalValue.Kind.INSTANT;
            case DAY -> CanonicalValue.Kind.DAY;
            case ODD -> CanonicalValue.Kind.ODD;
            default -> throw new IllegalStateException("no such tag: " + tag);
        };
    }

    /** About how much memory the row takes. */
    public int length() {
        return ends[ends.length - 1];
    }

    /** 128 bits of the SHA-256 of the key. */
    public Name key() {
        sha.update(bytes, 0, ends[keyWidth - 1]);
        return name(sha.digest());
    }

    /** The SHA-256 of the whole row. */
    public byte[] digest() {
        sha.update(bytes, 0, length());
        return sha.digest();
    }

    public static Name name(byte[] digest) {
        return new Name(number(digest, 0), number(digest, Long.BYTES));
    }

    /** 64 bits of the SHA-256 of one cell. */
    public long cell(int cell) {
        int from = start(cell);
        sha.update(bytes, from, ends[cell] - from);
        return number(sha.digest(), 0);
    }

    private int start(int cell) {
        return cell == 0 ? 0 : ends[cell - 1];
    }

    public static long number(byte[] bytes, int from) {
        long number = 0;
        for (int i = from; i < from + Long.BYTES; i++) {
            number = (number << Byte.SIZE) | (bytes[i] & 0xff);
        }
        return number;
    }

    /** The key as people read it: {@code 17}, {@code 'a', 2}. */
    public String shownKey(int most) {
        StringBuilder key = new StringBuilder();
        for (int i = 0; i < keyWidth; i++) {
            key.append(i == 0 ? "" : ", ").append(shown(i, most));
        }
        return key.toString();
    }

    /** A cell as people read it, texts no longer than so many characters. */
    String shown(int cell, int most) {
        int from = start(cell);
        long number = number(bytes, from + 1);
        return switch ((char) bytes[from]) {
            case NULL -> "NULL";
            case WHOLE -> Long.toString(number);
            case REAL -> Double.toString(Double.longBitsToDouble(number));
            case TEXT -> "'" + text(cell, most) + "'";
            case DECIMAL, ODD -> text(cell, most);
            case BLOB -> blob(cell);
            case INSTANT -> Instant.EPOCH.plus(number, ChronoUnit.MICROS).toString();
            case DAY -> LocalDate.ofEpochDay(number).toString();
            default -> throw new IllegalStateException("no such tag: " + bytes[from]);
        };
    }

    private String text(int cell, int most) {
        int from = start(cell) + HEAD;
        int length = Math.min(ends[cell] - from, 4 * most);
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        if (text.codePointCount(0, text.length()) <= most) {
            return text;
        }
        return text.substring(0, text.offsetByCodePoints(0, most)) + "…";
    }

    private String blob(int cell) {
        return value(cell, 2 * SHOWN_BYTES).beginning(2 * SHOWN_BYTES);
    }

    /** A cell as people read it, with no more than so many bytes of a text or blob. */
    public ShownValue value(int cell, int most) {
        int from = start(cell) + HEAD;
        int length = ends[cell] - from;
        return switch ((char) bytes[start(cell)]) {
            case BLOB ->
                new ShownValue(
                        ShownValue.Form.BLOB,
                        HexFormat.of().formatHex(bytes, from, from + Math.min(length, most / 2)),
                        length,
                        length <= most / 2);
            case TEXT ->
                new ShownValue(
                        ShownValue.Form.TEXT,
                        new String(bytes, from, whole(from, length, most), StandardCharsets.UTF_8),
                        characters(from, length),
                        length <= most);
            default -> ShownValue.plain(shown(cell, most));
        };
    }

    /** How many characters a text has: no continuation byte begins one. */
    private int characters(int from, int length) {
        int characters = 0;
        for (int i = from; i < from + length; i++) {
            characters += (bytes[i] & 0xc0) == 0x80 ? 0 : 1;
        }
        return characters;
    }

    /** How many bytes of a text are no more than so many, and end with a character. */
    private int whole(int from, int length, int most) {
        int whole = Math.min(length, most);
        while (whole < length && (bytes[from + whole] & 0xc0) == 0x80) {
            whole--;
        }
        return whole;
    }
}
