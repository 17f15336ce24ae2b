package dev.lockstep.cli.shell;

import dev.lockstep.cli.kit.Invocation;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jline.utils.InfoCmp;
import org.jline.utils.Signals;

/**
 * The shell on a terminal that can only print: an editor's, a build server's, one that nobody has described here. The
 * terminal itself edits the line and echoes it; Ctrl-C stops a command, or drops the line, and never the shell.
 */
final class ShellLines {
    /** Clears to the end of a line: what an editor of lines cannot do without. */
    private static final String CLEAR = "el=";

    private static final String INTERRUPT = "INT";

    private ShellLines() {}

    /** Whether the terminal that {@code TERM} names is one for which this is all. */
    static boolean suit(String term) {
        if (term.isBlank() || term.equals("dumb") || term.startsWith("-")) {
            return true;
        }
        try {
            String abilities = InfoCmp.getInfoCmp(term);
            return abilities == null || !abilities.contains(CLEAR);
        } catch (IOException e) {
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** Reads and runs lines until the user leaves; the exit status is that of leaving, not of any command. */
    static int run(Shell shell, Invocation call) throws InterruptedException {
        Thread worker = Thread.currentThread();
        PrintStream out = call.output().out();
        Object before = Signals.register(INTERRUPT, () -> {
            if (!shell.stopCommand(worker)) {
                prompt(shell, out, "\n");
            }
        });
        try {
            out.println(ShellTerminal.HINT);
            while (!shell.ended()) {
                prompt(shell, out, "");
                Optional<String> line = line(call.in());
                if (line.isEmpty()) {
                    out.println();
                    return 0;
                }
                String text = line.get();
                while (ShellStatements.isContinued(text)) {
                    out.print(ShellTerminal.CONTINUATION);
                    out.flush();
                    text = ShellStatements.joined(text, line(call.in()).orElse(""));
                }
                shell.run(text);
            }
            return 0;
        } catch (IOException e) {
            // The terminal is gone.
            return 0;
        } finally {
            Signals.unregister(INTERRUPT, before);
        }
    }

    /** One line and no more: what follows may be the answer to a question, or a command's input. */
    private static Optional<String> line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int b = in.read(); b != '\n'; b = in.read()) {
            if (b < 0) {
                return line.size() == 0 ? Optional.empty() : Optional.of(line.toString(StandardCharsets.UTF_8));
            }
            line.write(b);
        }
        return Optional.of(line.toString(StandardCharsets.UTF_8));
    }

    private static void prompt(Shell shell, PrintStream out, String before) {
        out.print(before + ShellTerminal.prompt(shell, ShellTerminal.COLUMNS));
        out.flush();
    }
}
