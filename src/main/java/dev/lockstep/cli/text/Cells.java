package dev.lockstep.cli.text;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Lines that tell alike of several things: on a terminal their parts stand below each other, elsewhere a blank is between them.
 * Which parts those are is marked, as {@link Count} marks numbers.
 */
public final class Cells {
    private static final char GAP = '\uDC01';
    private static final Pattern GAPS = Pattern.compile(String.valueOf(GAP));

    private Cells() {}

    /** A line of these parts. */
    public static String of(String... parts) {
        return String.join(String.valueOf(GAP), parts);
    }

    static boolean areIn(String line) {
        return GAPS.matcher(line).find();
    }

    static String plain(String line) {
        return GAPS.matcher(line).replaceAll(" ");
    }

    /**
     * The lines, those of as many parts that follow each other in columns: numbers at the right, all else at the left.
     *
     * @param columns how many columns of a terminal they may take; where that is too few, they are as they are
     */
    static List<String> aligned(List<String> lines, int columns) {
        List<String> aligned = new ArrayList<>();
        for (int from = 0; from < lines.size(); ) {
            int parts = parts(lines.get(from)).size();
            int to = from + 1;
            while (to < lines.size() && parts > 1 && parts(lines.get(to)).size() == parts) {
                to++;
            }
            aligned.addAll(parts > 1 ? table(lines.subList(from, to), columns) : lines.subList(from, to));
            from = to;
        }
        return aligned;
    }

    private static List<String> parts(String line) {
        return List.of(GAPS.split(line, -1));
    }

    private static List<String> table(List<String> lines, int columns) {
        List<Integer> widths = new ArrayList<>();
        for (String line : lines) {
            List<String> parts = parts(line);
            for (int i = 0; i < parts.size(); i++) {
                int width = DisplayWidth.of(parts.get(i));
                if (i == widths.size()) {
                    widths.add(width);
                } else if (i < parts.size() - 1 || isNumber(parts.get(i))) {
                    widths.set(i, Math.max(widths.get(i), width));
                }
            }
        }
        List<String> table = new ArrayList<>();
        for (String line : lines) {
            StringBuilder row = new StringBuilder();
            List<String> parts = parts(line);
            for (int i = 0; i < parts.size(); i++) {
                String part = parts.get(i);
                row.append(i == 0 ? "" : " ")
                        .append(
                                isNumber(part)
                                        ? DisplayWidth.rightPadded(part, widths.get(i))
                                        : DisplayWidth.padded(part, widths.get(i)));
            }
            table.add(row.toString().stripTrailing());
        }
        boolean fits = table.stream().allMatch(row -> DisplayWidth.of(row) <= columns);
        return fits ? table : lines.stream().map(Cells::plain).toList();
    }

    private static boolean isNumber(String part) {
        return !part.isEmpty() && Character.isDigit(part.charAt(0));
    }
}
