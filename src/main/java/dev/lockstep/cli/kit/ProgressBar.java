package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options;
import java.time.Duration;

/**
 * How far long work is, for whoever watches: a bar that moves on a terminal; elsewhere, with {@code -v}, a line now and then.
 * Nothing else may be written to standard error while a bar is shown.
 */
public final class ProgressBar implements AutoCloseable {
    private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);
    private static final int WIDTH = 30;

    private final Invocation call;
    private final boolean watched;
    private long lastLine = System.nanoTime();
    private int shown;

    /** For one run of a command. */
    public ProgressBar(Invocation call) {
        this.call = call;
        this.watched = System.getProperty("lockstep.tty", "").contains("2") && !call.has(Options.QUIET);
    }

    /**
     * Shows how far it is.
     *
     * @param total of which {@code done} are done; may be 0 if nobody knows
     */
    public void at(String what, long done, long total) {
        if (watched) {
            int filled = total == 0 ? 0 : (int) Math.min(WIDTH, done * WIDTH / total);
            draw(what + " [" + "#".repeat(filled) + "-".repeat(WIDTH - filled) + "] " + done + "/" + total);
        } else if (System.nanoTime() - lastLine >= BETWEEN_LINES.toNanos()) {
            lastLine = System.nanoTime();
            call.output().detail(what + ": " + done + " of " + total);
        }
    }

    private void draw(String line) {
        call.output().overwrite(line + " ".repeat(Math.max(0, shown - line.length())));
        shown = line.length();
    }

    /** Takes the bar away. */
    @Override
    public void close() {
        if (shown > 0) {
            draw("");
            call.output().overwrite("");
        }
    }
}
