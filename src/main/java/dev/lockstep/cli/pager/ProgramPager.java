package dev.lockstep.cli.pager;

import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.text.TerminalSize;
import dev.lockstep.support.LockstepException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;

/** The program that PAGER names, as a shell runs it. */
final class ProgramPager extends Pager {
    private final String program;
    private Process process;
    private Writer text;

    ProgramPager(TerminalSize size, boolean isColoured, String program) {
        super(size, isColoured);
        this.program = program;
    }

    /** Not before there is something to show: until then the terminal is ours. */
    private void start() {
        ProcessBuilder builder = new ProcessBuilder("sh", "-c", program)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        advise(builder.environment());
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new LockstepException("cannot start the pager '" + program + "': " + e.getMessage(), "unset PAGER");
        }
        text = new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.UTF_8));
    }

    @Override
    public void line(String line) {
        if (process == null) {
            start();
        }
        try {
            text.write(line);
            text.write('\n');
            text.flush();
        } catch (IOException left) {
            throw new Output.Closed();
        }
    }

    /** Also when we are told to stop: the terminal is the pager's until it ends. */
    @Override
    public void close() {
        if (process == null) {
            return;
        }
        try {
            text.close();
        } catch (IOException left) {
            // It has ended without reading all, as it may.
        }
        boolean interrupted = false;
        while (true) {
            try {
                process.waitFor();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
