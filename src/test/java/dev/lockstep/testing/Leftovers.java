package dev.lockstep.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What tests have left behind: files in the temporary folder, which is this run's own, and processes.
 *
 * <p>A process is a leftover if it descends from this JVM, or if it bears the mark of this run, a variable in its
 * environment, and its parent has gone: that is how a daemon looks that one of our children started. The second kind is
 * seen where there is a {@code /proc}.
 */
final class Leftovers {
    private static final String MARK = "LOCKSTEP_TEST_RUN";
    private static final String RUN = System.getenv(MARK);
    private static final Path TARGET = Path.of("target").toAbsolutePath();
    private static final Path TEMPORARY = Path.of(System.getProperty("java.io.tmpdir"));

    /** A script of the embedded PostgreSQL's starter, which is deleted only when the JVM ends. */
    private static final String DELETED_AT_EXIT = "detect_linux_distribution_";

    private Leftovers() {}

    /** Puts the mark of this run on a child whose environment is otherwise new. */
    static void mark(Map<String, String> environment) {
        if (RUN != null) {
            environment.put(MARK, RUN);
        }
    }

    /** Where the servers of this JVM live; another that runs tests beside it has servers of its own. */
    static Path home(String name) {
        return TARGET.resolve(name + "-" + System.getProperty("lockstep.fork", "1"));
    }

    /** Makes the temporary folder, if it is this run's own. */
    static void prepare() {
        try {
            if (isOwn()) {
                Files.createDirectories(TEMPORARY);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is in the temporary folder; nothing, if that is one that others use too. */
    static List<String> files() {
        if (!isOwn()) {
            return List.of();
        }
        try (Stream<Path> files = Files.list(TEMPORARY)) {
            return files.map(Path::toString)
                    .filter(file -> !file.contains(DELETED_AT_EXIT))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isOwn() {
        return TEMPORARY.startsWith(TARGET);
    }

    /** The processes that are still there, each with its command line. */
    static List<String> processes() {
        return handles()
                .map(process -> process.pid() + " " + commandLine(process))
                .sorted()
                .toList();
    }

    /** Ends the processes that are still there. */
    static void killProcesses() {
        handles().forEach(ProcessHandle::destroyForcibly);
    }

    private static Stream<ProcessHandle> handles() {
        Stream<ProcessHandle> descendants = ProcessHandle.current().descendants();
        Stream<ProcessHandle> orphans =
                RUN == null ? Stream.empty() : ProcessHandle.allProcesses().filter(Leftovers::isOrphan);
        return Stream.concat(descendants, orphans)
                .filter(ProcessHandle::isAlive)
                .distinct();
    }

    private static boolean isOrphan(ProcessHandle process) {
        return isMarked(process)
                && process.pid() != ProcessHandle.current().pid()
                && !commandLine(process).contains("surefire")
                && !process.parent().map(Leftovers::isMarked).orElse(false);
    }

    private static boolean isMarked(ProcessHandle process) {
        return List.of(proc(process, "environ").split("\0", -1)).contains(MARK + "=" + RUN);
    }

    /** Not what the handle says: it knows no arguments of a command that another user, or a daemon, runs. */
    private static String commandLine(ProcessHandle process) {
        String arguments = proc(process, "cmdline").replace('\0', ' ').strip();
        return arguments.isEmpty() ? process.info().commandLine().orElse("") : arguments;
    }

    private static String proc(ProcessHandle process, String file) {
        try {
            return Files.readString(Path.of("/proc", Long.toString(process.pid()), file), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            // Gone meanwhile, another user's, or no Linux: nothing that we started and can see.
            return "";
        }
    }
}
