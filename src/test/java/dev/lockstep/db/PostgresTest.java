package dev.lockstep.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.PgSession.Use;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(PostgresExtension.class)
class PostgresTest {
    private static final PgSession SESSION = PgSession.of("lockstep test", Use.WRITE);

    @TempDir
    Path home;

    private TestDatabase database;
    private Map<String, String> variables;

    @BeforeEach
    void loggedInByVariables(TestDatabase database) {
        this.database = database;
        variables = new HashMap<>(database.environment());
        variables.put("HOME", home.toString());
    }

    private Db open(String url, PgSession session) {
        Environment environment = new Environment(variables);
        return new Databases(environment).postgres(PgTarget.resolve(url, PgTarget.Sources.of(environment)), session);
    }

    private static String ask(Db db, String sql) {
        return db.autocommit(tx -> tx.only(sql)).text(0);
    }

    private Trouble refused(String url) {
        return catchThrowableOfType(Trouble.class, () -> open(url, SESSION).close());
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void aSessionIsOpenedWithAllThatItNeedsAtOnce() {
        PgSession session =
                SESSION.withStatementTimeout(Duration.ofSeconds(30)).withLockTimeout(Duration.ofMillis(1500));
        variables.put("PGOPTIONS", "-c search_path=\"a\\ b\" -c statement_timeout=1");

        try (Db db = open(null, session)) {
            assertThat(ask(db, "select current_user || ' ' || current_database()"))
                    .isEqualTo(database.user() + " " + database.name());
            assertThat(ask(db, "show application_name")).isEqualTo("lockstep test");
            assertThat(ask(db, "show statement_timeout")).isEqualTo("30s");
            assertThat(ask(db, "show lock_timeout")).isEqualTo("1500ms");
            assertThat(ask(db, "show search_path")).isEqualTo("\"a b\"");
            assertThat(ask(db, "show client_encoding")).isEqualTo("UTF8");
        }
    }

    @Test
    void theUsersApplicationNameBeatsOurs() {
        variables.put("PGAPPNAME", "mine");

        try (Db db = open(null, SESSION)) {
            assertThat(ask(db, "show application_name")).isEqualTo("mine");
        }
    }

    @Test
    void aReadingSessionCannotWriteEvenByMistake() {
        try (Db db = open(null, PgSession.of("reader", Use.READ))) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
            assertThatThrownBy(() -> db.run(tx -> tx.execute("create table t (id bigint)")))
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.READ_ONLY));
        }
    }

    @Test
    void aStatementThatTakesTooLongIsEndedByTheServer() {
        try (Db db = open(null, SESSION.withStatementTimeout(Duration.ofMillis(100)))) {
            assertThatThrownBy(() -> ask(db, "select pg_sleep(30)"))
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TIMED_OUT));
        }
    }

    @Test
    void theSocketGivesUpOnASilentServerOnlyWhereStatementsAreLimited() throws SQLException {
        PgTarget target = PgTarget.resolve(null, PgTarget.Sources.of(new Environment(variables)));
        PgSession limited = SESSION.withStatementTimeout(Duration.ofSeconds(30));

        try (Connection limits = new Postgres(target, limited).connect();
                Connection none = new Postgres(target, SESSION).connect()) {
            assertThat(limits.getNetworkTimeout()).isEqualTo(40_000);
            assertThat(none.getNetworkTimeout()).isZero();
        }
    }

    @Test
    void aWrongPasswordIsSaidWithThePlaceItCameFrom() {
        variables.put("PGPASSWORD", "S3CR3T-wrong");

        Trouble trouble = refused(null);

        assertThat(trouble)
                .hasMessage("cannot connect to %s:%d as %s: password authentication failed for user \"%s\" (28P01)"
                        .formatted(database.host(), database.port(), database.user(), database.user()));
        assertThat(trouble.hint()).isEqualTo("host from PGHOST, user from PGUSER, password from PGPASSWORD");
        assertThat(trouble.kind()).isEqualTo(Trouble.Kind.UNREACHABLE);
        assertThat(((DbException) trouble).reason()).isEqualTo(Reason.LOGIN_REFUSED);
    }

    @Test
    void aMissingPasswordIsSaid() {
        variables.remove("PGPASSWORD");

        Trouble trouble = refused("user=" + database.user());

        assertThat(trouble).hasMessageContaining("no password was provided").hasMessageEndingWith("(08004)");
        assertThat(trouble.hint()).startsWith("host from PGHOST, user from --pg, password not given");
        assertThat(((DbException) trouble).reason()).isEqualTo(Reason.LOGIN_REFUSED);
    }

    @Test
    void anUnknownDatabaseIsSaid() {
        Trouble trouble = refused("dbname=no_such_database");

        assertThat(trouble).hasMessageContaining("database \"no_such_database\" does not exist (3D000)");
        assertThat(trouble.hint()).isEqualTo("host from PGHOST, user from PGUSER, database from --pg");
        assertThat(trouble.kind()).isEqualTo(Trouble.Kind.UNREACHABLE);
    }

    @Test
    void anUnknownRoleIsSaid() {
        assertThat(refused("user=no_such_role"))
                .hasMessageContaining("\"no_such_role\" (28P01)")
                .extracting(Trouble::kind)
                .isEqualTo(Trouble.Kind.UNREACHABLE);
    }

    @Test
    void tooManyConnectionsArePassing() throws SQLException {
        try (Connection admin = database.connectAsAdministrator();
                Statement statement = admin.createStatement()) {
            statement.execute("alter database " + database.name() + " connection limit 0");
        }

        Trouble trouble = refused(null);

        assertThat(trouble).hasMessageEndingWith("(53300)");
        assertThat(trouble.kind()).isEqualTo(Trouble.Kind.TIMEOUT);
    }

    @Test
    void aClosedPortIsSaidAtOnce() throws IOException {
        int port = closedPort();

        Trouble trouble = refused("host=localhost user=bob port=" + port);

        assertThat(trouble).hasMessage("cannot connect to localhost:" + port + " as bob: connection refused (08001)");
        assertThat(trouble.hint()).isEqualTo("host from --pg, user from --pg");
        assertThat(trouble.code()).isEqualTo("unreachable");
    }

    @Test
    void anUnknownHostIsSaid() {
        assertThat(refused("host=no-such-host.invalid user=bob connect_timeout=5"))
                .hasMessage("cannot connect to no-such-host.invalid:%d as bob: no such host (08001)"
                        .formatted(database.port()));
    }

    @Test
    void aServerThatAcceptsAndStaysSilentIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Trouble trouble = refused("host=127.0.0.1 user=bob connect_timeout=1 port=" + silent.getLocalPort());

            assertThat(trouble.kind()).isEqualTo(Trouble.Kind.UNREACHABLE);
            assertThat(trouble).hasMessageContaining("no answer");
        }
    }

    @Test
    void aServerThatAnswersTooSlowlyIsGivenUpAndLeft() throws IOException {
        try (FaultProxy proxy = FaultProxy.before(database)) {
            proxy.slow(20);

            Trouble trouble = refused("host=127.0.0.1 connect_timeout=1 sslmode=disable port=" + proxy.port());

            assertThat(trouble).hasMessageContaining("no answer within 1 s");
        }
        database.checkForLeaks();
    }

    @Test
    void aServerThatIsNoPostgresIsSaid() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            Thread other = new Thread(() -> {
                try (var client = socket.accept()) {
                    client.getOutputStream()
                            .write("HTTP/1.1 400 Bad Request\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
                } catch (IOException e) {
                    throw new IllegalStateException(e);
                }
            });
            other.setDaemon(true);
            other.start();

            Trouble trouble = refused("host=127.0.0.1 user=bob port=" + socket.getLocalPort());

            assertThat(trouble.kind()).isEqualTo(Trouble.Kind.UNREACHABLE);
            assertThat(trouble.hint()).endsWith("is it PostgreSQL?");
        }
    }

    @Test
    void tlsThatTheServerDoesNotOfferIsSaid() {
        variables.put("PGSSLMODE", "require");

        Trouble trouble = refused(null);

        assertThat(trouble).hasMessageContaining("does not support SSL").hasMessageEndingWith("(08004)");
        assertThat(trouble.hint()).endsWith("sslmode from PGSSLMODE");
        assertThat(trouble.kind()).isEqualTo(Trouble.Kind.UNREACHABLE);
    }

    @Test
    void theNextHostIsTriedAndEachIsNamedIfNoneAnswers() throws IOException {
        int closed = closedPort();

        try (Db db = open(
                "host=no-such-host.invalid,127.0.0.1,%s port=1,%d,%d"
                        .formatted(database.host(), closed, database.port()),
                SESSION)) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
        }
        assertThat(refused("host=no-such-host.invalid,127.0.0.1 port=1," + closed + " user=bob"))
                .hasMessage("cannot connect to no-such-host.invalid:1, 127.0.0.1:" + closed
                        + " as bob: no such host; connection refused (08001)");
    }

    @Test
    void aRefusedLoginEndsTheSearchAsInLibpq() {
        variables.put("PGPASSWORD", "S3CR3T-wrong");

        assertThat(refused("host=127.0.0.1,no-such-host.invalid"))
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("no-such-host");
    }

    @Test
    void eachHostGetsItsOwnPassword() throws IOException {
        variables.remove("PGPASSWORD");
        Path file = home.resolve(".pgpass");
        Files.writeString(
                file,
                "no-such-host.invalid:*:*:*:S3CR3T-other\n*:%d:*:*:%s\n"
                        .formatted(database.port(), database.password()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        try (Db db = open("host=no-such-host.invalid," + database.host(), SESSION)) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void anAddressBeatsTheHostsName() {
        try (Db db = open("host=no-such-host.invalid hostaddr=127.0.0.1 keepalives_idle=30", SESSION)) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "primary, standby, any, 1",
        "primary, standby, read-write, 1",
        "primary, standby, primary, 1",
        "primary, standby, read-only, 2",
        "primary, standby, standby, 2",
        "primary, standby, prefer-standby, 2",
        "standby, primary, any, 1",
        "standby, primary, read-write, 2",
        "standby, primary, primary, 2",
        "primary, primary, prefer-standby, 1",
        "primary, primary, standby, 0",
        "standby, standby, primary, 0",
        "standby, standby, read-write, 0",
    })
    void theFirstServerOfTheKindThatIsAskedForIsTaken(String first, String second, String attributes, int taken)
            throws IOException {
        variables.put("PGTARGETSESSIONATTRS", attributes);
        try (AnnouncingServer one = new AnnouncingServer(kind(first));
                AnnouncingServer two = new AnnouncingServer(kind(second))) {
            String expected =
                    switch (taken) {
                        case 1 -> "/127.0.0.1:" + one.port() + "/";
                        case 2 -> "/127.0.0.1:" + two.port() + "/";
                        default -> "the server ";
                    };
            assertThat(reached(PgSession.of("reader", Use.READ), one, two)).contains(expected);
        }
    }

    @Test
    void aServerThatIsReadOnlyByDefaultTakesNoWritesButIsAPrimary() throws IOException {
        try (AnnouncingServer readOnly = new AnnouncingServer(Map.of("default_transaction_read_only", "on"));
                AnnouncingServer primary = new AnnouncingServer(Map.of())) {
            variables.put("PGTARGETSESSIONATTRS", "read-write");
            assertThat(reached(SESSION, readOnly, primary)).contains(":" + primary.port() + "/");
            variables.put("PGTARGETSESSIONATTRS", "read-only");
            assertThat(reached(SESSION, primary, readOnly)).contains(":" + readOnly.port() + "/");
            variables.put("PGTARGETSESSIONATTRS", "primary");
            assertThat(reached(SESSION, readOnly, primary)).contains(":" + readOnly.port() + "/");
        }
    }

    private static Map<String, String> kind(String name) {
        return Map.of("in_hot_standby", name.equals("standby") ? "on" : "off");
    }

    /** The URL of the server that was reached, else the message. */
    private String reached(PgSession session, AnnouncingServer one, AnnouncingServer two) {
        String url = "host=127.0.0.1,127.0.0.1 port=" + one.port() + "," + two.port();
        PgTarget target = PgTarget.resolve(url, PgTarget.Sources.of(new Environment(variables)));
        try (Connection connection = new Postgres(target, session).connect()) {
            return connection.getMetaData().getURL();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (Trouble e) {
            return e.getMessage();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "server_version, 11.22, is PostgreSQL 11.22; lockstep needs 12",
        "server_encoding, SQL_ASCII, has encoding SQL_ASCII; lockstep needs UTF8",
        "in_hot_standby, on, 'is a standby: it takes no writes and no LISTEN'",
    })
    void aServerThatIsNotFitIsRefusedAndLeft(String parameter, String value, String message) throws Exception {
        try (AnnouncingServer server = new AnnouncingServer(Map.of(parameter, value))) {
            Trouble trouble = refused("host=127.0.0.1 port=" + server.port());

            assertThat(trouble.kind()).isEqualTo(Trouble.Kind.REFUSED);
            assertThat(trouble).hasMessageContaining(message);
            assertThat(server.wasLeft()).isTrue();
        }
    }

    @Test
    void aServerThatDoesNotTellItsRoleIsAskedForIt() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            PgServerState told = PgServerState.of(connection);
            assertThat(told.asked(connection)).isEqualTo(told);

            statement.execute("set default_transaction_read_only = on");
            assertThat(told.asked(connection).readOnly()).isTrue();
        }
    }

    @Test
    void noPasswordIsInAnyErrorOrItsCauses() throws IOException {
        StringWriter all = new StringWriter();
        for (String url : List.of(
                "dbname=no_such_database",
                "host=127.0.0.1 port=" + closedPort(),
                "host=no-such-host.invalid",
                "sslmode=require",
                "options='-c no_such_setting=1'",
                "user=no_such_role")) {
            refused(url).printStackTrace(new PrintWriter(all, true));
        }
        variables.put("PGPASSWORD", "S3CR3T-wrong");
        refused(null).printStackTrace(new PrintWriter(all, true));

        assertThat(all.toString()).contains("cannot connect to").doesNotContain("S3CR3T");
    }

    @Test
    void aPasswordInTheWrongPlaceIsInNoMessage() {
        for (String url : List.of("host=" + database.password(), "options='--" + database.password() + "'")) {
            Trouble trouble = refused(url);

            assertThat(trouble.getMessage() + trouble.hint()).contains("***").doesNotContain("S3CR3T");
        }
    }
}
