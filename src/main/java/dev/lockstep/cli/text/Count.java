package dev.lockstep.cli.text;

import java.util.regex.Pattern;

/**
 * How many there are of something, in a text of which is not known yet where it goes: people at a terminal get the number in groups,
 * programs get its digits. Until then it is marked by half of a surrogate pair: that is no character, so no text that comes from outside
 * holds one. It is looked for as a pattern, since a pattern does not take the half of a whole pair for it.
 */
public final class Count {
    private static final char MARK = '\uDC00';
    private static final Pattern MARKED = Pattern.compile(MARK + "(-?\\d{1,19})");
    /** Up to six digits are read at a glance, and looked for as they are in what a terminal has shown. */
    private static final int UNGROUPED = 1_000_000;

    private Count() {}

    /** The number. */
    public static String of(long number) {
        return MARK + Long.toString(number);
    }

    /** So many of them: {@code 1 file}, {@code 2 files}. */
    public static String of(long number, String one) {
        return of(number) + " " + one + (number == 1 ? "" : "s");
    }

    /** The text as people at a terminal read it: {@code 1,234,567 files}. */
    public static String grouped(String text) {
        return text.indexOf(MARK) < 0
                ? text
                : MARKED.matcher(text).replaceAll(found -> shown(Long.parseLong(found.group(1))));
    }

    private static String shown(long number) {
        return number > -UNGROUPED && number < UNGROUPED ? Long.toString(number) : Quantity.grouped(number);
    }

    /** The text as programs read it: {@code 1234567 files}. */
    public static String plain(String text) {
        return text.indexOf(MARK) < 0 ? text : MARKED.matcher(text).replaceAll("$1");
    }
}
