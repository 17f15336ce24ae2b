package dev.lockstep.testing;

/** Signals, by way of what every POSIX shell has built in: a slim machine has neither kill nor ps. */
final class Signals {
    private Signals() {}

    /** Sends a signal by its name without SIG. */
    static void send(String name, long pid) {
        Shell.run("kill -%s %d".formatted(name, pid));
    }

    /** Whether a process is stopped: state T of {@code /proc/PID/stat}, or of {@code ps} where there is no /proc. */
    static boolean isStopped(long pid) {
        String state =
                Shell.run("if [ -r /proc/%1$d/stat ]; then sed 's/.*) //' /proc/%1$d/stat; else ps -o stat= -p %1$d; fi"
                        .formatted(pid));
        return state.startsWith("T");
    }
}
