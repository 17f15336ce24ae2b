package dev.lockstep.mirror.plan;

/**
 * What a column of the mirror can hold.
 *
 * @param form what its values mean
 * @param sql as its database spells it
 * @param min the smallest whole number of an {@link Form#INTEGER}, the earliest microsecond of a {@link Form#TIMESTAMP}
 *     or day of a {@link Form#DATE}
 * @param max the largest, the latest
 * @param size the width in bytes of an INTEGER or a REAL; how many code points a TEXT may have; the digits of a
 *     DECIMAL; the digits of a second that a TIMESTAMP keeps; 0 for no limit
 * @param scale the digits of a DECIMAL after its point
 * @param bytes how many bytes a TEXT or BLOB may have; 0 for no limit
 * @param characters which characters a TEXT may have
 */
public record TargetType(
        Form form, String sql, long min, long max, int size, int scale, long bytes, Characters characters) {
    /** What a value means, in every database alike; two values are equal if their forms are. */
    public enum Form {
        /** A whole number of 64 bits, and a boolean as 0 or 1. */
        INTEGER,
        /** A double, bit by bit: 0.0 is not -0.0. */
        REAL,
        TEXT,
        BLOB,
        /** A decimal number; trailing zeros mean nothing. */
        DECIMAL,
        /** Microseconds since 1970-01-01 00:00 UTC. */
        TIMESTAMP,
        /** Days since 1970-01-01. */
        DATE,
        /** Whatever storage class SQLite's value has. */
        ANY
    }

    /** The {@link #max()} of a REAL that has neither infinities nor a negative zero. */
    static final long FINITE = 1;

    /** Which characters a text column can hold. */
    public enum Characters {
        UNICODE,
        UNICODE_BUT_NUL,
        /** MySQL's utf8mb3: nothing beyond U+FFFF. */
        BASIC_PLANE,
        /** MySQL's latin1, which is Windows-1252. */
        LATIN1,
        ASCII
    }

    public static TargetType integer(String sql, long min, long max, int width) {
        return new TargetType(Form.INTEGER, sql, min, max, width, 0, 0, Characters.UNICODE);
    }

    public static TargetType real(String sql, int width) {
        return new TargetType(Form.REAL, sql, 0, 0, width, 0, 0, Characters.UNICODE);
    }

    public static TargetType finite(String sql, int width) {
        return new TargetType(Form.REAL, sql, 0, FINITE, width, 0, 0, Characters.UNICODE);
    }

    public static TargetType text(String sql, int codePoints, long bytes, Characters characters) {
        return new TargetType(Form.TEXT, sql, 0, 0, codePoints, 0, bytes, characters);
    }

    public static TargetType blob(String sql, long bytes) {
        return new TargetType(Form.BLOB, sql, 0, 0, 0, 0, bytes, Characters.UNICODE);
    }

    public static TargetType decimal(String sql, int precision, int scale) {
        return new TargetType(Form.DECIMAL, sql, 0, 0, precision, scale, 0, Characters.UNICODE);
    }

    public static TargetType timestamp(String sql, long min, long max, int digits) {
        return new TargetType(Form.TIMESTAMP, sql, min, max, digits, 0, 0, Characters.UNICODE);
    }

    public static TargetType date(String sql, long min, long max) {
        return new TargetType(Form.DATE, sql, min, max, 0, 0, 0, Characters.UNICODE);
    }

    public static TargetType any(String sql) {
        return new TargetType(Form.ANY, sql, 0, 0, 0, 0, 0, Characters.UNICODE);
    }

    /** Whether it is for true and false alone, or was meant so. */
    public boolean isBoolean() {
        return form == Form.INTEGER && size == 1 && ((min == 0 && max == 1) || sql.startsWith("tinyint(1)"));
    }

    /** What it can hold, whatever its database calls it: a table that is made is read back with other words in it. */
    String extent() {
        return form + " " + min + " " + max + " " + size + " " + scale + " " + bytes + " " + characters;
    }

    /** Whether two values of the source that differ, and fit, always differ here too. */
    boolean keepsApart() {
        return switch (form) {
            case INTEGER, TEXT, BLOB, ANY -> true;
            case REAL, DECIMAL, TIMESTAMP, DATE -> false;
        };
    }
}
