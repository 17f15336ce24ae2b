package dev.lockstep.mirror.proof;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the text of a time of the day, of an interval or of a UUID means to a verification, whoever wrote it. */
final class VerifiedSpan {
    private static final BigDecimal MICROS = BigDecimal.valueOf(1_000_000);

    private static final Pattern TIME = Pattern.compile(
            "(?:2000-01-01 )?(?<sign>-?)(?<hours>\\d{2,3}):(?<minutes>\\d\\d)(?::(?<seconds>\\d\\d(?:\\.\\d+)?))?");

    private static final String UNITS =
            "(?<unit>years?|y|mons?|months?|weeks?|w|days?|d|hours?|h|mins?|minutes?|secs?|seconds?|s)";

    private static final Pattern WORDS = Pattern.compile("(?<number>[+-]?\\d+(?:\\.\\d+)?) *" + UNITS + "(?:,| |$) *");

    private static final Pattern CLOCK =
            Pattern.compile("(?<sign>[+-]?)(?<hours>\\d+):(?<minutes>\\d\\d)(?::(?<seconds>\\d\\d(?:\\.\\d+)?))?");

    private static final Pattern ISO = Pattern.compile(
            "P(?:(?<y>[+-]?\\d+)Y)?(?:(?<mon>[+-]?\\d+)M)?(?:(?<w>[+-]?\\d+)W)?"
                    + "(?:(?<d>[+-]?\\d+)D)?(?:T(?:(?<h>[+-]?\\d+)H)?(?:(?<min>[+-]?\\d+)M)?(?:(?<s>[+-]?\\d+(?:\\.\\d+)?)S)?)?");

    /** How many months, days or microseconds a unit is, by its first letters. */
    private static final Map<String, Size> SIZES = Map.of(
            "y", new Size(12, 0, 0),
            "mon", new Size(1, 0, 0),
            "w", new Size(0, 7, 0),
            "d", new Size(0, 1, 0),
            "h", new Size(0, 0, 3_600_000_000L),
            "min", new Size(0, 0, 60_000_000L),
            "s", new Size(0, 0, 1_000_000L));

    private record Size(long months, long days, long micros) {}

    private VerifiedSpan() {}

    /** The time in microseconds, what is finer than so many digits of a second cut off. */
    static Optional<String> time(String text, int digits) {
        Matcher matcher = TIME.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        long step = BigDecimal.ONE.scaleByPowerOfTen(6 - digits).longValueExact();
        return Optional.of(timeOf(Math.floorDiv(micros(matcher), step) * step));
    }

    static String timeOf(long micros) {
        BigDecimal seconds = BigDecimal.valueOf(micros % 60_000_000, 6).abs();
        return (micros < 0 ? "-" : "") + Math.abs(micros) / 3_600_000_000L + ":" + Math.abs(micros) / 60_000_000 % 60
                + ":" + seconds.toPlainString();
    }

    private static long micros(Matcher clock) {
        String seconds = clock.group("seconds");
        BigDecimal sum = new BigDecimal(clock.group("hours"))
                .multiply(BigDecimal.valueOf(3_600))
                .add(new BigDecimal(clock.group("minutes")).multiply(BigDecimal.valueOf(60)))
                .add(seconds == null ? BigDecimal.ZERO : new BigDecimal(seconds));
        long micros = sum.multiply(MICROS).longValue();
        return clock.group("sign").equals("-") ? -micros : micros;
    }

    /** The three parts of an interval. */
    static Optional<String> interval(String text) {
        String spelled = text.strip();
        Matcher iso = ISO.matcher(spelled);
        long[] parts = new long[3];
        if (iso.matches() && spelled.length() > 2) {
            SIZES.forEach((unit, size) -> add(parts, iso.group(unit), size, 1));
            return Optional.of(intervalOf(parts[0], parts[1], parts[2]));
        }
        String left = spelled.toLowerCase(Locale.ROOT);
        int sign = left.endsWith(" ago") ? -1 : 1;
        left = left.replaceFirst("^@ ", "").replaceFirst(" ago$", "");
        Matcher words = WORDS.matcher(left);
        while (words.lookingAt()) {
            String unit = words.group("unit");
            String first =
                    unit.startsWith("mon") || unit.startsWith("min") ? unit.substring(0, 3) : unit.substring(0, 1);
            add(parts, words.group("number"), SIZES.get(first), sign);
            left = left.substring(words.end());
            words = WORDS.matcher(left);
        }
        Matcher clock = CLOCK.matcher(left);
        if (clock.matches()) {
            parts[2] += sign * micros(clock);
        }
        boolean read = clock.matches() || (left.isEmpty() && !spelled.isEmpty());
        return read ? Optional.of(intervalOf(parts[0], parts[1], parts[2])) : Optional.empty();
    }

    private static void add(long[] parts, String number, Size size, int sign) {
        if (number != null) {
            BigDecimal count = new BigDecimal(number);
            parts[0] += sign * times(count, size.months);
            parts[1] += sign * times(count, size.days);
            parts[2] += sign * times(count, size.micros);
        }
    }

    private static long times(BigDecimal count, long size) {
        return count.multiply(BigDecimal.valueOf(size)).longValue();
    }

    static String intervalOf(long months, long days, long micros) {
        return months + " months " + days + " days " + micros + " microseconds";
    }

    /** 32 digits in lower case. */
    static Optional<String> uuid(String text) {
        String digits = text.toLowerCase(Locale.ROOT);
        if (digits.matches("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
            digits = digits.replace("-", "");
        }
        return digits.matches("[0-9a-f]{32}") ? Optional.of(digits) : Optional.empty();
    }
}
