package dev.lockstep.testing;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** One test's own MariaDB database. */
public class MariaDbDatabase implements AutoCloseable {
    private static final Duration GRACE = Duration.ofSeconds(3);

    private static final String CONNECTED = """
            select concat(id, ' ', command, ' ', coalesce(info, '')) as session
              from information_schema.processlist
             where db = ?
             order by id
            """;

    private final ServerAddress address;
    private final ServerAddress admin;
    private final String scheme;

    MariaDbDatabase(ServerAddress address, ServerAddress admin, String scheme) {
        this.address = address;
        this.admin = admin;
        this.scheme = scheme;
    }

    /**
     * The address as {@code mariadb://user:password@host:port/database}, or the same with {@code mysql:}; a busy machine is
     * waited for.
     */
    public final String url() {
        return address.url(scheme) + "?connect_timeout=60";
    }

    public final String host() {
        return address.host();
    }

    public final int port() {
        return address.port();
    }

    public final String name() {
        return address.database();
    }

    public final String user() {
        return address.user();
    }

    public final String password() {
        return address.password();
    }

    /** The same database by way of another port of this machine, where a proxy listens. */
    public final MariaDbDatabase through(int port) {
        return new MariaDbDatabase(address.at("127.0.0.1", port), admin, scheme);
    }

    /** A connection as the database's owner. */
    public final Connection connect() throws SQLException {
        return TestMariaDb.connect(address);
    }

    /** A connection to this database as the server's administrator. */
    public final Connection connectAsAdministrator() throws SQLException {
        return TestMariaDb.connect(admin.withDatabase(name()));
    }

    /** The sessions that have this database open; a lock and an open transaction live in one. */
    public final List<String> sessions() throws SQLException {
        try (Connection connection = TestMariaDb.connect(admin);
                PreparedStatement statement = connection.prepareStatement(CONNECTED)) {
            statement.setString(1, name());
            try (ResultSet rs = statement.executeQuery()) {
                List<String> sessions = new ArrayList<>();
                while (rs.next()) {
                    sessions.add(rs.getString("session"));
                }
                return sessions;
            }
        }
    }

    /** Checks that nobody is connected, then drops the database whatever the check found. */
    @Override
    public final void close() {
        List<List<String>> seen = new ArrayList<>(List.of(List.of()));
        try {
            Await.until("the connections to close", GRACE, () -> {
                seen.set(0, sessions());
                return seen.get(0).isEmpty();
            });
        } catch (AssertionError e) {
            throw new AssertionError("connections left open in the test's database: " + seen.get(0), e);
        } finally {
            drop();
        }
    }

    private void drop() {
        try (Connection connection = TestMariaDb.connect(admin);
                Statement statement = connection.createStatement()) {
            statement.execute("drop database " + name());
        } catch (SQLException e) {
            throw new IllegalStateException("cannot drop " + name(), e);
        }
    }
}
