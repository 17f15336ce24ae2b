package dev.lockstep.mirror.proof;

/**
 * What one cell means, kept when its row is gone.
 */
public final class CanonicalValue {
    /** What is in a cell. */
    public enum Kind {
        NULL,
        WHOLE,
        REAL,
        TEXT,
        BLOB,
        DECIMAL,
        INSTANT,
        DAY,
        /** What no value of such a column can mean: {@code infinity}, {@code 0000-00-00}. */
        ODD
    }

    private final Kind kind;
    private final long number;
    private final byte[] bytes;

    CanonicalValue(Kind kind, long number, byte[] bytes) {
        this.kind = kind;
        this.number = number;
        this.bytes = bytes;
    }

    public Kind kind() {
        return kind;
    }

    /** A whole number, the bits of a real, the microseconds or the days since 1970; of the others, their length. */
    public long number() {
        return number;
    }

    /** Of a text in UTF-8, a blob, the digits of a decimal, or the text of what is odd; else empty. Not to be changed. */
    public byte[] bytes() {
        return bytes;
    }
}
