package dev.lockstep.cli.kit;

import dev.lockstep.cli.text.StandardStream;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;

/** Asks a person before something large or destructive. */
public final class Confirmation {
    private static final String HINT = "add --yes if that is meant";

    private final Output output;
    private final InputStream in;

    Confirmation(Output output, InputStream in) {
        this.output = output;
        this.in = in;
    }

    /** Whether a person is at a terminal, who can be told and asked. */
    public static boolean isAttended() {
        return StandardStream.INPUT.isTerminal() && StandardStream.ERROR.isTerminal();
    }

    /** @throws LockstepException refused: the answer is no, or there is nobody to ask */
    void ask(String what) {
        if (!isAttended()) {
            throw LockstepException.refused(what + ": there is no terminal to ask", HINT);
        }
        output.ask(what + "? [y/N] ");
        if (!answer().startsWith("y")) {
            throw LockstepException.refused("not confirmed; nothing was done", null);
        }
    }

    private String answer() {
        StringBuilder line = new StringBuilder();
        try {
            for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                line.append((char) c);
            }
        } catch (IOException e) {
            throw LockstepException.refused("no answer: " + e.getMessage(), HINT);
        }
        return line.toString().strip().toLowerCase(Locale.ROOT);
    }
}
