package dev.lockstep.cli.text;

/**
 * What a colour says: where a person should look first. A text is marked with it before it is known whether it goes to a terminal, as
 * {@link Count} marks numbers.
 */
public enum Accent {
    /** Something failed. */
    BAD('\uFDD2', "1;31"),
    /** Something should be known. */
    ODD('\uFDD3', "1;33"),
    /** All is well. */
    GOOD('\uFDD4', "32"),
    /** What to do. */
    ADVICE('\uFDD5', "1;36");

    private static final char END = '\uFDD6';

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
        String shown = text;
        for (Accent accent : values()) {
            shown = shown.replace(String.valueOf(accent.begin), "\033[" + accent.code + "m");
        }
        return shown.replace(String.valueOf(END), "\033[m");
    }

    /** The text without them. */
    static String plain(String text) {
        String shown = text;
        for (Accent accent : values()) {
            shown = shown.replace(String.valueOf(accent.begin), "");
        }
        return shown.replace(String.valueOf(END), "");
    }
}
