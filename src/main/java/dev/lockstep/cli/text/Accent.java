package dev.lockstep.cli.text;

import java.util.regex.Pattern;

/**
 * What a colour says: where a person should look first. A text is marked with it before it is known whether it goes to a terminal, as
 * {@link Count} marks numbers.
 */
public enum Accent {
    /** Something failed. */
    BAD('\uDC02', "1;31"),
    /** Something should be known. */
    ODD('\uDC03', "1;33"),
    /** All is well. */
    GOOD('\uDC04', "32"),
    /** What to do. */
    ADVICE('\uDC05', "1;36");

    private static final char END = '\uDC06';
    private static final Pattern MARKS = Pattern.compile("[\uDC02-\uDC06]");

    private final char begin;
    private final String code;

    Accent(char begin, String code) {
        this.begin = begin;
        this.code = code;
    }

    /** The text in this colour, where there are colours. */
    public String of(String text) {
        return begin + text + END;
    }

    /** The text with its colours (ECMA-48, SGR). */
    static String coloured(String text) {
        return MARKS.matcher(text)
                .replaceAll(found -> "\033[" + code(found.group().charAt(0)) + "m");
    }

    /** The text without them. */
    static String plain(String text) {
        return MARKS.matcher(text).replaceAll("");
    }

    private static String code(char mark) {
        for (Accent accent : values()) {
            if (accent.begin == mark) {
                return accent.code;
            }
        }
        return "";
    }
}
