package dev.lockstep.cli.option;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a length of time. It carries a unit, because a bare number means seconds to one reader and milliseconds to the next. */
public final class Durations implements ITypeConverter<Duration> {
    private static final String WANTED =
            " is not a length of time: write a number and a unit, like 500ms, 30s, 2m, 1h, 7d";

    @Override
    public Duration convert(String text) {
        int digits = 0;
        while (digits < text.length() && Character.isDigit(text.charAt(digits))) {
            digits++;
        }
        if (digits == 0 || digits > 12) {
            throw new TypeConversionException("'" + text + "'" + WANTED);
        }
        long amount = Long.parseLong(text.substring(0, digits));
        return switch (text.substring(digits)) {
            case "ms" -> Duration.ofMillis(amount);
            case "s" -> Duration.ofSeconds(amount);
            case "m" -> Duration.ofMinutes(amount);
            case "h" -> Duration.ofHours(amount);
            case "d" -> Duration.ofDays(amount);
            default -> throw new TypeConversionException("'" + text + "'" + WANTED);
        };
    }

    /** The shortest form that {@link #convert} reads back, rounded to milliseconds. */
    public static String render(Duration duration) {
        long millis = duration.toMillis();
        if (millis % 1_000 != 0) {
            return millis + "ms";
        }
        long seconds = millis / 1_000;
        return seconds % 60 == 0 && seconds > 0 ? seconds / 60 + "m" : seconds + "s";
    }
}
