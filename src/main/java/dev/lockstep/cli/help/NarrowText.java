package dev.lockstep.cli.help;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A topic of the help, which is laid out for 80 columns, on a narrower terminal: paragraphs are filled anew, of a table each row is
 * told as a paragraph, and what is to be copied stays as it is.
 */
final class NarrowText {
    private static final Pattern ROW = Pattern.compile("( {2,6})(\\S+(?: \\S+)*?) {2,}(\\S.*)");
    private static final int COPIED = 6;
    private static final int HANGING = 4;

    private final List<String> lines;
    private final List<String> folded = new ArrayList<>();
    private final int width;
    private int next;

    private NarrowText(String text, int width) {
        this.lines = text.lines().toList();
        this.width = width;
    }

    static String fold(String text, int width) {
        NarrowText narrow = new NarrowText(text, width);
        while (narrow.next < narrow.lines.size()) {
            narrow.block();
        }
        return String.join("\n", narrow.folded) + "\n";
    }

    private void block() {
        String line = lines.get(next);
        next++;
        int indent = indent(line);
        Matcher row = ROW.matcher(line);
        if (row.matches()) {
            String text = row.group(2) + "  " + row.group(3).replaceAll(" {2,}", ": ");
            add(joined(text, row.start(3)), row.group(1), row.group(1) + " ".repeat(HANGING));
        } else if (indent == COPIED || line.isBlank()) {
            folded.add(line);
        } else {
            String margin = " ".repeat(Math.min(indent, COPIED));
            add(indent == 0 ? line : joined(line.strip(), indent), margin, margin);
        }
    }

    /** With the lines that go on with it: as far in, and not rows themselves. */
    private String joined(String first, int indent) {
        StringBuilder text = new StringBuilder(first);
        while (next < lines.size()) {
            String line = lines.get(next);
            if (line.isBlank() || indent(line) != indent || ROW.matcher(line).matches()) {
                break;
            }
            text.append(' ').append(line.strip());
            next++;
        }
        return text.toString();
    }

    private void add(String text, String first, String rest) {
        folded.addAll(Paragraph.lines(text, width, first, rest));
    }

    private static int indent(String line) {
        return line.length() - line.stripLeading().length();
    }
}
