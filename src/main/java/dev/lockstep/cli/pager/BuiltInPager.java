package dev.lockstep.cli.pager;

import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.text.Stty;
import dev.lockstep.cli.text.TerminalSize;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.util.Optional;

/** Stops after each page until a key is pressed: a blank for the next page, Enter for a line, q to leave. */
final class BuiltInPager extends Pager {
    private static final String PROMPT = "-- more: blank for a page, Enter for a line, q to leave --";
    private static final String ERASE_LINE = "\r\033[K";
    private static final int INTERRUPT = 3;

    private final PrintStream out;
    private int left;

    BuiltInPager(TerminalSize size, boolean isColoured, PrintStream out) {
        super(size, isColoured);
        this.out = out;
        this.left = page();
    }

    private int page() {
        return Math.max(1, rows() - 1);
    }

    @Override
    public void line(String text) {
        if (left == 0) {
            ask();
        }
        out.println(text);
        if (out.checkError()) {
            throw new Output.Closed();
        }
        left--;
    }

    private void ask() {
        out.print(PROMPT);
        out.flush();
        int key = key();
        out.print(ERASE_LINE);
        out.flush();
        switch (key) {
            case 'q', 'Q', INTERRUPT, -1 -> throw new Output.Closed();
            case '\n', '\r' -> left = 1;
            default -> left = page();
        }
    }

    /** One key, which the terminal neither shows nor keeps until Enter; -1 if there is no terminal to ask. */
    private static int key() {
        Optional<String> before = Stty.run("-g");
        if (before.isEmpty()) {
            return -1;
        }
        Stty.run("-icanon", "-echo", "-isig", "min", "1", "time", "0");
        try (InputStream keys = new FileInputStream(Stty.TERMINAL)) {
            return keys.read();
        } catch (IOException e) {
            return -1;
        } finally {
            Stty.run(before.get());
        }
    }

    @Override
    public void close() {
        out.flush();
    }
}
