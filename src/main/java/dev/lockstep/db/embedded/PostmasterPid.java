package dev.lockstep.db.embedded;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What a server says about itself in the file {@code postmaster.pid} of its data directory, true or left over.
 *
 * <p>The lines, after PostgreSQL's {@code utils/pidfile.h}: process id, data directory, start time, port, socket
 * directory, listen address, shared memory key, status. They are added one by one as the server starts.
 *
 * @param pid 0 if the file does not say: power failed while it was written
 * @param port 0 as long as the server has not opened it
 */
public record PostmasterPid(long pid, int port, boolean ready) {
    private static final String FILE = "postmaster.pid";
    private static final int PID_LINE = 0;
    private static final int PORT_LINE = 3;
    private static final int STATUS_LINE = 7;
    private static final int CONNECT_MILLIS = 2_000;

    static Path file(Path data) {
        return data.resolve(FILE);
    }

    /** Empty if there is no such file: after a clean stop, or before the first start. */
    public static Optional<PostmasterPid> read(Path data) {
        try {
            String[] lines = new String(Files.readAllBytes(file(data)), StandardCharsets.ISO_8859_1).split("\n", -1);
            boolean ready =
                    lines.length > STATUS_LINE && lines[STATUS_LINE].strip().equals("ready");
            return Optional.of(new PostmasterPid(number(lines, PID_LINE), number(lines, PORT_LINE), ready));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw EmbeddedFiles.trouble("find its server", e);
        }
    }

    private static int number(String[] lines, int line) {
        try {
            return line < lines.length ? Integer.parseInt(lines[line].strip()) : 0;
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** Whether it takes connections, at its port on this machine, at this moment. */
    boolean answers() {
        if (!ready) {
            return false;
        }
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(Cluster.address(), port), CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /**
     * Whether it runs, in whatever state. A process of another program that got its number since does not count, nor a
     * zombie that nobody collects.
     *
     * @param programs a directory above those of the server
     */
    boolean runs(Path programs) {
        return process()
                .flatMap(process -> process.info().command())
                .filter(program -> program.startsWith(programs.toString()) && program.endsWith("/postgres"))
                .isPresent();
    }

    /** Whether PostgreSQL, which knows no more than the number, would believe that this one still runs. */
    boolean looksAlive() {
        return pid == 0 || process().isPresent();
    }

    private Optional<ProcessHandle> process() {
        return ProcessHandle.of(pid);
    }
}
