package dev.lockstep.cli.html;

/** Text as it stands in HTML, whatever it is made of. */
final class HtmlText {
    private HtmlText() {}

    /** With what HTML would read as something else, and what XML has no place for, spelled out. */
    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(c -> {
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                case '\'' -> escaped.append("&#39;");
                case '\n', '\t' -> escaped.append((char) c);
                default -> {
                    if (isHidden(c)) {
                        escaped.append(c > 0xff ? "\\u%04x".formatted(c) : "\\x%02x".formatted(c));
                    } else {
                        escaped.appendCodePoint(c);
                    }
                }
            }
        });
        return escaped.toString();
    }

    /** Control characters, halves of pairs, what turns the direction of writing, and what is no character. */
    private static boolean isHidden(int c) {
        return switch (Character.getType(c)) {
            case Character.CONTROL, Character.SURROGATE, Character.UNASSIGNED -> true;
            case Character.FORMAT -> c != 0x200D;
            default -> false;
        };
    }
}
