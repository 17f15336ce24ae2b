package dev.lockstep.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * How text is laid out for whoever reads it. On a terminal numbers are in groups, what belongs below each other stands there, and no
 * word is cut at the edge; elsewhere a line is one line, and a number its digits.
 */
public final class Layout {
    /** What is no terminal. */
    public static final Layout PLAIN = new Layout(false, false, () -> Integer.MAX_VALUE);

    private static final String COMMAND = "'lockstep ";
    private static final int NARROWEST = 20;

    private final boolean isTerminal;
    private final boolean isColoured;
    private final IntSupplier columns;

    /** @param columns how wide a terminal is, asked only if a line may be too long */
    public Layout(boolean isTerminal, boolean isColoured, IntSupplier columns) {
        this.isTerminal = isTerminal;
        this.isColoured = isColoured;
        this.columns = columns;
    }

    /** Text whose marks mean nothing where it goes: a file, another program. */
    public static String unmarked(String text) {
        return Accent.plain(Cells.plain(Count.plain(text)));
    }

    /** The same for a page that people read. */
    public static String printed(String text) {
        return Accent.plain(Cells.plain(Count.grouped(text)));
    }

    /** Lines that belong together. */
    public List<String> lines(List<String> lines) {
        List<String> laid = new ArrayList<>();
        if (isTerminal) {
            List<String> grouped = lines.stream().map(Count::grouped).toList();
            boolean areAlike = grouped.stream().anyMatch(Cells::areIn);
            List<String> rows = areAlike ? Cells.aligned(grouped, columns.getAsInt()) : grouped;
            rows.forEach(row -> laid.addAll(wrapped(row)));
        } else {
            lines.forEach(line -> laid.add(Cells.plain(Count.plain(line))));
        }
        return laid.stream()
                .map(line -> isColoured ? Accent.coloured(line) : Accent.plain(line))
                .toList();
    }

    /** Text of one or more lines. */
    public String text(String text) {
        return String.join("\n", lines(List.of(text.split("\n", -1))));
    }

    private List<String> wrapped(String line) {
        if (line.length() < NARROWEST || DisplayWidth.of(line) <= columns.getAsInt()) {
            return List.of(line);
        }
        int room = Math.max(NARROWEST, columns.getAsInt());
        int blanks = Math.min(NARROWEST / 2, line.length() - line.stripLeading().length());
        List<String> wrapped = new ArrayList<>();
        StringBuilder now = new StringBuilder(" ".repeat(blanks));
        boolean isEmpty = true;
        for (String word : words(line.substring(blanks))) {
            if (!isEmpty && DisplayWidth.of(now.toString()) + 1 + DisplayWidth.of(word) > room) {
                wrapped.add(now.toString().stripTrailing());
                now = new StringBuilder(" ".repeat(blanks + 2));
                isEmpty = true;
            }
            now.append(isEmpty ? "" : " ").append(word);
            isEmpty = false;
        }
        wrapped.add(now.toString());
        return wrapped;
    }

    /** A command is one word, so that it can be copied as a whole; the terminal itself breaks one that is longer than a line. */
    private static List<String> words(String line) {
        List<String> words = new ArrayList<>();
        int from = 0;
        for (int at = line.indexOf(' '); at >= 0; at = line.indexOf(' ', at + 1)) {
            int command = line.lastIndexOf(COMMAND, at);
            boolean isOpen = command >= from && line.indexOf('\'', command + COMMAND.length()) >= at;
            if (!isOpen) {
                words.add(line.substring(from, at));
                from = at + 1;
            }
        }
        words.add(line.substring(from));
        return words;
    }
}
