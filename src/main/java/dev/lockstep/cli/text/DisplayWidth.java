package dev.lockstep.cli.text;

/**
 * How many columns of a terminal a text takes: two for what East Asian scripts and emoji are made of, none for what is written over
 * the letter before it (Unicode's annex 11, and general categories Mn, Me and Cf).
 */
public final class DisplayWidth {
    private static final int ZERO_WIDTH_JOINER = 0x200D;
    private static final int EMOJI_PRESENTATION = 0xFE0F;
    private static final int FIRST_REGIONAL = 0x1F1E6;
    private static final int LAST_REGIONAL = 0x1F1FF;
    private static final String ELLIPSIS = "…";

    /** Beginnings and ends of what is two columns wide. */
    private static final int[] WIDE = {
        0x1100,
        0x115F,
        0x231A,
        0x231B,
        0x2329,
        0x232A,
        0x23E9,
        0x23EC,
        0x23F0,
        0x23F0,
        0x23F3,
        0x23F3,
        0x25FD,
        0x25FE,
        0x2614,
        0x2615,
        0x2648,
        0x2653,
        0x267F,
        0x267F,
        0x2693,
        0x2693,
        0x26A1,
        0x26A1,
        0x26AA,
        0x26AB,
        0x26BD,
        0x26BE,
        0x26C4,
        0x26C5,
        0x26CE,
        0x26CE,
        0x26D4,
        0x26D4,
        0x26EA,
        0x26EA,
        0x26F2,
        0x26F3,
        0x26F5,
        0x26F5,
        0x26FA,
        0x26FA,
        0x26FD,
        0x26FD,
        0x2705,
        0x2705,
        0x270A,
        0x270B,
        0x2728,
        0x2728,
        0x274C,
        0x274C,
        0x274E,
        0x274E,
        0x2753,
        0x2755,
        0x2757,
        0x2757,
        0x2795,
        0x2797,
        0x27B0,
        0x27B0,
        0x27BF,
        0x27BF,
        0x2B1B,
        0x2B1C,
        0x2B50,
        0x2B50,
        0x2B55,
        0x2B55,
        0x2E80,
        0x303E,
        0x3041,
        0x33FF,
        0x3400,
        0x4DBF,
        0x4E00,
        0x9FFF,
        0xA000,
        0xA4CF,
        0xA960,
        0xA97F,
        0xAC00,
        0xD7A3,
        0xF900,
        0xFAFF,
        0xFE10,
        0xFE19,
        0xFE30,
        0xFE6F,
        0xFF01,
        0xFF60,
        0xFFE0,
        0xFFE6,
        0x16FE0,
        0x18DFF,
        0x1AFF0,
        0x1B2FF,
        0x1F004,
        0x1F004,
        0x1F0CF,
        0x1F0CF,
        0x1F18E,
        0x1F18E,
        0x1F191,
        0x1F19A,
        FIRST_REGIONAL,
        0x1F320,
        0x1F32D,
        0x1F335,
        0x1F337,
        0x1F37C,
        0x1F37E,
        0x1F393,
        0x1F3A0,
        0x1F3CA,
        0x1F3CF,
        0x1F3D3,
        0x1F3E0,
        0x1F3F0,
        0x1F3F4,
        0x1F3F4,
        0x1F3F8,
        0x1F43E,
        0x1F440,
        0x1F440,
        0x1F442,
        0x1F4FC,
        0x1F4FF,
        0x1F53D,
        0x1F54B,
        0x1F54E,
        0x1F550,
        0x1F567,
        0x1F57A,
        0x1F57A,
        0x1F595,
        0x1F596,
        0x1F5A4,
        0x1F5A4,
        0x1F5FB,
        0x1F64F,
        0x1F680,
        0x1F6C5,
        0x1F6CC,
        0x1F6CC,
        0x1F6D0,
        0x1F6D2,
        0x1F6D5,
        0x1F6D7,
        0x1F6DC,
        0x1F6DF,
        0x1F6EB,
        0x1F6EC,
        0x1F6F4,
        0x1F6FC,
        0x1F7E0,
        0x1F7EB,
        0x1F7F0,
        0x1F7F0,
        0x1F90C,
        0x1F93A,
        0x1F93C,
        0x1F945,
        0x1F947,
        0x1F9FF,
        0x1FA70,
        0x1FAFF,
        0x20000,
        0x3FFFD
    };

    private DisplayWidth() {}

    /** Of a text without control characters. */
    public static int of(String text) {
        int width = 0;
        for (int at = 0; at < text.length(); ) {
            int end = end(text, at);
            width += ofOne(text, at, end);
            at = end;
        }
        return width;
    }

    /** The text, and blanks behind it as far as a column goes. */
    public static String padded(String text, int columns) {
        return text + " ".repeat(Math.max(0, columns - of(text)));
    }

    /** The same with the blanks before it, as numbers stand. */
    public static String rightPadded(String text, int columns) {
        return " ".repeat(Math.max(0, columns - of(text))) + text;
    }

    /** As much of the text as has room, with an ellipsis for the rest; what belongs together is never halved. */
    public static String cut(String text, int columns) {
        if (of(text) <= columns) {
            return text;
        }
        int width = 0;
        int at = 0;
        while (at < text.length()) {
            int end = end(text, at);
            int one = ofOne(text, at, end);
            if (width + one > columns - 1) {
                break;
            }
            width += one;
            at = end;
        }
        return columns < 1 ? "" : text.substring(0, at) + ELLIPSIS;
    }

    /** Where what a person takes for one character ends: with its accents, and with what a joiner joins to it. */
    private static int end(String text, int at) {
        int first = text.codePointAt(at);
        int end = at + Character.charCount(first);
        boolean joined = false;
        while (end < text.length()) {
            int next = text.codePointAt(end);
            boolean flag = isRegional(first) && isRegional(next) && end == at + Character.charCount(first);
            if (!joined && !flag && !isOverwritten(next) && !isSkinTone(next)) {
                break;
            }
            joined = next == ZERO_WIDTH_JOINER;
            end += Character.charCount(next);
        }
        return end;
    }

    private static int ofOne(String text, int at, int end) {
        int first = text.codePointAt(at);
        if (isOverwritten(first)) {
            return 0;
        }
        boolean emoji = text.substring(at, end).indexOf(EMOJI_PRESENTATION) >= 0;
        return emoji || isWide(first) ? 2 : 1;
    }

    private static boolean isRegional(int codePoint) {
        return codePoint >= FIRST_REGIONAL && codePoint <= LAST_REGIONAL;
    }

    private static boolean isSkinTone(int codePoint) {
        return codePoint >= 0x1F3FB && codePoint <= 0x1F3FF;
    }

    private static boolean isOverwritten(int codePoint) {
        int type = Character.getType(codePoint);
        // Half of a pair marks text that is not laid out yet.
        return type == Character.SURROGATE
                || type == Character.NON_SPACING_MARK
                || type == Character.ENCLOSING_MARK
                || (type == Character.FORMAT && codePoint != 0xAD);
    }

    private static boolean isWide(int codePoint) {
        for (int i = 0; i < WIDE.length && WIDE[i] <= codePoint; i += 2) {
            if (codePoint <= WIDE[i + 1]) {
                return true;
            }
        }
        return false;
    }
}
