package dev.lockstep.cli.help;

import dev.lockstep.cli.text.StandardStream;
import dev.lockstep.cli.text.TerminalSize;
import dev.lockstep.support.Environment;

/** How wide the terminal is that standard output is. */
public final class TerminalWidth {
    private TerminalWidth() {}

    /** In columns: what COLUMNS says, else what the terminal says, else 80. */
    public static int of(Environment environment) {
        return environment
                .get("COLUMNS")
                .filter(text -> text.matches("[1-9]\\d{0,3}"))
                .map(Integer::parseInt)
                .orElseGet(() -> TerminalSize.of(environment, StandardStream.OUTPUT.isTerminal())
                        .columns());
    }
}
