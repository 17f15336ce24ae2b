package dev.lockstep.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.commons.io.FileUtils;

/**
 * A MySQL 8.0.31 that this JVM starts, whose binaries are for Linux on x86-64. It is unpacked and initialised once for
 * all JVMs of a build; each starts a copy.
 *
 * <p>It needs from the machine glibc, libstdc++ and libnuma.so.1. It asks for libaio.so.1, too, and calls nothing of it
 * when it is told so: where there is none, another library lends its name.
 *
 * <p>Its defaults are the server's own: {@code caching_sha2_password}, a certificate that it has signed itself,
 * {@code utf8mb4_0900_ai_ci}.
 */
final class EmbeddedMySql implements TestServer {
    private static final String ARCHIVE = "/mysql-Linux-amd64.tar.gz";
    private static final Path HOME = Path.of("target", "test-mysql").toAbsolutePath();
    private static final Path BASE = HOME.resolve("base");
    private static final Path TEMPLATE = HOME.resolve("template");
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);
    private static final Duration STOPS_WITHIN = Duration.ofMinutes(1);

    private static final String ADMINISTRATOR = """
            create user lockstep_admin identified by '%1$s';
            grant all on *.* to lockstep_admin with grant option;
            """;

    private final Path data;
    private final Process server;
    private final ServerAddress administrator;

    private EmbeddedMySql(Path data, Process server, ServerAddress administrator) {
        this.data = data;
        this.server = server;
        this.administrator = administrator;
    }

    static EmbeddedMySql start() {
        try {
            install();
            Path data = Files.createTempDirectory(HOME, "data-");
            FileUtils.copyDirectory(TEMPLATE.toFile(), data.toFile());
            // A copy is another server.
            Files.deleteIfExists(data.resolve("auto.cnf"));
            String password = "S3CR3T-" + UUID.randomUUID();
            Path first = Files.writeString(data.resolve("first.sql"), ADMINISTRATOR.formatted(password));
            int port = freePort();
            List<String> command = command(data);
            command.addAll(List.of(
                    "--port=" + port,
                    "--bind-address=127.0.0.1",
                    "--mysqlx=OFF",
                    "--skip-name-resolve",
                    // Relative to the data folder: a whole path may be longer than the 107 bytes of a socket's name.
                    "--socket=mysql.sock",
                    "--pid-file=mysql.pid",
                    "--init-file=" + first,
                    // Processes are killed here, machines are not.
                    "--innodb-flush-log-at-trx-commit=0",
                    "--innodb-flush-method=nosync",
                    "--skip-log-bin"));
            Process process = run(command, data.resolve("server.log"));
            ServerAddress at = new ServerAddress("127.0.0.1", port, "mysql", "lockstep_admin", password);
            EmbeddedMySql started = new EmbeddedMySql(data, process, at);
            started.awaitReady();
            return started;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the tests' MySQL", e);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Whoever comes first does it for all. */
    private static void install() throws IOException {
        Files.createDirectories(HOME);
        try (FileChannel channel =
                        FileChannel.open(HOME.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                FileLock lock = channel.lock()) {
            if (lock.isValid() && !Files.exists(TEMPLATE)) {
                unpack();
                checkLibraries();
                initialise();
            }
        }
    }

    private static void unpack() throws IOException {
        String machine = System.getProperty("os.name") + "-" + System.getProperty("os.arch");
        if (!ARCHIVE.equals("/mysql-" + machine + ".tar.gz")) {
            throw new IllegalStateException("no MySQL for " + machine + ": " + TestServer.others(ServerProduct.MYSQL));
        }
        FileUtils.deleteDirectory(BASE.toFile());
        Files.createDirectories(BASE);
        Path archive = HOME.resolve("mysql.tar.gz");
        try (InputStream in = EmbeddedMySql.class.getResourceAsStream(ARCHIVE)) {
            Files.copy(in, archive, StandardCopyOption.REPLACE_EXISTING);
        }
        Shell.run("tar -xzf '" + archive + "' -C '" + BASE + "'");
        Files.delete(archive);
    }

    private static void checkLibraries() throws IOException {
        Path mysqld = BASE.resolve("bin/mysqld");
        if (Shell.run("ldd '" + mysqld + "'").contains("libaio.so.1 => not found")) {
            Files.createSymbolicLink(
                    BASE.resolve("lib/private/libaio.so.1"), Path.of("../plugin/component_reference_cache.so"));
        }
        List<String> missing = Shell.run("ldd '" + mysqld + "'")
                .lines()
                .filter(line -> line.contains("not found"))
                .map(String::strip)
                .toList();
        if (!missing.isEmpty()) {
            throw new IllegalStateException("the tests' MySQL lacks a library here: " + missing + "; install it, or "
                    + TestServer.others(ServerProduct.MYSQL));
        }
    }

    private static void initialise() throws IOException {
        Path making = HOME.resolve("making");
        FileUtils.deleteDirectory(making.toFile());
        Files.createDirectories(making);
        List<String> command = command(making);
        command.add("--initialize-insecure");
        Path log = HOME.resolve("initialise.log");
        Process process = run(command, log);
        await(process, STARTS_WITHIN);
        if (process.exitValue() != 0) {
            throw new IllegalStateException("cannot initialise the tests' MySQL: " + Files.readString(log));
        }
        Files.move(making, TEMPLATE);
    }

    private static List<String> command(Path data) {
        List<String> command = new ArrayList<>(List.of(
                BASE.resolve("bin/mysqld").toString(),
                "--no-defaults",
                "--basedir=" + BASE,
                "--datadir=" + data,
                "--secure-file-priv=NULL",
                "--innodb-use-native-aio=0",
                "--innodb-redo-log-capacity=32M"));
        if (System.getProperty("user.name").equals("root")) {
            command.add("--user=root");
        }
        return command;
    }

    private static Process run(List<String> command, Path log) throws IOException {
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put("TMPDIR", HOME.toString());
        return builder.start();
    }

    private static void await(Process process, Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
                throw new IllegalStateException("the tests' MySQL did not end within " + limit);
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void awaitReady() throws IOException {
        try {
            Await.until("the tests' MySQL to start", STARTS_WITHIN, () -> !server.isAlive() || answers());
            if (server.isAlive()) {
                return;
            }
        } catch (AssertionError e) {
            server.destroyForcibly();
            throw e;
        }
        throw new IllegalStateException(
                "the tests' MySQL does not start: " + Files.readString(data.resolve("server.log")));
    }

    private boolean answers() {
        try (Connection connection = TestServer.connect(ServerProduct.MYSQL, administrator)) {
            return connection.isValid(1);
        } catch (SQLException e) {
            return false;
        }
    }

    @Override
    public ServerAddress administrator() {
        return administrator;
    }

    @Override
    public void close() {
        server.destroy();
        await(server, STOPS_WITHIN);
        try {
            FileUtils.deleteDirectory(data.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot remove the tests' MySQL", e);
        }
    }
}
