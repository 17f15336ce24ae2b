package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.DbException;
import dev.lockstep.testing.Fault.Mode;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FaultTest {
    /** Connect, the check of the file, BEGIN, two updates, COMMIT. */
    private static final int CALLS = 6;

    @TempDir
    private Path dir;

    private Path accounts;

    @BeforeEach
    void openAccounts() throws SQLException {
        accounts = TestSqlite.create(dir.resolve("accounts.db"), DyingWriter.ACCOUNTS);
    }

    private String balances() throws SQLException {
        return TestSqlite.ask(accounts, "select group_concat(balance order by name) from account");
    }

    @Test
    void everyStatementAndTheCommitAreCounted() throws SQLException {
        Fault none = Fault.none();

        DyingWriter.transfer(accounts, none);

        assertThat(none.calls()).isEqualTo(CALLS);
        assertThat(none.hit()).isFalse();
        assertThat(balances()).isEqualTo("0,1");
    }

    @Test
    void aCommitThatWasNotRunChangesNothing() throws SQLException {
        Fault fault = Fault.at(CALLS, Mode.THROW_BEFORE);

        assertThatThrownBy(() -> DyingWriter.transfer(accounts, fault)).isInstanceOf(DbException.class);

        assertThat(fault).hasToString("THROW_BEFORE at call 6: COMMIT");
        assertThat(balances()).isEqualTo("1,0");
    }

    @Test
    void aCommitWhoseAnswerWasLostIsDone() throws SQLException {
        assertThatThrownBy(() -> DyingWriter.transfer(accounts, Fault.at(CALLS, Mode.THROW_AFTER)))
                .isInstanceOf(DbException.class);

        assertThat(balances()).isEqualTo("0,1");
    }

    @Test
    void aClosedConnectionIsTheDriversOwnError() throws SQLException {
        assertThatThrownBy(() -> DyingWriter.transfer(accounts, Fault.at(CALLS, Mode.CLOSE)))
                .isInstanceOf(DbException.class)
                .hasMessageNotContaining("injected");

        assertThat(balances()).isEqualTo("1,0");
    }

    @Test
    void aSleepingCallIsOnlyLate() throws SQLException {
        long before = System.nanoTime();

        DyingWriter.transfer(accounts, Fault.sleepAt(CALLS, Duration.ofMillis(50)));

        assertThat(Duration.ofNanos(System.nanoTime() - before)).isGreaterThanOrEqualTo(Duration.ofMillis(50));
        assertThat(balances()).isEqualTo("0,1");
    }

    @Test
    void aPreparedCommitOfPostgresIsACallToo() throws SQLException {
        try (TestDatabase database = TestPostgres.shared().createDatabase()) {
            database.execute("create table note (id bigint)");
            Fault fault = Fault.at(4, Mode.THROW_AFTER);
            try (Connection connection = fault.around(database::connect).connect()) {
                connection.setAutoCommit(false);
                try (PreparedStatement insert = connection.prepareStatement("insert into note values (?)")) {
                    insert.setLong(1, 1);
                    insert.addBatch();
                    insert.executeBatch();
                    insert.executeUpdate();
                }
                assertThatThrownBy(connection::commit)
                        .isInstanceOfSatisfying(SQLException.class, e -> assertThat(e.getSQLState())
                                .isEqualTo("08006"));
            }
            assertThat(fault).hasToString("THROW_AFTER at call 4: commit");
            assertThat(database.ask("select count(*) from note")).isEqualTo("2");
        }
    }
}
