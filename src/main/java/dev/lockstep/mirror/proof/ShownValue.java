package dev.lockstep.mirror.proof;

import dev.lockstep.support.Excerpts;

/**
 * A value as people read it: {@code 17}, {@code 'a text'}, {@code x'00ff'}.
 *
 * @param open what stands before the text, a quote
 * @param text as much of it as is held
 * @param close what stands behind it
 * @param isWhole whether that is all of it
 */
public record ShownValue(String open, String text, String close, boolean isWhole) {
    static ShownValue plain(String text) {
        return new ShownValue("", text, "", true);
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
        return open + excerpt + (isCut ? "…" : "") + close;
    }
}
