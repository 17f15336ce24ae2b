package dev.lockstep.testing;

import java.util.List;

/** Signals, by way of what every POSIX shell has built in: a slim machine has neither kill nor ps. */
final class Signals {
    private static final String STATE =
            "if [ -r /proc/%1$d/stat ]; then sed 's/.*) //' /proc/%1$d/stat; else ps -o stat= -p %1$d; fi";

    /**
     * Whoever is below nohup, or in the background of a script, is born ignoring signals of a terminal, and so are all its
     * children; GNU's env undoes that.
     */
    private static final String HEEDING = """
            exec 2>/dev/null
            for signal in HUP INT QUIT; do
              if [ "$(sh -c "kill -$signal \\$\\$; echo ignored")" = ignored ]; then
                if env --default-signal true; then echo env --default-signal; fi
                exit
              fi
            done
            """;

    private static volatile List<String> heeding;

    private Signals() {}

    /** What goes before a command so that it heeds all signals, whatever this process ignores; a program and its options. */
    static List<String> heeding() {
        if (heeding == null) {
            String words = Shell.run(HEEDING).strip();
            heeding = words.isEmpty() ? List.of() : List.of(words.split(" "));
        }
        return heeding;
    }

    /** Sends a signal by its name without SIG. */
    static void send(String name, long pid) {
        Shell.run("kill -%s %d".formatted(name, pid));
    }

    /**
     * Stops this process until somebody sends SIGCONT. A signal to oneself takes effect a moment after it is sent; the
     * shell that sends it ends only when it has, so the calling thread does nothing in between. It gives up looking
     * after a while, in case the SIGCONT came before it looked.
     */
    static void stopThisProcess() {
        long self = ProcessHandle.current().pid();
        Shell.run("kill -STOP %1$d; n=0; while [ $n -lt 500 ]; do case $(%2$s) in T*) break;; esac; n=$((n+1)); done"
                .formatted(self, STATE.formatted(self)));
    }

    /** Whether a process is stopped: state T of {@code /proc/PID/stat}, or of {@code ps} where there is no /proc. */
    static boolean isStopped(long pid) {
        String state = Shell.run(STATE.formatted(pid));
        return state.startsWith("T");
    }
}
