package dev.lockstep.db.postgres;

import static dev.lockstep.db.PgClient.SESSION;
import static dev.lockstep.db.PgClient.ask;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.db.PgClient;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler;
import dev.lockstep.testing.TransactionPooler.Mode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What others have left in the server connections of a pooler is not what we work with. */
@ExtendWith(PostgresExtension.class)
class PooledLeftoversTest {
    /** One for them, one for us; each is lent in turn. */
    private static final int SERVERS = 2;

    private static final String STATE = "select current_user || ' ' || current_setting('synchronous_commit') || ' '"
            + " || current_setting('gin_fuzzy_search_limit') || ' ' || current_setting('session_replication_role') || ' '"
            + " || current_setting('transaction_isolation') || ' ' || current_setting('transaction_read_only')";

    private TestDatabase database;
    private String stranger;

    @BeforeEach
    void aRoleToBeMistakenFor(TestDatabase given) throws SQLException {
        database = given;
        stranger = database.name() + "_stranger";
        asAdministrator("create role " + stranger);
        asAdministrator("grant " + stranger + " to " + database.user());
    }

    @AfterEach
    void nobody() throws SQLException {
        asAdministrator("drop role " + stranger);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "set default_transaction_read_only = on",
                "set default_transaction_isolation = serializable",
                "set role STRANGER",
                "set search_path = pg_catalog",
                "set search_path = ''",
                "set synchronous_commit = local",
                "set gin_fuzzy_search_limit = 1",
                "set statement_timeout = 7654321",
                "set lockstep.anything = 1",
                "create temp table if not exists t (id bigint)"
            })
    void aTransactionBeginsAsAfterALogin(String left, @TempDir Path home) throws SQLException {
        database.execute("create table t (id bigint)");
        PgClient client = PgClient.of(database, home);
        try (TransactionPooler pooler = TransactionPooler.before(database, Mode.TRANSACTION);
                Db db = client.open("host=127.0.0.1 port=" + pooler.port(), SESSION);
                Connection other = database.through(pooler.port()).connect();
                Statement statement = other.createStatement()) {
            for (int i = 0; i < 2 * SERVERS; i++) {
                statement.execute(left.replace("STRANGER", stranger));
            }
            for (int i = 0; i < SERVERS; i++) {
                db.run(tx -> tx.update("insert into t values (1)"));
                assertThat(ask(db, STATE)).isEqualTo(database.ask(STATE));
                assertThat(ask(db, "show statement_timeout")).doesNotStartWith("7654");
            }
        }
        assertThat(database.ask("select count(*) from t")).isEqualTo(Integer.toString(SERVERS));
    }

    private void asAdministrator(String statement) throws SQLException {
        try (Connection admin = database.connectAsAdministrator();
                Statement run = admin.createStatement()) {
            run.execute(statement);
        }
    }
}
