package dev.lockstep.testing;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.apache.commons.io.FileUtils;

/**
 * A PostgreSQL server for tests.
 *
 * <p>{@link #shared()} is one per JVM; which, {@link TestServer} decides. {@link #start()} is an embedded one of the
 * caller's own, on a free port, which it may restart.
 *
 * <p>Tests log in as an ordinary role, not as a superuser, with a password that the server checks. The password begins
 * with {@code S3CR3T-}, so that whoever looks for a leaked one knows what to look for.
 */
public final class TestPostgres implements TestServer {
    static final String ADMINISTRATION = "lockstep test administration";
    private static final Path HOME = Leftovers.home("test-postgres");

    private static final ServerAddress HERE = TestServer.defaults(ServerProduct.POSTGRESQL);

    /** The superuser gets in without a password, for the tests' own administration; every other role needs its own. */
    private static final String ACCESS = """
            host all postgres 127.0.0.1/32 trust
            host replication postgres 127.0.0.1/32 trust
            host all all 127.0.0.1/32 scram-sha-256
            """;

    /** Hashing a password thousands of times, for each connection of each child, is most of what connecting costs. */
    private static final String HASH_ONCE = """
            select set_config('scram_iterations', '1', false)
             where cast(current_setting('server_version_num') as integer) >= 160000
            """;

    /** At a socket the system says who comes; they may be any role that is called {@code peer}. */
    private static final String SOCKET_ACCESS = "local all peer peer map=anybody\n";

    private static final String ANYBODY = "anybody /^.*$ peer\n";

    static {
        // The builder's own option for it still makes an empty folder in the temporary one.
        System.setProperty("ot.epg.working-dir", HOME.toString());
    }

    private static TestPostgres shared;

    private final Path data;
    private final ServerAddress admin;
    private final ServerAddress tester;
    private final DatabasePool databases;
    private EmbeddedPostgres embedded;

    /** Where it is none of our own. */
    private TestServer server;

    private TestPostgres(Path data, EmbeddedPostgres embedded, ServerAddress admin, ServerAddress tester) {
        this.data = data;
        this.embedded = embedded;
        this.admin = admin;
        this.tester = tester;
        this.databases = new DatabasePool(admin, tester);
    }

    /** The server of this JVM, started now if it is not running; it stops when the test run ends. */
    public static synchronized TestPostgres shared() {
        if (shared == null) {
            TestServer server = TestServer.of(ServerProduct.POSTGRESQL, TestPostgres::start);
            shared = server instanceof TestPostgres own ? own : at(server);
        }
        return shared;
    }

    static synchronized void stopShared() {
        if (shared != null) {
            shared.close();
            shared = null;
        }
    }

    /** A server that only the caller knows; about two seconds. */
    public static TestPostgres start() {
        return started(builder -> builder.setServerConfig("unix_socket_directories", ""));
    }

    /** As {@link #start()}, with a Unix socket in a folder, where the role {@code peer} needs no password. */
    public static TestPostgres startAt(Path folder) {
        TestPostgres server = started(builder -> builder.setServerConfig("unix_socket_directories", folder.toString()));
        server.administer("create role peer login");
        return server;
    }

    /**
     * As {@link #start()}, and a commit is on the disk before it is answered.
     *
     * @param flush how long each flush of the log takes besides, at most 100 ms; who comes to commit meanwhile shares it
     */
    public static TestPostgres startDurable(Duration flush) {
        return started(builder -> builder.setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .setServerConfig("commit_delay", Long.toString(flush.toNanos() / 1_000))
                .setServerConfig("commit_siblings", "0"));
    }

    private static TestPostgres started(UnaryOperator<EmbeddedPostgres.Builder> configuration) {
        try {
            Path data = Files.createTempDirectory(Files.createDirectories(HOME), "data-");
            EmbeddedPostgres embedded = configuration.apply(builder(data)).start();
            return prepared(data, embedded, HERE.at(HERE.host(), embedded.getPort()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A server that runs already. */
    static TestPostgres at(String url) {
        return at(TestServer.given(ServerProduct.POSTGRESQL, url));
    }

    private static TestPostgres at(TestServer server) {
        TestPostgres other = prepared(null, null, server.administrator());
        other.server = server;
        return other;
    }

    private static TestPostgres prepared(Path data, EmbeddedPostgres embedded, ServerAddress admin) {
        String id = UUID.randomUUID().toString();
        ServerAddress tester = admin.withLogin("lockstep_test_" + id.substring(0, 8), "S3CR3T-" + id);
        TestPostgres server = new TestPostgres(data, embedded, admin, tester);
        server.administer(
                HASH_ONCE,
                "create role %s login password '%s'".formatted(tester.user(), tester.password()),
                // A role that creates another may, without this, not make it the owner of anything.
                "grant %s to current_user".formatted(tester.user()));
        return server;
    }

    private static EmbeddedPostgres run(Path data, int port) throws IOException {
        EmbeddedPostgres.Builder builder = builder(data).setServerConfig("unix_socket_directories", "");
        if (port > 0) {
            builder.setPort(port);
        }
        return builder.start();
    }

    private static EmbeddedPostgres.Builder builder(Path data) {
        return EmbeddedPostgres.builder()
                .setDataDirectory(data)
                .setCleanDataDirectory(false)
                .setDataDirectoryCustomizer(TestPostgres::restrict)
                .setServerConfig("log_min_messages", "fatal");
    }

    private static void restrict(File data) {
        try {
            Files.writeString(data.toPath().resolve("pg_hba.conf"), ACCESS + SOCKET_ACCESS);
            Files.writeString(data.toPath().resolve("pg_ident.conf"), ANYBODY);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** An empty database that its user owns. Closing it checks that nobody is left in it. */
    public TestDatabase createDatabase() {
        return new TestDatabase(tester.withDatabase(databases.lend()), admin, databases);
    }

    public int port() {
        return admin.port();
    }

    /** A read-only standby that follows this server, which the tests have started; a few seconds. */
    public TestPostgres standby() {
        try {
            Path copy = Files.createTempDirectory(HOME, "standby-");
            String label = backUp(copy);
            Files.deleteIfExists(copy.resolve("postmaster.pid"));
            Files.writeString(copy.resolve("backup_label"), label);
            Files.createFile(copy.resolve("standby.signal"));
            Files.writeString(
                    copy.resolve("postgresql.auto.conf"),
                    "primary_conninfo = 'host=%s port=%d user=postgres'%n".formatted(admin.host(), own().getPort()));
            EmbeddedPostgres follower = run(copy, 0);
            int port = follower.getPort();
            return new TestPostgres(copy, follower, admin.at(admin.host(), port), tester.at(admin.host(), port));
        } catch (IOException | SQLException e) {
            throw new IllegalStateException("cannot make a standby", e);
        }
    }

    /** Copies the data while the server goes on; what pg_basebackup does, which the embedded server does not bring. */
    private String backUp(Path copy) throws IOException, SQLException {
        try (Connection connection = connect(admin, ADMINISTRATION);
                Statement statement = connection.createStatement()) {
            statement.execute("select pg_backup_start('standby', true)");
            FileUtils.copyDirectory(data.toFile(), copy.toFile());
            try (ResultSet backup = statement.executeQuery("select labelfile from pg_backup_stop(false)")) {
                backup.next();
                return backup.getString(1);
            }
        }
    }

    /** The database of the server that this one follows, as it is here. */
    public TestDatabase database(TestDatabase original) {
        return new TestDatabase(tester.withDatabase(original.name()), admin, databases);
    }

    /** Makes a primary of a standby; it takes writes when this returns. */
    public void promote() {
        administer("select pg_promote(true, 60)");
    }

    /** Stops the server, disconnecting everybody, and starts it again on the same port with the same data. */
    public void restart() {
        stop();
        go();
    }

    /** Stops the server: its port is closed until {@link #go()}. */
    public void stop() {
        try {
            own().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts what {@link #stop()} stopped. */
    public void go() {
        try {
            embedded = run(data, own().getPort());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private EmbeddedPostgres own() {
        if (embedded == null) {
            throw new IllegalStateException("only a server that the tests started may be stopped; see start()");
        }
        return embedded;
    }

    private void administer(String... statements) {
        try (Connection connection = connect(admin, ADMINISTRATION);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException("cannot prepare the tests' PostgreSQL", e);
        }
    }

    /** A connection that shows its name in {@code pg_stat_activity}. */
    static Connection connect(ServerAddress address, String applicationName) throws SQLException {
        return address.connect("postgresql", Map.of("ApplicationName", applicationName));
    }

    @Override
    public ServerAddress administrator() {
        return admin;
    }

    @Override
    public void close() {
        if (embedded == null) {
            databases.close();
            administer("drop role " + tester.user());
            server.close();
            return;
        }
        stop();
        try {
            FileUtils.deleteDirectory(data.toFile());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
