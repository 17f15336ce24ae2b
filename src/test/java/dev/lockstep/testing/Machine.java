package dev.lockstep.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;

/**
 * What the machine has that runs the tests. What nobody looks at because it lacks something, the end of the run lists: it would
 * look like a success.
 */
public final class Machine {
    /** Each as the end of the run names it. */
    static final List<String> LEFT_OUT = new CopyOnWriteArrayList<>();

    private Machine() {}

    /** Where a program is; those of administrators are not on everybody's path. */
    public static Optional<Path> program(String name) {
        Stream<String> path = Stream.of(System.getenv("PATH").split(":", -1));
        return Stream.concat(path, Stream.of("/usr/sbin", "/usr/local/sbin"))
                .map(folder -> Path.of(folder, name))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Where the program is by which something is to be looked at, or else has not been. */
    public static Optional<Path> program(String name, String subject) {
        Optional<Path> program = program(name);
        if (program.isEmpty()) {
            leaveOut(subject, name);
        }
        return program;
    }

    /** Says what is not looked at, and what would be needed for that. */
    public static void leaveOut(String subject, String lack) {
        String leftOut = subject + " (no " + lack + ")";
        if (!LEFT_OUT.contains(leftOut)) {
            LEFT_OUT.add(leftOut);
        }
    }
}
