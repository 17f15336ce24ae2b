package dev.lockstep.cli.shell;

import dev.lockstep.cli.kit.Printer;
import dev.lockstep.cli.pager.Pager;
import dev.lockstep.support.Environment;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.function.Function;
import java.util.function.ToIntFunction;

/** A program that reads what a command of the shell prints: {@code | less}. */
final class ShellPipe {
    private static final String PAGER = "less";

    private static final int CLOSED_PIPE = 141;

    private final String program;
    private final Function<OutputStream, PrintStream> printer;

    private ShellPipe(String program, Function<OutputStream, PrintStream> printer) {
        this.program = program;
        this.printer = printer;
    }

    /** @param program for a POSIX shell */
    static ShellPipe toProgram(String program) {
        return new ShellPipe(program, pipe -> new PrintStream(pipe, false, StandardCharsets.UTF_8));
    }

    /** To the pager that the user names, or to one that is everywhere: it is given what a terminal would be. */
    static ShellPipe toPager(Environment environment) {
        return new ShellPipe(environment.get("PAGER").orElse(PAGER), Printer::toPager);
    }

    /**
     * Runs the command with its output in the program, and waits for both. Where the program stops reading early, the
     * command has done enough.
     *
     * @param out where the program's own output goes; the terminal, if that is what it is
     * @return the command's exit status
     */
    int run(Environment environment, PrintStream out, ToIntFunction<PrintStream> command) throws InterruptedException {
        boolean terminal = Printer.isTerminal(out);
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", program).redirectError(Redirect.INHERIT);
        builder.environment().putAll(environment.variables());
        Pager.advise(builder.environment());
        try {
            Process process = builder.redirectOutput(terminal ? Redirect.INHERIT : Redirect.PIPE)
                    .start();
            Thread copy = new Thread(() -> copy(process, out), "pipe");
            copy.setDaemon(true);
            copy.start();
            int status;
            try (PrintStream pipe = printer.apply(process.getOutputStream())) {
                status = command.applyAsInt(pipe);
            }
            process.waitFor();
            copy.join();
            return status == CLOSED_PIPE ? 0 : status;
        } catch (IOException e) {
            throw LockstepException.usage("cannot start " + program + ": " + FileError.reason(e), null);
        }
    }

    private static void copy(Process process, PrintStream out) {
        try {
            process.getInputStream().transferTo(out);
            out.flush();
        } catch (IOException e) {
            // It has been stopped.
            process.destroy();
        }
    }
}
