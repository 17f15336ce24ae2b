package dev.lockstep.db.postgres;

import static dev.lockstep.db.PgClient.closedPort;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.PgClient;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Whatever keeps one from connecting is said, with where it came from and without a password. */
@ExtendWith(PostgresExtension.class)
class PostgresLoginTest {
    @TempDir
    Path home;

    private TestDatabase database;
    private PgClient client;

    @BeforeEach
    void loggedInByVariables(TestDatabase given) {
        database = given;
        client = PgClient.of(given, home);
    }

    @Test
    void aWrongPasswordIsSaidWithThePlaceItCameFrom() {
        client.variables().put("PGPASSWORD", "S3CR3T-wrong");

        LockstepException trouble = client.refused(null);

        assertThat(trouble)
                .hasMessage("cannot connect to %s:%d as %s: password authentication failed for user \"%s\" (28P01)"
                        .formatted(database.host(), database.port(), database.user(), database.user()));
        assertThat(trouble.hint()).isEqualTo("host from PGHOST, user from PGUSER, password from PGPASSWORD");
        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
        assertThat(((DbException) trouble).reason()).isEqualTo(Reason.LOGIN_REFUSED);
    }

    @Test
    void aMissingPasswordIsSaid() {
        client.variables().remove("PGPASSWORD");

        LockstepException trouble = client.refused("user=" + database.user());

        assertThat(trouble).hasMessageContaining("no password was provided").hasMessageEndingWith("(08004)");
        assertThat(trouble.hint()).startsWith("host from PGHOST, user from --pg, password not given");
        assertThat(((DbException) trouble).reason()).isEqualTo(Reason.LOGIN_REFUSED);
    }

    @Test
    void anUnknownDatabaseIsSaid() {
        LockstepException trouble = client.refused("dbname=no_such_database");

        assertThat(trouble).hasMessageContaining("database \"no_such_database\" does not exist (3D000)");
        assertThat(trouble.hint()).isEqualTo("host from PGHOST, user from PGUSER, database from --pg");
        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
    }

    @Test
    void anUnknownRoleIsSaid() {
        assertThat(client.refused("user=no_such_role"))
                .hasMessageContaining("\"no_such_role\" (28P01)")
                .extracting(LockstepException::kind)
                .isEqualTo(LockstepException.Kind.UNREACHABLE);
    }

    @Test
    void tooManyConnectionsArePassing() throws SQLException {
        try (Connection admin = database.connectAsAdministrator();
                Statement statement = admin.createStatement()) {
            statement.execute("alter database " + database.name() + " connection limit 0");
        }

        LockstepException trouble = client.refused(null);

        assertThat(trouble).hasMessageEndingWith("(53300)");
        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.TIMEOUT);
    }

    @Test
    void aClosedPortIsSaidAtOnce() throws IOException {
        int port = closedPort();

        LockstepException trouble = client.refused("host=localhost user=bob port=" + port);

        assertThat(trouble).hasMessage("cannot connect to localhost:" + port + " as bob: connection refused (08001)");
        assertThat(trouble.hint()).isEqualTo("host from --pg, user from --pg");
        assertThat(trouble.code()).isEqualTo("unreachable");
    }

    @Test
    void anUnknownHostIsSaid() {
        assertThat(client.refused("host=no-such-host.invalid user=bob connect_timeout=5"))
                .hasMessage("cannot connect to no-such-host.invalid:%d as bob: no such host (08001)"
                        .formatted(database.port()));
    }

    @Test
    void aServerThatAcceptsAndStaysSilentIsGivenUp() throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            LockstepException trouble =
                    client.refused("host=127.0.0.1 user=bob connect_timeout=1 port=" + silent.getLocalPort());

            assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
            assertThat(trouble).hasMessageContaining("no answer");
        }
    }

    @Test
    void aServerThatAnswersTooSlowlyIsGivenUpAndLeft() throws IOException {
        try (FaultProxy proxy = FaultProxy.before(database)) {
            proxy.slow(20);

            LockstepException trouble =
                    client.refused("host=127.0.0.1 connect_timeout=1 sslmode=disable port=" + proxy.port());

            // Whose limit ends first, the driver's of one answer or ours of the whole, is the machine's business.
            assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
            assertThat(trouble).hasMessageContaining("no answer");
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

            LockstepException trouble = client.refused("host=127.0.0.1 user=bob port=" + socket.getLocalPort());

            assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
            assertThat(trouble.hint()).endsWith("is it PostgreSQL?");
        }
    }

    @Test
    void tlsThatTheServerDoesNotOfferIsSaid() {
        client.variables().put("PGSSLMODE", "require");

        LockstepException trouble = client.refused(null);

        assertThat(trouble).hasMessageContaining("does not support SSL").hasMessageEndingWith("(08004)");
        assertThat(trouble.hint()).endsWith("sslmode from PGSSLMODE");
        assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.UNREACHABLE);
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
            client.refused(url).printStackTrace(new PrintWriter(all, true));
        }
        client.variables().put("PGPASSWORD", "S3CR3T-wrong");
        client.refused(null).printStackTrace(new PrintWriter(all, true));

        assertThat(all.toString()).contains("cannot connect to").doesNotContain("S3CR3T");
    }

    @Test
    void aPasswordInTheWrongPlaceIsInNoMessage() {
        for (String url : List.of("host=" + database.password(), "options='--" + database.password() + "'")) {
            LockstepException trouble = client.refused(url);

            assertThat(trouble.getMessage() + trouble.hint()).contains("***").doesNotContain("S3CR3T");
        }
    }
}
