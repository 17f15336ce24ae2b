package dev.lockstep.db.embedded;

import dev.lockstep.db.DbRemedy;
import dev.lockstep.support.Deadline;
import dev.lockstep.support.LockFile;
import dev.lockstep.support.LockstepException;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A process of its own that stops the embedded server when its last user has gone, however that one went.
 *
 * <p>It waits for the lock that all users share: the kernel gives it away when the last of them has closed it or died.
 * It stays for a moment more, so that a loop of short commands does not start a server for each; then, with the lock,
 * nobody can come while it stops the server. It guards the directory, not one server: a server that is killed and
 * started again keeps its guard. It lives in a session of its own, deaf to what a terminal sends.
 */
final class EmbeddedGuard {
    /** What the class was called in the version before; a guard of that may still be running. */
    private static final String EARLIER_NAME = "dev.lockstep.db.EmbeddedGuard";

    private static final Duration LINGER = Duration.ofSeconds(2);

    /** Others take the guard's lock for an instant to see whether it is free. */
    private static final Duration CONTENTION = Duration.ofSeconds(2);

    private static final Duration STARTING = Duration.ofSeconds(30);

    /** A system without setsid(1), which is not Linux, leaves the guard in the terminal's session, but deaf to it. */
    private static final String DETACHED = """
            trap '' HUP INT QUIT TERM TSTP
            if command -v setsid >/dev/null 2>&1; then exec setsid "$@"; fi
            exec "$@"
            """;

    private final EmbeddedFiles files;

    private EmbeddedGuard(EmbeddedFiles files) {
        this.files = files;
    }

    /** Guards the directory that is the first argument, unless another process does, until nobody uses its server. */
    public static void main(String[] arguments) {
        new EmbeddedGuard(new EmbeddedFiles(Path.of(arguments[0]))).run();
    }

    private void run() {
        Cluster cluster = new Cluster(files);
        Optional<LockFile> place = place();
        if (place.isEmpty()) {
            return;
        }
        try (LockFile self = place.get()) {
            self.write(Long.toString(ProcessHandle.current().pid()));
            try (LockFile nobodyElse = awaitLastUser()) {
                cluster.stop();
                // Before the users' lock: who comes next must see that there is no guard any more.
                self.close();
            }
        }
    }

    private Optional<LockFile> place() {
        Deadline deadline = Deadline.after(CONTENTION);
        Optional<LockFile> lock = LockFile.attempt(files.guard(), LockFile.Mode.EXCLUSIVE);
        while (lock.isEmpty() && !deadline.passed()) {
            deadline.pause();
            lock = LockFile.attempt(files.guard(), LockFile.Mode.EXCLUSIVE);
        }
        return lock;
    }

    private LockFile awaitLastUser() {
        while (true) {
            FileTime left;
            try (LockFile nobody = LockFile.alone(files.users())) {
                left = nobody.lastWritten();
            }
            Deadline.rest(LINGER);
            Optional<LockFile> nobody = LockFile.attempt(files.users(), LockFile.Mode.EXCLUSIVE);
            if (nobody.isPresent()) {
                if (nobody.get().lastWritten().equals(left)) {
                    return nobody.get();
                }
                nobody.get().close();
            }
        }
    }

    /** Whether there is one. */
    static boolean isPresent(EmbeddedFiles files) {
        return LockFile.isTaken(files.guard());
    }

    /**
     * Sees to it that there is one, on this machine. The caller is a user and holds {@link EmbeddedFiles#starting()}.
     *
     * @throws LockstepException refused: there is one elsewhere, in another container or on a host that shares the directory, so
     *     that a server may run there which cannot be seen from here
     */
    static void ensureRunning(EmbeddedFiles files) {
        Optional<Process> started = isPresent(files) ? Optional.empty() : Optional.of(start(files));
        Deadline deadline = Deadline.after(started.isPresent() ? STARTING : CONTENTION);
        while (!isPresent(files) || !isHere(files)) {
            if (deadline.passed() || (started.isPresent() && !started.get().isAlive())) {
                throw isPresent(files) ? elsewhere(files) : absent(files);
            }
            deadline.pause();
        }
    }

    /** Starts one and does not wait for it. */
    static Process start(EmbeddedFiles files) {
        List<String> command = List.of(
                "sh",
                "-c",
                DETACHED,
                "sh",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms4m",
                "-Xmx16m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                EmbeddedGuard.class.getName(),
                files.directory().toString());
        ProcessBuilder builder = ServerProgram.builder(files, command)
                .redirectOutput(ServerProgram.NOTHING)
                .redirectError(files.guardLog().toFile());
        builder.environment().put("CLASSPATH", classPath());
        try {
            return builder.start();
        } catch (IOException e) {
            throw EmbeddedFiles.trouble("start its guard", e);
        }
    }

    /** The guard works in another directory. */
    private static String classPath() {
        StringBuilder absolute = new StringBuilder();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            absolute.append(absolute.isEmpty() ? "" : File.pathSeparator)
                    .append(Path.of(entry).toAbsolutePath());
        }
        return absolute.toString();
    }

    private static boolean isHere(EmbeddedFiles files) {
        try {
            String pid = Files.readString(files.guard());
            return pid.matches("[0-9]+") && isGuard(Long.parseLong(pid));
        } catch (IOException e) {
            throw EmbeddedFiles.trouble("find its guard", e);
        }
    }

    private static boolean isGuard(long pid) {
        String[] arguments = ProcessHandle.of(pid)
                .flatMap(process -> process.info().arguments())
                .orElse(new String[0]);
        List<String> words = List.of(arguments);
        return words.contains(EmbeddedGuard.class.getName()) || words.contains(EARLIER_NAME);
    }

    private static LockstepException elsewhere(EmbeddedFiles files) {
        return LockstepException.refused(
                        "the embedded PostgreSQL in " + files.directory() + " is used from another host or container",
                        null)
                .advising(DbRemedy.SEPARATE_THE_STATE.of());
    }

    private static LockstepException absent(EmbeddedFiles files) {
        return new LockstepException("the embedded PostgreSQL has no guard, and none starts", null)
                .advising(DbRemedy.READ_THE_GUARDS_LOG.of(files.guardLog()));
    }
}
