package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What the driver makes of a network that fails. */
@ExtendWith(PostgresExtension.class)
class FaultProxyPostgresTest {
    private static void assertConnectionFailure(ThrowingCallable call) {
        assertThatThrownBy(call).isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                .isEqualTo("08006"));
    }

    @Test
    void aFrozenConnectionLooksHealthyUntilItIsAsked(TestDatabase database) throws SQLException {
        try (FaultProxy proxy = FaultProxy.before(database);
                Connection connection = database.through(proxy.port()).connect()) {
            assertThat(connection.isValid(2)).isTrue();
            proxy.freeze();
            assertThat(connection.isClosed()).isFalse();

            long before = System.nanoTime();
            assertThat(connection.isValid(1)).isFalse();

            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(Duration.ofMillis(900), Duration.ofSeconds(4));
        }
    }

    @Test
    void aResetOrEndedConnectionIsAConnectionFailure(TestDatabase database) throws SQLException {
        try (FaultProxy proxy = FaultProxy.before(database);
                Connection first = database.through(proxy.port()).connect();
                Statement statement = first.createStatement()) {
            proxy.reset();
            assertConnectionFailure(() -> statement.execute("select 1"));
        }
        try (FaultProxy proxy = FaultProxy.before(database);
                Connection second = database.through(proxy.port()).connect();
                Statement statement = second.createStatement()) {
            proxy.finish();
            assertConnectionFailure(() -> statement.execute("select 1"));
        }
    }

    @Test
    void aCommitWhoseReplyIsLostIsCommitted(TestDatabase database) throws SQLException {
        database.execute("create table note (id bigint)");
        try (FaultProxy proxy = FaultProxy.before(database);
                Connection connection = database.through(proxy.port()).connect();
                Statement statement = connection.createStatement()) {
            proxy.loseReplyTo(request -> request.contains("COMMIT"));
            connection.setAutoCommit(false);
            statement.execute("insert into note values (1)");

            assertConnectionFailure(connection::commit);
        }
        assertThat(database.ask("select count(*) from note")).isEqualTo("1");
    }

    @Test
    void aConnectionCutBeforeTheCommitIsNotCommitted(TestDatabase database) throws SQLException {
        database.execute("create table note (id bigint)");
        try (FaultProxy proxy = FaultProxy.before(database);
                Connection connection = database.through(proxy.port()).connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("insert into note values (1)");
            proxy.cutAfter(0);

            assertConnectionFailure(connection::commit);
        }
        assertThat(database.ask("select count(*) from note")).isEqualTo("0");
    }
}
