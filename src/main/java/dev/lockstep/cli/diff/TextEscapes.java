package dev.lockstep.cli.diff;

/** Text in which each character can be seen: what moves a cursor, turns the direction of writing or takes no room is escaped. */
final class TextEscapes {
    private TextEscapes() {}

    /** @param ascii whether all that is beyond ASCII is escaped */
    static boolean needsThem(String text, boolean ascii) {
        return text.codePoints().anyMatch(c -> isHidden(c) || (ascii && isBeyondAscii(c)));
    }

    /** The ellipsis is ours, where something is left out. */
    private static boolean isBeyondAscii(int c) {
        return c > 0x7e && c != '…';
    }

    private static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.PRIVATE_USE,
                    Character.UNASSIGNED,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR -> true;
            case Character.SPACE_SEPARATOR -> c != ' ';
            default -> false;
        };
    }

    /** A name or a key, which stays as it is unless it has something to hide. */
    static String escapedKey(String text) {
        return needsThem(text, false) ? escaped(text, false) : text;
    }

    /** With backslashes doubled, so that an escape can be told from what looks like one. */
    static String escaped(String text, boolean ascii) {
        StringBuilder escaped = new StringBuilder();
        text.codePoints().forEach(c -> {
            switch (c) {
                case '\n' -> escaped.append("\\n");
                case '\r' -> escaped.append("\\r");
                case '\t' -> escaped.append("\\t");
                case '\\' -> escaped.append("\\\\");
                default -> {
                    if (!isHidden(c) && !(ascii && isBeyondAscii(c))) {
                        escaped.appendCodePoint(c);
                    } else if (c <= 0xff && Character.isISOControl(c)) {
                        escaped.append("\\x%02x".formatted(c));
                    } else {
                        escaped.append(c > Character.MAX_VALUE ? "\\U%08x".formatted(c) : "\\u%04x".formatted(c));
                    }
                }
            }
        });
        return escaped.toString();
    }
}
