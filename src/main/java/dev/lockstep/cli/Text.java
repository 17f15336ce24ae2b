package dev.lockstep.cli;

/** Text as a terminal should get it. */
final class Text {
    private Text() {}

    /** The text with control characters shown as escapes, so that data cannot drive the terminal. Tabs and line feeds stay. */
    static String printable(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (isControl(text.charAt(i))) {
                return escaped(text);
            }
        }
        return text;
    }

    /** So many of them: {@code 1 file}, {@code 2 files}. */
    static String count(long number, String one) {
        return number + " " + one + (number == 1 ? "" : "s");
    }

    private static boolean isControl(char c) {
        return c != '\n' && c != '\t' && Character.isISOControl(c);
    }

    private static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (isControl(c)) {
                escaped.append("\\x").append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xf, 16));
            } else {
                escaped.append(c);
            }
        }
        return escaped.toString();
    }
}
