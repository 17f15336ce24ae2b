package dev.lockstep.cli.kit;

import dev.lockstep.cli.text.Accent;
import dev.lockstep.cli.text.Layout;
import dev.lockstep.support.Redactor;
import java.io.PrintStream;

/**
 * Standard error: messages, and on a terminal below them one line that is written over again and again. A message, or a line of
 * standard output that comes to the same terminal, takes that line away first, so that nothing is printed behind it.
 */
final class MessageStream {
    private static final String TO_THE_END = "\033[K";

    private final PrintStream err;
    private final Redactor redactor;
    private Layout layout = Layout.PLAIN;
    private String status = "";

    /** @param redactor knows what must not be printed */
    MessageStream(PrintStream err, Redactor redactor) {
        this.err = err;
        this.redactor = redactor;
    }

    PrintStream stream() {
        return err;
    }

    /** How messages are laid out from now on. */
    synchronized void layOut(Layout wanted) {
        layout = wanted;
    }

    synchronized void say(String message) {
        clear();
        err.println(layout.text(redactor.redact(TerminalText.printable(message))));
    }

    /** @param command whose warning it is */
    void warn(String command, String message) {
        say("lockstep " + command + ": " + Accent.ODD.of("warning:") + " " + message);
    }

    /**
     * Why a command has failed.
     *
     * @param command empty: none was found
     * @param hint null: there is none
     */
    void failed(String command, Object message, Object hint) {
        say(Accent.BAD.of("lockstep" + (command.isEmpty() ? "" : " " + command) + ":") + " " + message);
        if (hint != null) {
            say(Accent.ADVICE.of(TerminalText.HINT) + " " + hint);
        }
    }

    /** Text of several lines, which is ours. */
    synchronized void print(String text) {
        clear();
        err.print(redactor.redact(text));
        err.flush();
    }

    /** A question, which the answer follows on the same line. */
    synchronized void ask(String question) {
        clear();
        err.print(TerminalText.printable(question));
        err.flush();
    }

    /** Shows a line that is to be written over, narrower than the terminal; an empty one takes it away. */
    synchronized void show(String line) {
        if (line.isEmpty()) {
            clear();
        } else if (!line.equals(status)) {
            err.print("\r" + redactor.redact(TerminalText.printable(line)) + TO_THE_END);
            err.flush();
            status = line;
        }
    }

    /** Before anything else is printed. */
    synchronized void clear() {
        if (!status.isEmpty()) {
            err.print("\r" + TO_THE_END);
            err.flush();
            status = "";
        }
    }
}
