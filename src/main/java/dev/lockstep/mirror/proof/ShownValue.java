package dev.lockstep.mirror.proof;

import dev.lockstep.support.Excerpts;

/**
 * A value as people read it: {@code 17}, {@code 'a text'}, {@code x'00ff'}.
 *
 * @param form what it is
 * @param text as much of it as is held, without quotes; of a blob, hexadecimal digits
 * @param length of all of it: characters of a text, bytes of a blob
 * @param isWhole whether all of it is held
 */
public record ShownValue(Form form, String text, long length, boolean isWhole) {
    private static final int SHOWN_BYTES = 16;

    /** How a value is written. */
    public enum Form {
        /** As it is: a number, a time, NULL. */
        PLAIN,
        /** In quotes. */
        TEXT,
        /** In hexadecimal digits. */
        BLOB
    }

    static ShownValue plain(String text) {
        return new ShownValue(Form.PLAIN, text, text.codePointCount(0, text.length()), true);
    }

    /** Its beginning, with about so many characters. */
    public String beginning(int most) {
        return shown(Excerpts.beginning(text, most));
    }

    /** It beside another that differs from it, from where they do. */
    public String beside(ShownValue other, int most) {
        boolean alike = text.equals(other.text) && !isWhole;
        return alike
                ? beginning(most) + " (alike in the first " + text.length() + " characters)"
                : shown(Excerpts.of(text, other.text, most).one());
    }

    private String shown(String excerpt) {
        boolean isCut = !isWhole && excerpt.equals(text);
        String open = form == Form.PLAIN ? "" : form == Form.TEXT ? "'" : "x'";
        String close =
                form == Form.PLAIN ? "" : form == Form.BLOB && length > SHOWN_BYTES ? "' of " + length + " bytes" : "'";
        return open + excerpt + (isCut ? "…" : "") + close;
    }
}
