package dev.lockstep.db.postgres;

import static dev.lockstep.db.PgClient.SESSION;
import static dev.lockstep.db.PgClient.ask;
import static dev.lockstep.db.PgClient.closedPort;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.AnnouncingServer;
import dev.lockstep.db.Db;
import dev.lockstep.db.PgClient;
import dev.lockstep.db.Session;
import dev.lockstep.db.Session.Use;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Of several servers that are named, the first that answers and is of the right kind. */
@ExtendWith(PostgresExtension.class)
class PostgresHostsTest {
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
    void theNextHostIsTriedAndEachIsNamedIfNoneAnswers() throws IOException {
        int closed = closedPort();

        try (Db db = client.open(
                "host=no-such-host.invalid,127.0.0.1,%s port=1,%d,%d"
                        .formatted(database.host(), closed, database.port()),
                SESSION)) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
        }
        assertThat(client.refused("host=no-such-host.invalid,127.0.0.1 port=1," + closed + " user=bob"))
                .hasMessage("cannot connect to no-such-host.invalid:1, 127.0.0.1:" + closed
                        + " as bob: no such host; connection refused (08001)");
    }

    @Test
    void aRefusedLoginEndsTheSearchAsInLibpq() {
        client.variables().put("PGPASSWORD", "S3CR3T-wrong");

        assertThat(client.refused("host=127.0.0.1,no-such-host.invalid"))
                .hasMessageContaining("password authentication failed")
                .hasMessageNotContaining("no-such-host");
    }

    @Test
    void eachHostGetsItsOwnPassword() throws IOException {
        client.variables().remove("PGPASSWORD");
        Path file = home.resolve(".pgpass");
        Files.writeString(
                file,
                "no-such-host.invalid:*:*:*:S3CR3T-other\n*:%d:*:*:%s\n"
                        .formatted(database.port(), database.password()));
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        try (Db db = client.open("host=no-such-host.invalid," + database.host(), SESSION)) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void anAddressBeatsTheHostsName() {
        try (Db db = client.open("host=no-such-host.invalid hostaddr=127.0.0.1 keepalives_idle=30", SESSION)) {
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
        client.variables().put("PGTARGETSESSIONATTRS", attributes);
        try (AnnouncingServer one = new AnnouncingServer(kind(first));
                AnnouncingServer two = new AnnouncingServer(kind(second))) {
            String expected =
                    switch (taken) {
                        case 1 -> "/127.0.0.1:" + one.port() + "/";
                        case 2 -> "/127.0.0.1:" + two.port() + "/";
                        default -> "the server ";
                    };
            assertThat(reached(Session.of("reader", Use.READ), one, two)).contains(expected);
        }
    }

    @Test
    void aServerThatIsReadOnlyByDefaultTakesNoWritesButIsAPrimary() throws IOException {
        try (AnnouncingServer readOnly = new AnnouncingServer(Map.of("default_transaction_read_only", "on"));
                AnnouncingServer primary = new AnnouncingServer(Map.of())) {
            client.variables().put("PGTARGETSESSIONATTRS", "read-write");
            assertThat(reached(SESSION, readOnly, primary)).contains(":" + primary.port() + "/");
            client.variables().put("PGTARGETSESSIONATTRS", "read-only");
            assertThat(reached(SESSION, primary, readOnly)).contains(":" + readOnly.port() + "/");
            client.variables().put("PGTARGETSESSIONATTRS", "primary");
            assertThat(reached(SESSION, readOnly, primary)).contains(":" + readOnly.port() + "/");
        }
    }

    private static Map<String, String> kind(String name) {
        return Map.of("in_hot_standby", name.equals("standby") ? "on" : "off");
    }

    /** The URL of the server that was reached, else the message. */
    private String reached(Session session, AnnouncingServer one, AnnouncingServer two) {
        String url = "host=127.0.0.1,127.0.0.1 port=" + one.port() + "," + two.port();
        PgTarget target = client.target(url);
        try (Connection connection = new PostgresConnector(target, session).connect()) {
            return connection.getMetaData().getURL();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        } catch (LockstepException e) {
            return e.getMessage();
        }
    }
}
