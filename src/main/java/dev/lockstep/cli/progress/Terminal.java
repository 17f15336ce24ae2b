package dev.lockstep.cli.progress;

import dev.lockstep.cli.process.TerminalJob;
import dev.lockstep.cli.text.StandardStream;
import dev.lockstep.cli.text.TerminalSize;
import dev.lockstep.support.Environment;
import org.jline.utils.Signals;

/** The terminal that standard error is. */
final class Terminal implements AutoCloseable {
    private static final String RESIZED = "WINCH";

    private final Environment environment;
    private final Object before;
    private volatile boolean resized = true;
    private int columns;

    private Terminal(Environment environment) {
        this.environment = environment;
        this.before = Signals.register(RESIZED, () -> resized = true);
    }

    /** Whether a line can be written over there: it is a terminal, and not one that only prints. */
    static boolean isThere(Environment environment) {
        return StandardStream.ERROR.isTerminal()
                && environment.get("TERM").filter(kind -> !kind.equals("dumb")).isPresent();
    }

    static Terminal of(Environment environment) {
        return new Terminal(environment);
    }

    /** How wide it is now. */
    int columns() {
        if (resized) {
            resized = false;
            columns = TerminalSize.of(environment, true).columns();
        }
        return columns;
    }

    /** Whether this process may draw: a job in the background would draw into what its user types. */
    boolean isOurs() {
        return TerminalJob.now() != TerminalJob.BACKGROUND;
    }

    @Override
    public void close() {
        if (before != null) {
            Signals.unregister(RESIZED, before);
        }
    }
}
