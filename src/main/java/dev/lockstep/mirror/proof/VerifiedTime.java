package dev.lockstep.mirror.proof;

import dev.lockstep.mirror.source.Wish;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a date that is kept as text means to a verification, whoever wrote it: an application's spellings, or a server's. */
final class VerifiedTime {
    /** The digits of a second that count. */
    static final int DIGITS = 6;

    private static final Pattern SPELLING = Pattern.compile("(?<year>\\d{4})-(?<month>\\d\\d)-(?<day>\\d\\d)"
            + "(?<time>[ T](?<hour>\\d\\d):(?<minute>\\d\\d)(?::(?<second>\\d\\d)(?:\\.(?<micros>\\d{1,6})\\d*)?)?"
            + "(?: ?(?:Z|(?<sign>[+-])(?<hours>\\d\\d)(?::?(?<minutes>\\d\\d))?))?)?");

    private static final long MICROS = 1_000_000;

    private VerifiedTime() {}

    /** Microseconds since 1970 in UTC; without an offset it is UTC. Empty if it is no such text, or no such time. */
    static OptionalLong micros(String text) {
        Matcher matcher = SPELLING.matcher(text);
        if (!matcher.matches()) {
            return OptionalLong.empty();
        }
        try {
            LocalDateTime local = LocalDateTime.of(
                    number(matcher, "year"),
                    number(matcher, "month"),
                    number(matcher, "day"),
                    number(matcher, "hour"),
                    number(matcher, "minute"),
                    number(matcher, "second"));
            long ahead = (number(matcher, "hours") * 60L + number(matcher, "minutes")) * 60;
            long seconds = local.toEpochSecond(ZoneOffset.UTC) - ("-".equals(matcher.group("sign")) ? -ahead : ahead);
            return OptionalLong.of(seconds * MICROS + fraction(matcher));
        } catch (DateTimeException e) {
            return OptionalLong.empty();
        }
    }

    /** What a number means that counts seconds or milliseconds since 1970, or days as SQLite's {@code julianday} does. */
    static OptionalLong counted(BigDecimal number, Wish.Reading reading) {
        BigDecimal seconds =
                switch (reading) {
                    case UNIX -> number;
                    case UNIX_MILLISECONDS -> number.divide(BigDecimal.valueOf(1_000));
                    case JULIAN ->
                        number.subtract(new BigDecimal("2440587.5"))
                                .multiply(BigDecimal.valueOf(86_400))
                                .setScale(3, RoundingMode.HALF_UP);
                    case AS_IT_IS, TRUTH -> throw new IllegalArgumentException("no time: " + reading);
                };
        BigInteger micros = seconds.multiply(BigDecimal.valueOf(MICROS))
                .setScale(0, RoundingMode.FLOOR)
                .toBigInteger();
        return micros.bitLength() < Long.SIZE ? OptionalLong.of(micros.longValueExact()) : OptionalLong.empty();
    }

    /** Days since 1970; empty if it is no such text, or no such day. */
    static OptionalLong day(String text) {
        Matcher matcher = SPELLING.matcher(text);
        if (!matcher.matches() || matcher.group("time") != null) {
            return OptionalLong.empty();
        }
        try {
            return OptionalLong.of(
                    LocalDate.of(number(matcher, "year"), number(matcher, "month"), number(matcher, "day"))
                            .toEpochDay());
        } catch (DateTimeException e) {
            return OptionalLong.empty();
        }
    }

    private static int number(Matcher matcher, String group) {
        String digits = matcher.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static long fraction(Matcher matcher) {
        String digits = matcher.group("micros");
        return digits == null ? 0 : Long.parseLong(digits + "0".repeat(DIGITS - digits.length()));
    }
}
