package dev.lockstep.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(MariaDbExtension.class)
class TestMariaDbTest {
    private static final String FOUR_BYTES = "é 漢 🦊";

    @Test
    void aRowComesBackAsItWent(MariaDbDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table note (id bigint primary key, body text, weight double, picture blob)");
            try (PreparedStatement insert = connection.prepareStatement("insert into note values (?, ?, ?, ?)")) {
                insert.setLong(1, Long.MAX_VALUE);
                insert.setString(2, FOUR_BYTES);
                insert.setDouble(3, 0.1);
                insert.setBytes(4, new byte[] {0, -1});
                insert.executeUpdate();
            }
            try (ResultSet rs = statement.executeQuery("select id, body, weight, picture from note")) {
                assertThat(rs.next()).isTrue();
                assertThat(rs.getLong("id")).isEqualTo(Long.MAX_VALUE);
                assertThat(rs.getString("body")).isEqualTo(FOUR_BYTES);
                assertThat(rs.getDouble("weight")).isEqualTo(0.1);
                assertThat(rs.getBytes("picture")).containsExactly(0, -1);
            }
        }
    }

    @Test
    void aValueThatDoesNotFitIsRefused(MariaDbDatabase database) throws SQLException {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table narrow (word varchar(3))");

            assertThatThrownBy(() -> statement.execute("insert into narrow values ('four')"))
                    .isInstanceOfSatisfying(
                            SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("22001"));
        }
    }

    @Test
    void anOpenConnectionIsALeak() throws SQLException {
        MariaDbDatabase leaky = TestMariaDb.shared().createDatabase();
        try (Connection left = leaky.connect()) {
            assertThat(left.isValid(1)).isTrue();

            assertThatThrownBy(leaky::close).isInstanceOf(AssertionError.class).hasMessageContaining("left open");
        }
    }

    @Test
    void aGivenServerIsUsedAndLeftAsItWas() throws SQLException {
        TestMariaDb given = TestMariaDb.at(TestMariaDb.shared().administrator().url("mariadb"));
        try (MariaDbDatabase inside = given.createDatabase();
                Connection connection = inside.connect()) {
            assertThat(connection.isValid(1)).isTrue();
            assertThat(inside.sessions()).hasSize(1);
        } finally {
            given.stop();
        }
    }
}
