package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(PostgresExtension.class)
class TestPostgresTest {
    private String seenBefore;

    @BeforeEach
    void remember(TestDatabase database) {
        seenBefore = database.name();
    }

    @Test
    void aTestAndItsBeforeEachShareOneDatabaseThatTheyOwn(TestDatabase database) throws SQLException {
        database.execute("create schema fresh", "create table fresh.notes (id bigint)");

        assertThat(database.name()).isEqualTo(seenBefore);
        assertThat(database.ask("select current_user || ' ' || rolsuper from pg_roles where rolname = current_user"))
                .isEqualTo(database.user() + " false");
        assertThat(database.ask("show server_encoding")).isEqualTo("UTF8");
    }

    @Test
    void anotherTestSeesNothingOfItsNeighbour(TestDatabase database) {
        try (TestDatabase neighbour = TestPostgres.shared().createDatabase()) {
            assertThat(neighbour.name()).isNotEqualTo(database.name());
            assertThat(neighbour.url()).endsWith(":" + database.port() + "/" + neighbour.name());
            assertThat(neighbour.environment())
                    .containsOnlyKeys("PGHOST", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGCONNECT_TIMEOUT")
                    .containsEntry("PGDATABASE", neighbour.name());
        }
    }

    @Test
    void aWrongPasswordIsRefused(TestDatabase database) {
        String url = "jdbc:postgresql://%s:%d/%s".formatted(database.host(), database.port(), database.name());

        assertThatThrownBy(() -> DriverManager.getConnection(url, database.user(), "wrong"))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }

    @Test
    void anOpenTransactionWithAnAdvisoryLockIsALeak() throws SQLException {
        TestDatabase leaky = TestPostgres.shared().createDatabase();
        try (Connection left = leaky.connect();
                Statement statement = left.createStatement()) {
            left.setAutoCommit(false);
            statement.execute("select pg_advisory_lock(42)");

            assertThatThrownBy(leaky::close)
                    .isInstanceOf(AssertionError.class)
                    .hasMessageContaining("idle in transaction")
                    .hasMessageContaining("pg_advisory_lock(42)")
                    .hasMessageContaining("advisoryLocks=1");
        }
    }

    @Test
    void aTerminatedConnectionIsGone(TestDatabase database) throws SQLException {
        try (Connection victim = database.connect()) {
            assertThat(database.terminateAll()).isOne();

            assertThatThrownBy(() -> victim.createStatement().execute("select 1"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("57P01"));
        }
    }

    @Test
    void aServerOfOnesOwnKeepsItsDataAndPortOverARestart() throws SQLException {
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase()) {
            database.execute("create table kept (id bigint)", "insert into kept values (1)");

            server.restart();

            assertThat(database.ask("select count(*) from kept")).isEqualTo("1");
        }
    }

    @Test
    void aGivenServerNeedsARoleThatMayCreateRolesAndDatabasesOnly(TestDatabase database) throws SQLException {
        try (Connection admin = database.connectAsAdministrator();
                Statement statement = admin.createStatement()) {
            statement.execute("create role giver login createrole createdb password 'a b:/@é'");
        }
        String url = "postgresql://giver:a%%20b%%3A%%2F%%40%%C3%%A9@%s:%d/%s"
                .formatted(database.host(), database.port(), database.name());
        try (TestPostgres given = TestPostgres.at(url);
                TestDatabase inside = given.createDatabase()) {
            assertThat(inside.ask("select 1")).isEqualTo("1");
            assertThat(inside.backends()).isEmpty();
        } finally {
            try (Connection admin = database.connectAsAdministrator();
                    Statement statement = admin.createStatement()) {
                statement.execute("drop role giver");
            }
        }
    }
}
