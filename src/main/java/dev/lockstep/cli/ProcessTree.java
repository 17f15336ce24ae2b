package dev.lockstep.cli;

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
        long deadline = System.nanoTime() + grace.toNanos();
        while (anyAlive() && System.nanoTime() - deadline < 0) {
            root.waitFor(BETWEEN_LOOKS.toMillis(), TimeUnit.MILLISECONDS);
            if (!root.isAlive()) {
                Thread.sleep(BETWEEN_LOOKS.toMillis());
            }
        }
        // What has begun since, too; the group in any case, for whom its members have left.
        signal(Signal.KILL);
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
        for (ProcessHandle process : known) {
            switch (signal) {
                case TERM -> process.destroy();
                case KILL -> process.destroyForcibly();
            }
        }
        if (leader) {
            signalGroup(signal);
        }
    }

    /** Java reaches no groups. */
    private void signalGroup(Signal signal) throws InterruptedException {
        try {
            new ProcessBuilder("/bin/sh", "-c", "kill -s " + signal + " -- -" + root.pid())
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            // Then only those are reached who are still descendants.
            return;
        }
    }
}
