package dev.lockstep.mirror.plan;

import dev.lockstep.mirror.source.Wish;
import java.util.Set;
import java.util.TreeSet;

/**
 * What a column of the mirror can hold.
 *
 * @param form what its values mean
 * @param sql as its database spells it
 * @param min the smallest whole number of an {@link Form#INTEGER}, the earliest microsecond of a {@link Form#TIMESTAMP} or
 *     {@link Form#TIME}, or day of a {@link Form#DATE}; how many bytes a {@link Form#BLOB} has at the least
 * @param max the largest, the latest
 * @param size the width in bytes of an INTEGER or a REAL; how many code points a TEXT or CHAR may have; the digits of a
 *     DECIMAL; the digits of a second that a TIMESTAMP or TIME keeps; the length of the spelling that a UUID must
 *     have; 0 for no limit
 * @param scale the digits of a DECIMAL after its point; which letters the spelling of a UUID has
 * @param bytes how many bytes a TEXT or BLOB may have; 0 for no limit
 * @param characters which characters a TEXT may have
 * @param labels the only values of a LABEL
 * @param reading what the source's values mean
 */
public record TargetType(
        Form form,
        String sql,
        long min,
        long max,
        int size,
        int scale,
        long bytes,
        Characters characters,
        Set<String> labels,
        Wish.Reading reading) {
    public TargetType {
        labels = Set.copyOf(labels);
    }

    private TargetType(
            Form form, String sql, long min, long max, int size, int scale, long bytes, Characters characters) {
        this(form, sql, min, max, size, scale, bytes, characters, Set.of(), Wish.Reading.AS_IT_IS);
    }

    /** What a value means, in every database alike; two values are equal if their forms are. */
    public enum Form {
        /** A whole number of 64 bits, and a boolean as 0 or 1. */
        INTEGER,
        /** A double, bit by bit: 0.0 is not -0.0. */
        REAL,
        TEXT,
        /** A text whose blanks at the end mean nothing, so that it has none. */
        CHAR,
        /** One of the texts that the type names. */
        LABEL,
        BLOB,
        /** A decimal number; trailing zeros mean nothing. */
        DECIMAL,
        /** Microseconds since 1970-01-01 00:00 UTC. */
        TIMESTAMP,
        /** Days since 1970-01-01. */
        DATE,
        /** Microseconds since midnight, before it or beyond the next where the database has such times. */
        TIME,
        /** Months, days and microseconds, none of which is made of another. */
        INTERVAL,
        /** 128 bits. */
        UUID,
        /** A value of JSON: how it is spelled, and in which order an object has its names, means nothing. */
        JSON,
        /** Whatever storage class SQLite's value has. */
        ANY
    }

    /** The {@link #max()} of a REAL that has neither infinities nor a negative zero. */
    static final long FINITE = 1;

    /** The {@link #scale()} of a UUID that is spelled in lower-case letters, and of one in upper-case letters. */
    static final int LOWER = 1;

    static final int UPPER = 2;

    /** The {@link #size()} of a JSON whose numbers are doubles, unless they are whole and of 64 bits. */
    static final int DOUBLES = 8;

    private static final long DAY = 86_400_000_000L;

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

    /** A text of so many code points, filled up with blanks. */
    public static TargetType character(String sql, int codePoints, long bytes, Characters characters) {
        return new TargetType(Form.CHAR, sql, 0, 0, codePoints, 0, bytes, characters);
    }

    public static TargetType label(String sql, Set<String> labels) {
        return new TargetType(Form.LABEL, sql, 0, 0, 0, 0, 0, Characters.UNICODE, labels, Wish.Reading.AS_IT_IS);
    }

    /** A blob of exactly so many bytes. */
    public static TargetType bytes(String sql, long bytes) {
        return new TargetType(Form.BLOB, sql, bytes, 0, 0, 0, bytes, Characters.UNICODE);
    }

    /** A time of the day. */
    public static TargetType time(String sql, int digits) {
        return time(sql, 0, DAY, digits);
    }

    public static TargetType time(String sql, long min, long max, int digits) {
        return new TargetType(Form.TIME, sql, min, max, digits, 0, 0, Characters.UNICODE);
    }

    public static TargetType interval(String sql) {
        return new TargetType(Form.INTERVAL, sql, 0, 0, 6, 0, 0, Characters.UNICODE);
    }

    public static TargetType uuid(String sql) {
        return new TargetType(Form.UUID, sql, 0, 0, 0, 0, 0, Characters.UNICODE);
    }

    public static TargetType json(String sql) {
        return new TargetType(Form.JSON, sql, 0, 0, 0, 0, 0, Characters.UNICODE_BUT_NUL);
    }

    public static TargetType jsonOfDoubles(String sql) {
        return new TargetType(Form.JSON, sql, 0, 0, DOUBLES, 0, 0, Characters.UNICODE);
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

    /** A UUID all of whose values in the source are spelled alike, so that two that differ are not one. */
    TargetType spelled(int length, int letters) {
        return new TargetType(form, sql, min, max, length, letters, bytes, characters);
    }

    /** A time of which the source has numbers. */
    public TargetType read(Wish.Reading as) {
        return form == Form.TIMESTAMP
                ? new TargetType(form, sql, min, max, size, scale, bytes, characters, labels, as)
                : this;
    }

    /** Whether its values are texts, and mean no more. */
    public boolean isText() {
        return form == Form.TEXT || form == Form.CHAR || form == Form.LABEL;
    }

    /** Whether it has a place for a part of a second. */
    boolean hasFraction() {
        return form == Form.TIMESTAMP || form == Form.TIME;
    }

    /** Whether it is for true and false alone, or was meant so. */
    public boolean isBoolean() {
        return form == Form.INTEGER && size == 1 && ((min == 0 && max == 1) || sql.startsWith("tinyint(1)"));
    }

    /** What it can hold, whatever its database calls it: a table that is made is read back with other words in it. */
    String extent() {
        return form + " " + min + " " + max + " " + size + " " + scale + " " + bytes + " " + characters
                + (labels.isEmpty() ? "" : " " + new TreeSet<>(labels))
                + (reading == Wish.Reading.AS_IT_IS ? "" : " " + reading);
    }

    /** Whether two values of the source that differ, and fit, always differ here too. */
    boolean keepsApart() {
        return switch (form) {
            case INTEGER, TEXT, CHAR, LABEL, BLOB, ANY -> true;
            case UUID -> size > 0;
            case REAL, DECIMAL, TIMESTAMP, DATE, TIME, INTERVAL, JSON -> false;
        };
    }
}
