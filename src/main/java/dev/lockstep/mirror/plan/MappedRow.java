package dev.lockstep.mirror.plan;

import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One row as the mirror should have it, cell by cell in its {@link TargetType.Form}. It is the same object for every row
 * of a scan.
 *
 * <p>Its digest is over typed bytes, never over a database's text of a value: a tag, a length where there is one, the
 * value.
 */
public final class MappedRow {
    /** What is in a cell. */
    public enum Tag {
        NULL(0),
        INTEGER(1),
        REAL(2),
        TEXT(3),
        BLOB(4),
        DECIMAL(5),
        TIMESTAMP(6),
        DATE(7),
        /** What the mirror cannot hold, as the source has it. */
        MISFIT(8);

        /** What stands for it in a digest. */
        private final byte code;

        Tag(int code) {
            this.code = (byte) code;
        }
    }

    private final Tag[] tags;
    private final long[] numbers;
    private final byte[][] bytes;
    private final List<Misfit> misfits = new ArrayList<>();
    private final List<Misfit> changes = new ArrayList<>();
    private byte[] scratch = new byte[512];
    private ByteBuffer numbered = ByteBuffer.wrap(scratch);

    public MappedRow(int width) {
        this.tags = new Tag[width];
        this.numbers = new long[width];
        this.bytes = new byte[width][];
    }

    int width() {
        return tags.length;
    }

    public Tag tag(int column) {
        return tags[column];
    }

    /** An INTEGER, a TIMESTAMP in microseconds, a DATE in days, or the bits of a REAL. */
    public long number(int column) {
        return numbers[column];
    }

    public double real(int column) {
        return Double.longBitsToDouble(numbers[column]);
    }

    /** A TEXT in UTF-8, a BLOB, or a DECIMAL in ASCII. */
    public byte[] bytes(int column) {
        return bytes[column];
    }

    public String text(int column) {
        return new String(bytes[column], StandardCharsets.UTF_8);
    }

    public BigDecimal decimal(int column) {
        return new BigDecimal(new String(bytes[column], StandardCharsets.US_ASCII));
    }

    /** The first cells as people read them. */
    public String key(int width) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < width; i++) {
            parts.add(
                    switch (tags[i]) {
                        case NULL -> "NULL";
                        case INTEGER, TIMESTAMP, DATE -> String.valueOf(numbers[i]);
                        case REAL -> String.valueOf(real(i));
                        case TEXT -> "'" + text(i) + "'";
                        case BLOB, MISFIT -> "a blob of " + bytes[i].length + " bytes";
                        case DECIMAL -> decimal(i).toPlainString();
                    });
        }
        return String.join(", ", parts);
    }

    /** What of this row the mirror cannot hold. */
    public List<Misfit> misfits() {
        return misfits;
    }

    /** What of this row is changed, so that the mirror can hold it. */
    public List<Misfit> changes() {
        return changes;
    }

    public boolean fits() {
        return misfits.isEmpty();
    }

    void clear() {
        misfits.clear();
        changes.clear();
    }

    public void set(int column, Tag tag, long number) {
        tags[column] = tag;
        numbers[column] = number;
    }

    public void set(int column, Tag tag, byte[] value) {
        tags[column] = tag;
        bytes[column] = value;
    }

    void setNull(int column) {
        tags[column] = Tag.NULL;
    }

    /** @param value as the source has it, so that a change of it shows in the digest */
    void misfit(int column, byte[] value, Misfit misfit) {
        set(column, Tag.MISFIT, value);
        misfits.add(misfit);
    }

    /** Notes that a cell has not what the source has. */
    void changed(Misfit value) {
        changes.add(value);
    }

    /** A value that goes into no cell of the mirror. */
    public record Misfit(String column, String reason, Optional<String> shown) {}

    /** Adds the whole row to the digest, and what was changed of it, so that this is recorded anew when it is another value. */
    public void digest(MessageDigest digest) {
        int length = encode(0, tags.length);
        digest.update(scratch, 0, length);
        for (Misfit change : changes) {
            digest.update(change.toString().getBytes(StandardCharsets.UTF_8));
        }
    }

    /** The first cells as a text that no other cells have; for machines. */
    public String exactKey(int keys) {
        int length = encode(0, keys);
        return new String(scratch, 0, length, StandardCharsets.ISO_8859_1);
    }

    /** A number that depends on the first {@code keys} cells alone, and spreads well. */
    public long hash(int keys) {
        int length = encode(0, keys);
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < length; i++) {
            hash = (hash ^ scratch[i]) * 0x100000001b3L;
        }
        return hash ^ hash >>> 32;
    }

    /** About how many bytes a cell is. */
    int length(int column) {
        return hasBytes(tags[column]) ? bytes[column].length : Long.BYTES;
    }

    /** About how many bytes the row is on the wire. */
    public int size() {
        int size = 0;
        for (int i = 0; i < tags.length; i++) {
            size += 1 + length(i);
        }
        return size;
    }

    private static boolean hasBytes(Tag tag) {
        return switch (tag) {
            case TEXT, BLOB, DECIMAL, MISFIT -> true;
            case NULL, INTEGER, REAL, TIMESTAMP, DATE -> false;
        };
    }

    private int encode(int from, int to) {
        int at = 0;
        for (int i = from; i < to; i++) {
            Tag tag = tags[i];
            boolean counted = hasBytes(tag);
            reserve(at + 9 + (counted ? bytes[i].length : 0));
            scratch[at++] = tag.code;
            if (tag == Tag.NULL) {
                continue;
            }
            long number = counted ? bytes[i].length : numbers[i];
            numbered.putLong(at, number);
            at += Long.BYTES;
            if (counted) {
                System.arraycopy(bytes[i], 0, scratch, at, bytes[i].length);
                at += bytes[i].length;
            }
        }
        return at;
    }

    private void reserve(int length) {
        if (length > scratch.length) {
            scratch = Arrays.copyOf(scratch, Math.max(length, scratch.length * 2));
            numbered = ByteBuffer.wrap(scratch);
        }
    }
}
