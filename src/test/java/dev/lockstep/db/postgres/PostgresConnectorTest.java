package dev.lockstep.db.postgres;

import static dev.lockstep.db.PgClient.SESSION;
import static dev.lockstep.db.PgClient.ask;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.AnnouncingServer;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.PgClient;
import dev.lockstep.db.Session;
import dev.lockstep.db.Session.Use;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a session with PostgreSQL is opened with, and which servers are refused. */
@ExtendWith(PostgresExtension.class)
class PostgresConnectorTest {
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
    void aSessionIsOpenedWithAllThatItNeedsAtOnce() {
        Session session = SESSION.withStatementTimeout(Duration.ofSeconds(30)).withLockTimeout(Duration.ofMillis(1500));
        client.variables().put("PGOPTIONS", "-c search_path=\"a\\ b\" -c statement_timeout=1");

        try (Db db = client.open(null, session)) {
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
        client.variables().put("PGAPPNAME", "mine");

        try (Db db = client.open(null, SESSION)) {
            assertThat(ask(db, "show application_name")).isEqualTo("mine");
        }
    }

    @Test
    void aReadingSessionCannotWriteEvenByMistake() {
        try (Db db = client.open(null, Session.of("reader", Use.READ))) {
            assertThat(ask(db, "select 1")).isEqualTo("1");
            assertThatThrownBy(() -> db.run(tx -> tx.execute("create table t (id bigint)")))
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.READ_ONLY));
        }
    }

    @Test
    void aStatementThatTakesTooLongIsEndedByTheServer() {
        try (Db db = client.open(null, SESSION.withStatementTimeout(Duration.ofMillis(100)))) {
            assertThatThrownBy(() -> ask(db, "select pg_sleep(30)"))
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.TIMED_OUT));
        }
    }

    @Test
    void theSocketGivesUpOnASilentServerOnlyWhereStatementsAreLimited() throws SQLException {
        PgTarget target = client.target(null);
        Session limited = SESSION.withStatementTimeout(Duration.ofSeconds(30));

        try (Connection limits = new PostgresConnector(target, limited).connect();
                Connection none = new PostgresConnector(target, SESSION).connect()) {
            assertThat(limits.getNetworkTimeout()).isEqualTo(40_000);
            assertThat(none.getNetworkTimeout()).isZero();
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
            LockstepException trouble = client.refused("host=127.0.0.1 port=" + server.port());

            assertThat(trouble.kind()).isEqualTo(LockstepException.Kind.REFUSED);
            assertThat(trouble).hasMessageContaining(message);
            assertThat(server.wasLeft()).isTrue();
        }
    }

    @Test
    void aServerThatDoesNotTellItsRoleIsAskedForIt() throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            ServerState told = ServerState.of(connection);
            assertThat(told.asked(connection)).isEqualTo(told);

            statement.execute("set default_transaction_read_only = on");
            assertThat(told.asked(connection).readOnly()).isTrue();
        }
    }
}
