package dev.lockstep.db.embedded;

import dev.lockstep.db.libpq.Host;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.Deadline;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockFile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A real PostgreSQL for whoever has none: fetched if need be, unpacked and set up by the first process that asks, started by the first that
 * needs it, shared by all that use it at the same time, stopped when the last of them is gone.
 *
 * <p>It lives in {@code embedded} under {@link Environment#stateDirectory()}, with its data, and listens on 127.0.0.1.
 * Who uses it is not counted but locked: each process shares the lock of one file for as long as it lives, so that no
 * kind of death leaves a wrong count. An {@link EmbeddedGuard} waits for that lock and then stops the server.
 *
 * <table>
 * <caption>What is killed, and what comes of it</caption>
 * <tr><td>a user</td><td>nothing; if it was the last, the guard stops the server</td></tr>
 * <tr><td>a user while it unpacks or sets up</td><td>the next one deletes what is unfinished and starts over</td></tr>
 * <tr><td>a user while it starts the server</td><td>the guard is there before the server, and stops it</td></tr>
 * <tr><td>the guard</td><td>the next user to come or to close calls another</td></tr>
 * <tr><td>the server</td><td>the next user to come starts it again, at the same port; PostgreSQL recovers</td></tr>
 * <tr><td>guard and all users at once</td><td>the server stays, until a user comes and goes</td></tr>
 * </table>
 */
public final class EmbeddedPostgres implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(3);

    /** Of this process; a process that opened a lock file twice would lose its lock by closing one. */
    private static final Map<Path, Usage> USAGES = new HashMap<>();

    private static final class Usage {
        final LockFile lock;
        int handles;

        Usage(LockFile lock) {
            this.lock = lock;
        }
    }

    private final EmbeddedFiles files;
    private final Environment environment;
    private PostmasterPid postmaster;
    private boolean open = true;

    private EmbeddedPostgres(EmbeddedFiles files, Environment environment, PostmasterPid postmaster) {
        this.files = files;
        this.environment = environment;
        this.postmaster = postmaster;
    }

    /**
     * Becomes a user of the server, and starts it if it does not run. A server that runs costs less than a
     * millisecond; a stopped one less than a second; the very first time some seconds, after
     * the binaries were fetched if they do not come with this lockstep.
     *
     * @param progress told, in a few words, what is being waited for
     * @throws LockstepException it cannot run here, and why
     */
    public static EmbeddedPostgres open(Environment environment, Consumer<String> progress) {
        EmbeddedFiles files = EmbeddedFiles.in(environment.stateDirectory());
        synchronized (USAGES) {
            acquire(files, progress);
            try {
                return new EmbeddedPostgres(files, environment, running(files, environment, progress));
            } catch (RuntimeException e) {
                try {
                    release(files);
                } catch (LockstepException onRelease) {
                    e.addSuppressed(onRelease);
                }
                throw e;
            }
        }
    }

    private static void acquire(EmbeddedFiles files, Consumer<String> progress) {
        Usage usage = USAGES.get(files.directory());
        if (usage == null) {
            usage = new Usage(LockFile.within(
                    PATIENCE,
                    files.users(),
                    LockFile.Mode.SHARED,
                    () -> progress.accept("waiting for PostgreSQL to stop, to start it again")));
            USAGES.put(files.directory(), usage);
            // The guard sees by the time of this that somebody was here.
            usage.lock.write("\n");
        }
        usage.handles++;
    }

    private static void release(EmbeddedFiles files) {
        Usage usage = USAGES.get(files.directory());
        usage.handles--;
        if (usage.handles == 0) {
            USAGES.remove(files.directory());
            try (LockFile lock = usage.lock) {
                if (PostmasterPid.read(files.data()).isPresent() && !EmbeddedGuard.isPresent(files)) {
                    EmbeddedGuard.start(files);
                }
            }
        }
    }

    /** The server, started if need be. */
    private static PostmasterPid running(EmbeddedFiles files, Environment environment, Consumer<String> progress) {
        Cluster cluster = new Cluster(files);
        Optional<PostmasterPid> postmaster = cluster.ready();
        if (postmaster.isPresent() && EmbeddedGuard.isPresent(files)) {
            return postmaster.get();
        }
        try (LockFile starting = LockFile.within(
                PATIENCE,
                files.starting(),
                LockFile.Mode.EXCLUSIVE,
                () -> progress.accept("waiting for another process that starts PostgreSQL"))) {
            return started(files, cluster, environment, progress);
        }
    }

    private static PostmasterPid started(
            EmbeddedFiles files, Cluster cluster, Environment environment, Consumer<String> progress) {
        Deadline deadline = Deadline.after(PATIENCE);
        Optional<PostmasterPid> postmaster = cluster.ready();
        while (postmaster.isEmpty()) {
            if (deadline.passed()) {
                throw new LockstepException(
                        LockstepException.Kind.TIMEOUT,
                        "the embedded PostgreSQL is not ready after " + PATIENCE.toSeconds() + " s",
                        "its log is " + files.log());
            }
            if (cluster.state() == Cluster.State.NONE) {
                cluster.create(environment, progress);
                EmbeddedGuard.ensureRunning(files);
                progress.accept("starting PostgreSQL " + Binaries.VERSION);
                cluster.start();
            } else {
                deadline.pause();
            }
            postmaster = cluster.ready();
        }
        EmbeddedGuard.ensureRunning(files);
        return postmaster.get();
    }

    /**
     * Looks after the server, and starts it again if it has died: before each new connection. Those that were open are
     * lost all the same.
     *
     * @throws LockstepException as for {@link #open}
     */
    public synchronized void revive(Consumer<String> progress) {
        synchronized (USAGES) {
            postmaster = running(files, environment, progress);
        }
    }

    public String host() {
        return Cluster.HOST;
    }

    /** The same after each start, unless another program has taken it. */
    public synchronized int port() {
        return postmaster.port();
    }

    /** A superuser. */
    public String user() {
        return Cluster.USER;
    }

    /** The password of {@link #user()}. */
    public Secret password() {
        return files.readPassword();
    }

    public String database() {
        return Cluster.DATABASE;
    }

    /** All of that, to connect to. */
    public PgTarget target() {
        Secret password = password();
        return PgTarget.at(
                new Host(host(), Optional.empty(), port(), Optional.of(password), "from " + files.password()),
                database(),
                user(),
                environment.redactor());
    }

    /** Stops being a user. The server stops a moment after its last user, whose connections are then cut. */
    @Override
    public synchronized void close() {
        if (open) {
            open = false;
            synchronized (USAGES) {
                release(files);
            }
        }
    }
}
