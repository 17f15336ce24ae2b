package dev.lockstep.db.embedded;

import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The data directory and the server that runs on it: at most one, whoever starts it.
 *
 * <p>Only {@link EmbeddedFiles#starting()} keeps two processes from making the data directory; two servers on one are
 * prevented by PostgreSQL itself.
 */
public final class Cluster {
    enum State {
        NONE,
        /** Starting, recovering from a crash, or stopping. */
        CHANGING,
        READY
    }

    static final String HOST = "127.0.0.1";
    static final String USER = "postgres";
    static final String DATABASE = "postgres";

    private static final int PASSWORD_BYTES = 24;
    private static final int PORTS_TO_TRY = 5;
    private static final long LOG_BYTES = 10_000_000;
    private static final int START_SECONDS = 90;
    private static final int STOP_SECONDS = 30;

    private final EmbeddedFiles files;
    private final Binaries binaries;

    public Cluster(EmbeddedFiles files) {
        this.files = files;
        this.binaries = new Binaries(files);
    }

    /** Where it listens: not "the loopback address", which may be that of IPv6. */
    static InetAddress address() throws UnknownHostException {
        return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    }

    /** The server, if it takes connections. */
    Optional<PostmasterPid> ready() {
        Optional<PostmasterPid> postmaster = PostmasterPid.read(files.data());
        return postmaster.isPresent() && postmaster.get().answers() ? postmaster : Optional.empty();
    }

    State state() {
        Optional<PostmasterPid> postmaster = PostmasterPid.read(files.data());
        if (postmaster.isEmpty()) {
            return State.NONE;
        }
        if (postmaster.get().answers()) {
            return State.READY;
        }
        return postmaster.get().runs(programs()) ? State.CHANGING : State.NONE;
    }

    /** Where the programs of every version are, as the system names it. */
    private Path programs() {
        try {
            Path directory = binaries.directory();
            return Files.exists(directory) ? directory.toRealPath().getParent() : files.directory();
        } catch (IOException e) {
            throw EmbeddedFiles.trouble("find its programs", e);
        }
    }

    /** Makes whatever a server needs and is not there yet. */
    public void create(Environment environment, Consumer<String> progress) {
        files.sweep();
        binaries.unpack(environment, progress);
        if (!Files.isDirectory(files.data())) {
            progress.accept("making an empty PostgreSQL database (first time only)");
            initialise();
        }
        checkVersion();
    }

    private void initialise() {
        Path unfinished = files.unfinished("data");
        try {
            if (!Files.exists(files.password())) {
                byte[] random = new byte[PASSWORD_BYTES];
                new SecureRandom().nextBytes(random);
                files.write(files.password(), Base64.getUrlEncoder().encodeToString(random) + "\n");
            }
            ServerProgram.run(
                    "make its database",
                    files,
                    binaries.program("initdb"),
                    "--pgdata=" + unfinished,
                    "--username=" + USER,
                    "--pwfile=" + files.password(),
                    "--auth=scram-sha-256",
                    "--encoding=UTF8",
                    // PostgreSQL's own Unicode rules: the same order and case mapping on every system.
                    "--locale-provider=builtin",
                    "--builtin-locale=C.UTF-8",
                    "--locale=C",
                    "--set=listen_addresses=" + HOST,
                    // A socket's path has a limit that a home directory may exceed.
                    "--set=unix_socket_directories=",
                    "--no-instructions");
            files.finish(unfinished, files.data());
        } catch (IOException e) {
            throw EmbeddedFiles.abandon(unfinished, EmbeddedFiles.trouble("make its database", e));
        } catch (LockstepException e) {
            throw EmbeddedFiles.abandon(unfinished, e);
        }
    }

    private void checkVersion() {
        try {
            String major = Files.readString(files.data().resolve("PG_VERSION")).strip();
            if (!major.equals(Binaries.MAJOR)) {
                throw new LockstepException(
                        LockstepException.Kind.REFUSED,
                        "embedded-version",
                        "the embedded database in " + files.data() + " is of PostgreSQL " + major
                                + "; this lockstep brings " + Binaries.VERSION,
                        "use it with the lockstep that made it; or move it away, and an empty one is made",
                        null);
            }
        } catch (IOException e) {
            throw EmbeddedFiles.trouble("read " + files.data(), e);
        }
    }

    /**
     * Starts a server and waits until it is ready, on the port of the last time if that is free. Whoever calls asks for
     * the state afterwards: a killed process may have left a {@code pg_ctl} behind that starts one at the same moment.
     *
     * @throws LockstepException no server runs, and why
     */
    void start() {
        try {
            removeLeftovers();
            for (int tries = 1; ; tries++) {
                int port = choosePort();
                Optional<LockstepException> failure = start(port);
                if (failure.isEmpty() || state() != State.NONE) {
                    return;
                }
                if (isFree(port) || tries == PORTS_TO_TRY) {
                    throw failure.get();
                }
            }
        } catch (IOException e) {
            throw EmbeddedFiles.trouble("start", e);
        }
    }

    /** A file that PostgreSQL would take for that of a running server, while nothing like it runs. */
    private void removeLeftovers() throws IOException {
        Optional<PostmasterPid> postmaster = PostmasterPid.read(files.data());
        if (postmaster.isPresent() && postmaster.get().looksAlive()) {
            Files.deleteIfExists(PostmasterPid.file(files.data()));
        }
        if (Files.exists(files.log()) && Files.size(files.log()) > LOG_BYTES) {
            Files.move(files.log(), files.oldLog(), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private int choosePort() throws IOException {
        if (Files.exists(files.port())) {
            String last = Files.readString(files.port()).strip();
            if (last.matches("[0-9]{4,5}") && isFree(Integer.parseInt(last))) {
                return Integer.parseInt(last);
            }
        }
        try (ServerSocket any = listenOn(0)) {
            files.write(files.port(), any.getLocalPort() + "\n");
            return any.getLocalPort();
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = listenOn(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    private static ServerSocket listenOn(int port) throws IOException {
        return new ServerSocket(port, 1, address());
    }

    private Optional<LockstepException> start(int port) throws IOException {
        long before = Files.exists(files.log()) ? Files.size(files.log()) : 0;
        try {
            ServerProgram.run(
                    "start",
                    files,
                    binaries.program("pg_ctl"),
                    "start",
                    "--silent",
                    "--wait",
                    "--timeout=" + START_SECONDS,
                    "--pgdata=" + files.data(),
                    "--log=" + files.log(),
                    "--options=-p " + port);
            return Optional.empty();
        } catch (LockstepException e) {
            return Optional.of(explained(e, before));
        }
    }

    /** pg_ctl only says that it failed; the server's last words say why. */
    private LockstepException explained(LockstepException failure, long before) throws IOException {
        if (!Files.exists(files.log())) {
            return failure;
        }
        byte[] log = Files.readAllBytes(files.log());
        int from = (int) Math.min(before, log.length);
        String reason = null;
        for (String line : new String(log, from, log.length - from, StandardCharsets.UTF_8).split("\n", -1)) {
            int fatal = line.indexOf("FATAL:  ");
            reason = fatal < 0 ? reason : line.substring(fatal);
        }
        return reason == null
                ? failure
                : new LockstepException(
                                failure.kind(),
                                failure.code(),
                                failure.getMessage() + ": " + reason,
                                failure.hint(),
                                failure)
                        .advising(failure.remedy().orElse(null));
    }

    /** Stops the server if there is one, whoever is connected to it. */
    void stop() {
        if (state() == State.NONE) {
            return;
        }
        try {
            stop("fast");
        } catch (LockstepException e) {
            if (state() != State.NONE) {
                stop("immediate");
            }
        }
    }

    private void stop(String mode) {
        ServerProgram.run(
                "stop",
                files,
                binaries.program("pg_ctl"),
                "stop",
                "--silent",
                "--wait",
                "--timeout=" + STOP_SECONDS,
                "--mode=" + mode,
                "--pgdata=" + files.data());
    }
}
