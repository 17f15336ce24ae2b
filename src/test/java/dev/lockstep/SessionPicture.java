package dev.lockstep;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A picture (SVG) of what a terminal showed. What did not stay there is in a colour of its own. */
final class SessionPicture {
    private static final int MARGIN = 18;
    private static final int LINE = 18;
    private static final double CHARACTER = 8.43;
    private static final String TYPED = "#ffd580";
    private static final String SHOWN = "#d8dee9";
    private static final String PASSED = "#88c0d0";
    private static final Pattern TEXT = Pattern.compile("<text [^>]*fill=\"(#[0-9a-f]+)\"[^>]*>([^<]*)</text>");

    private SessionPicture() {}

    /** Lines that are wider than the terminal go on in the next one. */
    static String of(List<TerminalRecording.Line> lines, int columns) {
        List<TerminalRecording.Line> rows =
                lines.stream().flatMap(line -> rows(line, columns)).toList();
        int height = 44 + LINE * rows.size();
        int width = (int) (2 * MARGIN + columns * CHARACTER) + 1;
        StringBuilder svg = new StringBuilder("""
                <svg xmlns="http://www.w3.org/2000/svg" width="%2$d" height="%1$d" viewBox="0 0 %2$d %1$d">
                <rect width="%2$d" height="%1$d" rx="8" fill="#1d2330"/>
                <g font-family="ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="14" xml:space="preserve">
                """.formatted(height, width));
        int y = 34;
        for (TerminalRecording.Line row : rows) {
            svg.append(text(row, y));
            y += LINE;
        }
        return svg.append("</g>\n</svg>\n").toString();
    }

    private static Stream<TerminalRecording.Line> rows(TerminalRecording.Line line, int columns) {
        String text = line.text();
        return IntStream.rangeClosed(0, Math.max(0, text.length() - 1) / columns)
                .map(row -> row * columns)
                .mapToObj(from -> text.substring(from, Math.min(text.length(), from + columns)))
                .map(row -> new TerminalRecording.Line(row, line.stayed()));
    }

    private static String text(TerminalRecording.Line row, int y) {
        String text = row.text();
        String colour = !row.stayed() ? PASSED : text.startsWith("$ ") ? TYPED : SHOWN;
        return "<text x=\"%d\" y=\"%d\" fill=\"%s\" textLength=\"%.2f\">%s</text>\n"
                .formatted(
                        MARGIN,
                        y,
                        colour,
                        text.codePointCount(0, text.length()) * CHARACTER,
                        text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"));
    }

    /** The lines of a picture that stayed on the terminal. */
    static List<String> lines(String svg) {
        List<String> lines = new ArrayList<>();
        Matcher text = TEXT.matcher(svg);
        while (text.find()) {
            if (!PASSED.equals(text.group(1))) {
                lines.add(
                        text.group(2).replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"));
            }
        }
        return lines;
    }
}
