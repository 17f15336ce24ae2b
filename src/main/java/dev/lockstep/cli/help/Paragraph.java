package dev.lockstep.cli.help;

import java.util.ArrayList;
import java.util.List;

/** Text that is broken at blanks to fit a width. A word that is wider stands on a line of its own, whole. */
final class Paragraph {
    private Paragraph() {}

    /** Lines of at most so many columns, the first after {@code first}, the others after {@code rest}. */
    static List<String> lines(String text, int width, String first, String rest) {
        return lines(List.of(text.split(" ")), width, first, rest, "");
    }

    /** The words of a command line, which a backslash continues where it is broken, so that it can be pasted. */
    static List<String> command(String line, int width) {
        return line.length() + 2 <= width
                ? List.of("  " + line)
                : lines(shellWords(line), width - 2, "  ", "    ", " \\");
    }

    private static List<String> lines(List<String> words, int width, String first, String rest, String broken) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder(first);
        boolean empty = true;
        for (String word : words) {
            if (!empty && line.length() + 1 + word.length() > width) {
                lines.add(line + broken);
                line = new StringBuilder(rest);
                empty = true;
            }
            line.append(empty ? "" : " ").append(word);
            empty = false;
        }
        lines.add(line.toString());
        return lines;
    }

    /** Cut at blanks outside quotes; the quotes stay. */
    private static List<String> shellWords(String line) {
        List<String> words = new ArrayList<>();
        int from = 0;
        char quote = 0;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (quote == 0 && c == ' ') {
                words.add(line.substring(from, i));
                from = i + 1;
            } else if (c == quote) {
                quote = 0;
            } else if (quote == 0 && (c == '"' || c == '\'')) {
                quote = c;
            }
        }
        words.add(line.substring(from));
        return words;
    }
}
