package dev.lockstep.cli.text;

import dev.lockstep.support.Environment;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How large the terminal is that standard output is, or how large to take it for. */
public record TerminalSize(int rows, int columns) {
    private static final int USUAL_ROWS = 24;
    private static final int USUAL_COLUMNS = 80;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})");

    /** As the kernel knows it, whom Java cannot ask, if there is a terminal; else, or if it does not know, as COLUMNS and LINES say. */
    public static TerminalSize of(Environment environment, boolean isTerminal) {
        Optional<TerminalSize> asked = isTerminal ? asked() : Optional.empty();
        return asked.orElseGet(() -> new TerminalSize(
                number(environment, "LINES", USUAL_ROWS), number(environment, "COLUMNS", USUAL_COLUMNS)));
    }

    private static Optional<TerminalSize> asked() {
        return Stty.run("size")
                .map(SIZE::matcher)
                .filter(Matcher::matches)
                .map(size -> new TerminalSize(Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2))))
                .filter(known -> known.rows > 0 && known.columns > 0);
    }

    private static int number(Environment environment, String variable, int usual) {
        return environment
                .get(variable)
                .filter(text -> text.matches("[1-9]\\d{0,4}"))
                .map(Integer::parseInt)
                .orElse(usual);
    }
}
