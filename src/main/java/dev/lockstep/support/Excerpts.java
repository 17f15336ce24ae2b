package dev.lockstep.support;

/**
 * Two texts that differ, as much of each as there is room for: from shortly before the place where they part. What is left
 * out is an ellipsis.
 */
public record Excerpts(String one, String other) {
    /** Of the room, how much goes to what both have before they part, as a divisor. */
    private static final int LEAD = 4;

    /**
     * Cuts two texts.
     *
     * @param most how many UTF-16 units of each are shown, about
     */
    public static Excerpts of(String one, String other, int most) {
        if (one.length() <= most && other.length() <= most) {
            return new Excerpts(one, other);
        }
        int parting = parting(one, other);
        int from = parting <= most / 2 ? 0 : parting - most / LEAD;
        return new Excerpts(cut(one, from, most), cut(other, from, most));
    }

    /** The beginning of a text that is compared with none. */
    public static String beginning(String text, int most) {
        return cut(text, 0, most);
    }

    private static int parting(String one, String other) {
        int at = 0;
        while (at < one.length() && at < other.length() && one.charAt(at) == other.charAt(at)) {
            at++;
        }
        return at;
    }

    private static String cut(String text, int from, int most) {
        int begin = whole(text, Math.min(from, text.length()));
        int end = whole(text, Math.min(begin + most, text.length()));
        return (begin > 0 ? "…" : "") + text.substring(begin, end) + (end < text.length() ? "…" : "");
    }

    /** A place at which no character is cut in two. */
    private static int whole(String text, int at) {
        boolean inside = at > 0
                && at < text.length()
                && Character.isLowSurrogate(text.charAt(at))
                && Character.isHighSurrogate(text.charAt(at - 1));
        return inside ? at - 1 : at;
    }
}
