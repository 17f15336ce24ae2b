package dev.lockstep.db;

import dev.lockstep.db.embedded.Binaries;
import dev.lockstep.db.embedded.Cluster;
import dev.lockstep.db.embedded.EmbeddedFiles;
import dev.lockstep.db.embedded.PostmasterPid;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockFile;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** A state directory of a test's own, the processes that use the server in it, and what the system knows of these. */
public final class EmbeddedHome implements AutoCloseable {
    /** About five seconds, on a machine that has nothing else to do. */
    public static final Duration STOPPED_WITHIN = Duration.ofSeconds(60);

    private static final Duration STARTED_WITHIN = Duration.ofMinutes(2);

    private static final Path SHARED = Path.of("target", "test-embedded").toAbsolutePath();

    /** A server, as a user of it sees it; no two have the same start. */
    public record Reached(int port, String since) {
        private static final Pattern SAID = Pattern.compile("^using (\\d+) since (.+)$", Pattern.MULTILINE);

        public static Reached of(String stdout) {
            Matcher said = SAID.matcher(stdout);
            if (!said.find()) {
                throw new AssertionError("reached no server: " + stdout);
            }
            return new Reached(Integer.parseInt(said.group(1)), said.group(2));
        }
    }

    private final Path state;
    private final Path release;
    private final List<ChildJvm> users = new ArrayList<>();

    /** One without programs, as on a new machine. */
    public EmbeddedHome(Path state) {
        this.state = state;
        this.release = state.resolveSibling(state.getFileName() + ".release");
    }

    /** Has programs already: those that all tests share. */
    public EmbeddedHome unpacked() {
        try {
            Files.createSymbolicLink(new Binaries(files()).directory(), new Binaries(shared()).directory());
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Has programs, and an empty database as it is after the first start: a copy, made much faster than one. */
    public EmbeddedHome initialised() {
        EmbeddedFiles shared = shared();
        Path data = files().data();
        try (Stream<Path> files = Files.walk(shared.data())) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Files.copy(file, data.resolve(shared.data().relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
            Files.copy(shared.password(), files().password(), StandardCopyOption.COPY_ATTRIBUTES);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return unpacked();
    }

    /** One thread at a time: closing any descriptor of the lock's file would drop the process's lock. */
    private static synchronized EmbeddedFiles shared() {
        EmbeddedFiles shared = EmbeddedFiles.in(SHARED);
        try (LockFile alone =
                LockFile.within(Duration.ofMinutes(1), shared.starting(), LockFile.Mode.EXCLUSIVE, () -> {})) {
            new Cluster(shared).create(new Environment(Map.of()), message -> {});
        }
        return shared;
    }

    public Map<String, String> variables() {
        return Map.of("XDG_STATE_HOME", state.toString());
    }

    public Environment environment() {
        return new Environment(variables());
    }

    public EmbeddedFiles files() {
        return EmbeddedFiles.in(environment().stateDirectory());
    }

    /** Starts a process that uses the server until {@link #releaseUsers()}. */
    public ChildJvm startUser() {
        return started(release.toString());
    }

    /** Starts a process that uses the server for a moment. */
    public ChildJvm startShortUser() {
        return started();
    }

    private ChildJvm started(String... arguments) {
        ChildJvm user = ChildJvm.start(EmbeddedUser.class, variables(), arguments);
        users.add(user);
        return user;
    }

    /** A process that has used the server and ended; what it printed. */
    public String use() {
        ChildJvm user = startShortUser();
        if (user.exitCode(STARTED_WITHIN) != 0) {
            throw new AssertionError(user.toString());
        }
        return user.stdout();
    }

    /** Waits for what a user is about to do. */
    public static void await(String what, ChildJvm user, Callable<Boolean> condition) {
        try {
            Await.until(what, STARTED_WITHIN, condition);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " of " + user, e);
        }
    }

    /** Which server a process found that has used it and ended. */
    public Reached reached() {
        return Reached.of(use());
    }

    /** Lets those that stay end as a command ends. */
    public void releaseUsers() {
        try {
            Files.createFile(release);
            for (ChildJvm user : users) {
                user.exitCode();
            }
            Files.delete(release);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Which server a process has reached: it says so as soon as it knows. */
    public static Reached reachedBy(ChildJvm user) {
        await("a server", user, () -> user.stdout().contains(" since ") || !user.isAlive());
        return Reached.of(user.stdout());
    }

    /** The process of the server. */
    public Optional<ProcessHandle> server() {
        if (!Files.exists(files().data())) {
            return Optional.empty();
        }
        return PostmasterPid.read(files().data())
                .flatMap(postmaster -> ProcessHandle.of(postmaster.pid()))
                .filter(process -> runs(process, "/postgres"));
    }

    /** The process of the guard. */
    public Optional<ProcessHandle> guard() {
        try {
            String pid = Files.exists(files().guard()) ? Files.readString(files().guard()) : "";
            return pid.isEmpty()
                    ? Optional.empty()
                    : ProcessHandle.of(Long.parseLong(pid)).filter(process -> runs(process, "/java"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Not a zombie: where nobody collects these, they stay for ever. */
    private static boolean runs(ProcessHandle process, String program) {
        return process.info()
                .command()
                .filter(command -> command.endsWith(program))
                .isPresent();
    }

    public void awaitStopped() {
        Await.until(
                "server " + server() + " and guard " + guard() + " to stop",
                STOPPED_WITHIN,
                () -> server().isEmpty() && guard().isEmpty());
    }

    /** Kills a process and waits until it is gone, and with it its locks and ports. */
    public static void kill(ProcessHandle process) {
        process.destroyForcibly();
        Await.until("the end of " + process.pid(), STOPPED_WITHIN, () -> isGone(process));
    }

    /** A process that is exiting has lost its program first and its files, with their locks, last: a zombie has neither. */
    private static boolean isGone(ProcessHandle process) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(process.pid()), "stat"));
            return stat.startsWith(") Z ", stat.lastIndexOf(')'));
        } catch (IOException e) {
            return !runs(process, "");
        }
    }

    /** Ends the users, and fails if the server or its guard then stays; they do not stay after that either. */
    @Override
    public void close() {
        users.forEach(ChildJvm::kill);
        try {
            awaitStopped();
        } finally {
            guard().ifPresent(EmbeddedHome::kill);
            server().ifPresent(EmbeddedHome::kill);
            deleteLink();
        }
    }

    private void deleteLink() {
        Path programs = new Binaries(files()).directory();
        try {
            if (Files.isSymbolicLink(programs)) {
                Files.delete(programs);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
