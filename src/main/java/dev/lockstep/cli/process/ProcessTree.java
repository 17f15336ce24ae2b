package dev.lockstep.cli.process;

import dev.lockstep.support.Clock;
import dev.lockstep.support.Deadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A program and all that it has started, ended together: first asked (SIGTERM), after a grace killed.
 *
 * <p>What is still a descendant of the program is found by that. What a parent that is gone has left behind is found only
 * in a group of its own, see {@link #leading}; a program that makes itself a daemon stays one.
 */
final class ProcessTree {
    private static final List<Path> SETSID = List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(20);

    private enum Signal {
        HUP,
        INT,
        TERM,
        KILL
    }

    private final Process root;
    private final boolean leader;
    private final Set<ProcessHandle> known = new LinkedHashSet<>();

    private ProcessTree(Process root, boolean leader) {
        this.root = root;
        this.leader = leader;
    }

    /** The command by which the program leads a group, and a session without a terminal, of its own, where that can be had. */
    static List<String> leading(List<String> command) {
        for (Path setsid : SETSID) {
            if (Files.isExecutable(setsid)) {
                List<String> leading = new ArrayList<>(command.size() + 1);
                leading.add(setsid.toString());
                leading.addAll(command);
                return leading;
            }
        }
        return command;
    }

    /** Ends a program that shares our group; returns at once if it has ended. */
    static void end(Process process, Duration grace) throws InterruptedException {
        new ProcessTree(process, false).end(grace);
    }

    /**
     * Passes on what stops us to a program that shares our group, and waits a grace for what comes of it. What was typed at
     * the terminal has reached the program already, and many take a second time for an order to drop everything.
     *
     * @param status 128 plus the number of the signal
     */
    static void pass(int status, Process process, Duration grace) throws InterruptedException {
        ProcessTree tree = new ProcessTree(process, false);
        Signal signal = status == 129 ? Signal.HUP : status == 130 ? Signal.INT : Signal.TERM;
        tree.known.add(process.toHandle());
        if (signal != Signal.INT || TerminalJob.now() != TerminalJob.FOREGROUND) {
            tree.signal(signal);
        }
        tree.await(grace);
    }

    /** Ends a program that was started as {@link #leading}, and its group. */
    static void endGroup(Process process, Duration grace) throws InterruptedException {
        new ProcessTree(process, true).end(grace);
    }

    private void end(Duration grace) throws InterruptedException {
        if (!root.isAlive()) {
            return;
        }
        known.add(root.toHandle());
        signal(Signal.TERM);
        await(grace);
        // What has begun since, too; the group in any case, for whom its members have left.
        signal(Signal.KILL);
    }

    private void await(Duration grace) throws InterruptedException {
        Deadline deadline = Deadline.after(grace);
        while (anyAlive() && !deadline.passed()) {
            root.waitFor(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
            if (!root.isAlive()) {
                Clock.SYSTEM.sleep(BETWEEN_LOOKS);
            }
        }
    }

    private boolean anyAlive() {
        for (ProcessHandle process : known) {
            if (process.isAlive()) {
                return true;
            }
        }
        return false;
    }

    private void signal(Signal signal) throws InterruptedException {
        for (ProcessHandle process : List.copyOf(known)) {
            process.descendants().forEach(known::add);
        }
        StringBuilder pids = new StringBuilder();
        for (ProcessHandle process : known) {
            switch (signal) {
                case HUP, INT -> pids.append(' ').append(process.pid());
                case TERM -> process.destroy();
                case KILL -> process.destroyForcibly();
            }
        }
        if (leader) {
            pids.append(" -").append(root.pid());
        }
        if (!pids.isEmpty()) {
            kill(signal, pids.toString());
        }
    }

    /** Java knows two signals, and no groups. */
    private static void kill(Signal signal, String pids) throws InterruptedException {
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " --" + pids)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            // Then whoever is not reached is asked to end (SIGTERM) when the grace is over, if it is still a
            // descendant.
            return;
        }
    }
}
