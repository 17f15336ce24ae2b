package dev.lockstep.mirror.plan;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Cells.Kind;
import dev.lockstep.mirror.plan.DateTexts.Unreadable;
import dev.lockstep.mirror.plan.MappedRow.Tag;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/** Values that SQLite has as texts and the mirror in a type of its own: each spelling becomes what it means. */
final class SpelledValues {
    private static final int UUID_BYTES = 16;
    private static final BigDecimal DAY_MILLIS = BigDecimal.valueOf(86_400_000);

    /** Milliseconds from the beginning of the Julian days to 1970. */
    private static final BigDecimal JULIAN_1970 = BigDecimal.valueOf(210_866_760_000_000L);

    /** About 200,000 years. */
    private static final BigDecimal MAX_MICROS = BigDecimal.valueOf(6_311_390_400_000_000_000L);

    private final MappedRow row;
    private final Utf8Check utf8 = new Utf8Check();
    private long cut;

    /** @param row takes the values */
    SpelledValues(MappedRow row) {
        this.row = row;
    }

    /** How many times so far were finer than a microsecond, and have been cut. */
    long cut() {
        return cut;
    }

    /** What keeps the value from the row. @return why it does not fit, or null */
    String map(Cells source, int cell, TargetType type, int i) {
        Kind kind = source.kind(cell);
        try {
            return switch (type.form()) {
                case UUID -> uuid(source, cell, type, i);
                case JSON -> json(source, cell, type, i);
                case TIMESTAMP -> instant(source, cell, type, i);
                case DATE -> kind == Kind.TEXT ? date(source.bytes(cell), type, i) : RowMapper.unlike(kind, type);
                case TIME -> kind == Kind.TEXT ? time(source.bytes(cell), type, i) : RowMapper.unlike(kind, type);
                case INTERVAL -> kind == Kind.TEXT ? interval(source.bytes(cell), i) : RowMapper.unlike(kind, type);
                case INTEGER, REAL, TEXT, CHAR, LABEL, BLOB, DECIMAL, ANY ->
                    throw new IllegalStateException("no spelled value: " + type);
            };
        } catch (Unreadable e) {
            return e.getMessage();
        }
    }

    private String instant(Cells source, int cell, TargetType type, int i) throws Unreadable {
        Kind kind = source.kind(cell);
        if (!type.reading().isTime()) {
            return kind == Kind.TEXT ? timestamp(source.bytes(cell), type, i) : RowMapper.unlike(kind, type);
        }
        if (kind != Kind.INTEGER && kind != Kind.REAL) {
            return RowMapper.unlike(kind, type);
        }
        BigDecimal number = kind == Kind.INTEGER ? BigDecimal.valueOf(source.integer(cell)) : finite(source.real(cell));
        BigDecimal exact = micros(number, type);
        BigDecimal whole = exact.setScale(0, RoundingMode.FLOOR);
        if (whole.abs().compareTo(MAX_MICROS) > 0) {
            return "out of the range of " + type.sql();
        }
        long micros = cut(whole.longValueExact(), type);
        if (micros < type.min() || micros > type.max()) {
            return "out of the range of " + type.sql();
        }
        cut += exact.compareTo(whole) == 0 ? 0 : 1;
        row.set(i, Tag.TIMESTAMP, micros);
        return null;
    }

    private static BigDecimal micros(BigDecimal number, TargetType type) {
        return switch (type.reading()) {
            case UNIX -> number.movePointRight(6);
            case UNIX_MILLISECONDS -> number.movePointRight(3);
            case JULIAN ->
                number.multiply(DAY_MILLIS)
                        .setScale(0, RoundingMode.HALF_UP)
                        .subtract(JULIAN_1970)
                        .movePointRight(3);
            case AS_IT_IS, TRUTH -> throw new IllegalStateException("no time: " + type);
        };
    }

    private static BigDecimal finite(double value) throws Unreadable {
        if (!Double.isFinite(value)) {
            throw new Unreadable("infinite");
        }
        return NumberTexts.shortest(value);
    }

    private String timestamp(byte[] value, TargetType type, int i) throws Unreadable {
        long micros = cut(DateTexts.micros(value), type);
        if (micros < type.min() || micros > type.max()) {
            return "out of the range of " + type.sql();
        }
        row.set(i, Tag.TIMESTAMP, micros);
        cut += DateTexts.isFiner(value) ? 1 : 0;
        return null;
    }

    private static long cut(long micros, TargetType type) {
        long step = 1;
        for (int digits = type.size(); digits < 6; digits++) {
            step *= 10;
        }
        return micros - Math.floorMod(micros, step);
    }

    private String date(byte[] value, TargetType type, int i) throws Unreadable {
        long days = DateTexts.days(value);
        if (days < type.min() || days > type.max()) {
            return "out of the range of " + type.sql();
        }
        row.set(i, Tag.DATE, days);
        return null;
    }

    private String time(byte[] value, TargetType type, int i) throws Unreadable {
        SpanTexts.Time time = SpanTexts.time(new String(value, StandardCharsets.ISO_8859_1));
        long micros = cut(time.micros(), type);
        if (micros < type.min() || micros > type.max()) {
            return "out of the range of " + type.sql();
        }
        cut += time.isFiner() ? 1 : 0;
        row.set(i, Tag.TEXT, ascii(SpanTexts.shown(micros)));
        return null;
    }

    private String interval(byte[] value, int i) throws Unreadable {
        row.set(i, Tag.TEXT, ascii(SpanTexts.interval(new String(value, StandardCharsets.ISO_8859_1))));
        return null;
    }

    private String uuid(Cells source, int cell, TargetType type, int i) {
        Kind kind = source.kind(cell);
        byte[] value = kind == Kind.TEXT || kind == Kind.BLOB ? source.bytes(cell) : new byte[0];
        String hex = kind == Kind.BLOB && value.length == UUID_BYTES
                ? HexFormat.of().formatHex(value)
                : hex(new String(value, StandardCharsets.ISO_8859_1));
        if (kind == Kind.INTEGER || kind == Kind.REAL || hex.length() != 2 * UUID_BYTES) {
            return "no UUID";
        }
        boolean otherLetters = (type.scale() == TargetType.LOWER && has(value, 'A', 'F'))
                || (type.scale() == TargetType.UPPER && has(value, 'a', 'f'));
        if (type.size() > 0 && (value.length != type.size() || (kind == Kind.TEXT && otherLetters))) {
            return "a UUID that is spelled in another way than others of its key";
        }
        String lower = hex.toLowerCase(Locale.ROOT);
        row.set(
                i,
                Tag.TEXT,
                ascii(String.join(
                        "-",
                        lower.substring(0, 8),
                        lower.substring(8, 12),
                        lower.substring(12, 16),
                        lower.substring(16, 20),
                        lower.substring(20))));
        return null;
    }

    /** The digits of a UUID with or without its hyphens; empty if it is none. */
    private static String hex(String text) {
        boolean hyphens = text.length() == 36
                && text.charAt(8) == '-'
                && text.charAt(13) == '-'
                && text.charAt(18) == '-'
                && text.charAt(23) == '-';
        String digits = hyphens ? text.replace("-", "") : text;
        boolean hex = digits.chars().allMatch(HexFormat::isHexDigit);
        return hex ? digits : "";
    }

    private static boolean has(byte[] value, char first, char last) {
        for (byte one : value) {
            if (one >= first && one <= last) {
                return true;
            }
        }
        return false;
    }

    private String json(Cells source, int cell, TargetType type, int i) throws Unreadable {
        byte[] text =
                switch (source.kind(cell)) {
                    case TEXT -> source.bytes(cell);
                    case INTEGER -> NumberTexts.of(source.integer(cell));
                    case REAL -> NumberTexts.of(source.real(cell));
                    case BLOB, NULL -> new byte[0];
                };
        if (source.kind(cell) == Kind.BLOB) {
            return RowMapper.unlike(Kind.BLOB, type);
        }
        if (source.kind(cell) == Kind.REAL && !Double.isFinite(source.real(cell))) {
            return "infinite";
        }
        if (!utf8.read(text)) {
            return "not UTF-8";
        }
        row.set(
                i,
                Tag.TEXT,
                JsonTexts.canonical(new String(text, StandardCharsets.UTF_8), type)
                        .getBytes(StandardCharsets.UTF_8));
        return null;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
