package dev.lockstep.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Signals, by way of what every POSIX shell has built in: a slim machine has neither kill nor ps. */
final class Signals {
    private Signals() {}

    /** Sends a signal by its name without SIG. */
    static void send(String name, long pid) {
        run("kill -%s %d".formatted(name, pid));
    }

    /** Whether a process is stopped: state T of {@code /proc/PID/stat}, or of {@code ps} where there is no /proc. */
    static boolean isStopped(long pid) {
        String state =
                run("if [ -r /proc/%1$d/stat ]; then sed 's/.*) //' /proc/%1$d/stat; else ps -o stat= -p %1$d; fi"
                        .formatted(pid));
        return state.startsWith("T");
    }

    private static String run(String command) {
        try {
            Process shell = new ProcessBuilder(List.of("sh", "-c", command))
                    .redirectErrorStream(true)
                    .start();
            String output = new String(shell.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            if (shell.waitFor() != 0) {
                throw new AssertionError(command + ": " + output);
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted during " + command, e);
        }
    }
}
