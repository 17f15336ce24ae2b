package dev.lockstep.mirror.proof;

/**
 * What one cell means, kept when its row is gone.
 *
 * @param number a whole number, the bits of a real, the microseconds or the days since 1970; of the others, their length
 * @param bytes of a text in UTF-8, a blob, the digits of a decimal, or the text of what is odd; else empty
 */
public record CanonicalValue(Kind kind, long number, byte[] bytes) {
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
}
