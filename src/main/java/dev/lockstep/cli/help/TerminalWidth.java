package dev.lockstep.cli.help;

import dev.lockstep.support.Environment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How wide the terminal is that standard output is. */
public final class TerminalWidth {
    private static final Pattern SIZE = Pattern.compile("\\d+ (\\d{1,4})\\s*");

    private TerminalWidth() {}

    /** In columns: what COLUMNS says, else what the terminal says, else 80. */
    public static int of(Environment environment) {
        return environment
                .get("COLUMNS")
                .filter(text -> text.matches("[1-9]\\d{0,3}"))
                .or(TerminalWidth::measured)
                .map(Integer::parseInt)
                .orElse(HelpPage.COLUMNS);
    }

    /** Nothing of Java knows; stty does, of its standard input. */
    private static Optional<String> measured() {
        String terminals = System.getProperty("lockstep.tty", "");
        if (!terminals.contains("1")) {
            return Optional.empty();
        }
        try {
            Process stty = new ProcessBuilder("sh", "-c", "exec stty size </dev/tty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            stty.getOutputStream().close();
            Matcher size = SIZE.matcher(new String(stty.getInputStream().readAllBytes(), StandardCharsets.UTF_8));
            return size.matches() && !size.group(1).equals("0") ? Optional.of(size.group(1)) : Optional.empty();
        } catch (IOException e) {
            return Optional.empty();
        }
    }
}
