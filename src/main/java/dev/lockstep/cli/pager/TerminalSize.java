package dev.lockstep.cli.pager;

import dev.lockstep.support.Environment;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How large the terminal is that standard output is, or how large to take it for. */
public record TerminalSize(int rows, int columns) {
    private static final int USUAL_ROWS = 24;
    private static final int USUAL_COLUMNS = 80;
    private static final int PATIENCE_SECONDS = 2;
    private static final Pattern SIZE = Pattern.compile("(\\d{1,5}) (\\d{1,5})\\s*");

    /** As the kernel knows it, whom Java cannot ask, if there is a terminal; else, or if it does not know, as COLUMNS and LINES say. */
    public static TerminalSize of(Environment environment, boolean isTerminal) {
        Optional<TerminalSize> asked = isTerminal ? asked() : Optional.empty();
        return asked.orElseGet(() -> new TerminalSize(
                number(environment, "LINES", USUAL_ROWS), number(environment, "COLUMNS", USUAL_COLUMNS)));
    }

    private static Optional<TerminalSize> asked() {
        try {
            Process stty = new ProcessBuilder("stty", "size")
                    .redirectInput(new File("/dev/tty"))
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String size = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
            Matcher matcher = SIZE.matcher(size);
            if (stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS) && matcher.matches()) {
                TerminalSize asked =
                        new TerminalSize(Integer.parseInt(matcher.group(1)), Integer.parseInt(matcher.group(2)));
                return Optional.of(asked).filter(known -> known.rows > 0 && known.columns > 0);
            }
        } catch (IOException e) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }

    private static int number(Environment environment, String variable, int usual) {
        return environment
                .get(variable)
                .filter(text -> text.matches("[1-9]\\d{0,4}"))
                .map(Integer::parseInt)
                .orElse(usual);
    }
}
