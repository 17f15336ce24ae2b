package dev.lockstep.mirror.plan;

import dev.lockstep.mirror.plan.DateTexts.Unreadable;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the texts by which applications keep times of the day and intervals: {@code 10:11}, {@code 10:11:12.5}, and behind
 * {@code 2000-01-01} as Rails has them; {@code 1 day 02:03:04.5}, {@code 1 day, 2:03:04}, {@code 2 hours 3 mins ago}, {@code P1DT2H3M4.5S}.
 */
final class SpanTexts {
    private static final String DAY_OF_TIMES = "2000-01-01 ";

    private static final Pattern CLOCK =
            Pattern.compile("([+-]?)(\\d{1,9}):([0-5]\\d)(?::([0-5]\\d|60)(?:\\.(\\d{1,12}))?)?");

    private static final Pattern PART = Pattern.compile("([+-]?\\d{1,9})(?:\\.(\\d{1,12}))? *([a-z]+),?");

    private static final Pattern ISO_PART = Pattern.compile("([+-]?\\d{1,9})(?:\\.(\\d{1,12}))?([YMWDHS])");

    private static final long SECOND = 1_000_000L;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final int DIGITS = 6;

    /** @param isFiner whether the text says more than a microsecond */
    record Time(long micros, boolean isFiner) {}

    private final String text;
    private long months;
    private long days;
    private long micros;

    private SpanTexts(String text) {
        this.text = text;
    }

    static Time time(String text) throws Unreadable {
        String clock = text.startsWith(DAY_OF_TIMES) ? text.substring(DAY_OF_TIMES.length()) : text;
        Matcher matcher = CLOCK.matcher(clock);
        if (!matcher.matches() || matcher.group(2).length() < 2) {
            throw new Unreadable("no time that is written HH:MM:SS");
        }
        return new Time(clock(matcher), isFiner(matcher.group(5)));
    }

    /** {@code 10:11:12.000000}, with more digits or a sign where the hours have them. */
    static String shown(long micros) {
        long size = Math.abs(micros);
        return "%s%02d:%02d:%02d.%06d"
                .formatted(micros < 0 ? "-" : "", size / HOUR, size / MINUTE % 60, size / SECOND % 60, size % SECOND);
    }

    /** The months, the days and the microseconds, with blanks between them. */
    static String interval(String text) throws Unreadable {
        SpanTexts reader = new SpanTexts(text.strip());
        if (reader.text.startsWith("P")) {
            reader.iso();
        } else {
            reader.words();
        }
        if (reader.months != (int) reader.months || reader.days != (int) reader.days) {
            throw new Unreadable("an interval that is too long");
        }
        return reader.months + " " + reader.days + " " + reader.micros;
    }

    private void words() throws Unreadable {
        String left = text.toLowerCase(Locale.ROOT);
        boolean ago = left.endsWith(" ago");
        left = ago ? left.substring(0, left.length() - " ago".length()) : left;
        left = left.startsWith("@ ") ? left.substring(2) : left;
        if (left.isEmpty()) {
            throw none();
        }
        while (!left.isEmpty()) {
            Matcher part = PART.matcher(left);
            Matcher clock = CLOCK.matcher(left);
            if (part.lookingAt()) {
                add(part.group(1), part.group(2), part.group(3));
                left = left.substring(part.end()).stripLeading();
            } else if (clock.matches() && !isFiner(clock.group(5))) {
                micros = Math.addExact(micros, clock(clock));
                left = "";
            } else {
                throw none();
            }
        }
        if (ago) {
            months = -months;
            days = -days;
            micros = -micros;
        }
    }

    private void iso() throws Unreadable {
        boolean time = false;
        int at = 1;
        if (text.length() < 3 || text.endsWith("T")) {
            throw none();
        }
        while (at < text.length()) {
            if (text.charAt(at) == 'T' && !time) {
                time = true;
                at++;
                continue;
            }
            Matcher part = ISO_PART.matcher(text).region(at, text.length());
            if (!part.lookingAt()) {
                throw none();
            }
            String unit = part.group(3);
            boolean ofTime = "HS".contains(unit) || (unit.equals("M") && time);
            if (ofTime != time) {
                throw none();
            }
            add(
                    part.group(1),
                    part.group(2),
                    unit.equals("M") ? (time ? "min" : "mon") : unit.toLowerCase(Locale.ROOT));
            at = part.end();
        }
    }

    private void add(String whole, String fraction, String unit) throws Unreadable {
        boolean ofSeconds = unit.startsWith("s");
        if ((fraction != null && !ofSeconds) || isFiner(fraction)) {
            throw new Unreadable("an interval with a part of a " + (ofSeconds ? "microsecond" : unit));
        }
        long number = Long.parseLong(whole);
        switch (unit.length() > 1 && unit.endsWith("s") ? unit.substring(0, unit.length() - 1) : unit) {
            case "y", "year" -> months += 12 * number;
            case "mon", "month" -> months += number;
            case "w", "week" -> days += 7 * number;
            case "d", "day" -> days += number;
            case "h", "hour" -> micros += number * HOUR;
            case "min", "minute" -> micros += number * MINUTE;
            case "s", "sec", "second" ->
                micros += number * SECOND + (whole.startsWith("-") ? -1 : 1) * fraction(fraction);
            default -> throw none();
        }
    }

    private static long clock(Matcher matcher) {
        String seconds = matcher.group(4);
        long micros = Long.parseLong(matcher.group(2)) * HOUR
                + Long.parseLong(matcher.group(3)) * MINUTE
                + (seconds == null ? 0 : Long.parseLong(seconds)) * SECOND
                + fraction(matcher.group(5));
        return matcher.group(1).equals("-") ? -micros : micros;
    }

    private static long fraction(String digits) {
        if (digits == null) {
            return 0;
        }
        String kept = digits.length() > DIGITS ? digits.substring(0, DIGITS) : digits;
        return Long.parseLong(kept + "0".repeat(DIGITS - kept.length()));
    }

    private static boolean isFiner(String digits) {
        return digits != null
                && digits.length() > DIGITS
                && !digits.substring(DIGITS).chars().allMatch(digit -> digit == '0');
    }

    private Unreadable none() {
        return new Unreadable("no interval that is written 1 day 02:03:04 or P1DT2H3M4S");
    }
}
