package dev.lockstep;

import java.util.ArrayList;
import java.util.List;

/** What was to be seen on a terminal of lines, top to bottom: what stayed, and what was written over. */
record TerminalRecording(List<Line> all) {
    private static final String TO_THE_END = "\033[K";

    /** @param stayed whether it was there at the end */
    record Line(String text, boolean stayed) {}

    /** @param bytes what came from the terminal's programs, of whose controls these know colours, and to begin a line anew */
    static TerminalRecording of(String bytes) {
        List<Line> lines = new ArrayList<>();
        String whole = bytes.replace("\r\n", "\n").replaceAll("\033\\[[\\d;]*m", "");
        for (String line : whole.stripTrailing().split("\n", -1)) {
            String last = "";
            for (String part : line.split("\r", -1)) {
                String text = part.replace(TO_THE_END, "");
                if (part.startsWith(TO_THE_END) || part.contains(TO_THE_END)) {
                    overwrite(lines, last);
                }
                last = text;
            }
            lines.add(new Line(last.stripTrailing(), true));
        }
        return new TerminalRecording(lines);
    }

    /** Of one bar that is drawn again and again, the last stays. */
    private static void overwrite(List<Line> lines, String text) {
        if (text.isBlank()) {
            return;
        }
        Line before = lines.isEmpty() ? new Line("", true) : lines.get(lines.size() - 1);
        if (!before.stayed() && head(before.text()).equals(head(text))) {
            lines.remove(lines.size() - 1);
        }
        lines.add(new Line(text.stripTrailing(), false));
    }

    private static String head(String bar) {
        return bar.split(" \\[|,", 2)[0];
    }

    /** What was there at the end. */
    List<String> kept() {
        return all.stream().filter(Line::stayed).map(Line::text).toList();
    }
}
