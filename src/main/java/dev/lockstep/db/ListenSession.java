package dev.lockstep.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * One PostgreSQL connection that listens. It is used by one thread at a time and never in a transaction: a session that
 * is idle in one would hear nothing and keep the server's queue from shrinking.
 */
public final class ListenSession implements AutoCloseable {
    private static final String BACKEND_PID = "select pg_backend_pid()";
    private static final String STANDBY = "25006";

    private final Connection connection;
    private final PGConnection driver;
    private boolean pooled;

    private ListenSession(Connection connection, PGConnection driver) {
        this.connection = connection;
        this.driver = driver;
    }

    static ListenSession open(Connector connector) {
        try {
            Connection connection = connector.connect();
            try {
                return new ListenSession(connection, connection.unwrap(PGConnection.class));
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw SqlErrors.of(Engine.POSTGRESQL, e);
        }
    }

    /**
     * Listens to these channels too. When it returns, the LISTEN is committed: what commits later is heard.
     *
     * @throws Trouble refused: the server is a standby
     */
    public void listen(Collection<Channel> channels) {
        // LISTEN last: pg_stat_activity shows the last statement of a session, and so who listens.
        StringBuilder sql = new StringBuilder(BACKEND_PID);
        for (Channel channel : channels) {
            sql.append("; listen ").append(channel.identifier());
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql.toString());
            try (ResultSet rs = statement.getResultSet()) {
                rs.next();
                pooled = rs.getInt(1) != driver.getBackendPID();
            }
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    void unlisten(Collection<Channel> channels) {
        if (channels.isEmpty()) {
            return;
        }
        StringBuilder sql = new StringBuilder();
        for (Channel channel : channels) {
            sql.append("unlisten ").append(channel.identifier()).append("; ");
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql.toString());
        } catch (SQLException e) {
            throw SqlErrors.of(Engine.POSTGRESQL, e);
        }
    }

    /** Whether the server that LISTEN reached is not the one that the connection was opened to: a pooler stands between. */
    public boolean isPooled() {
        return pooled;
    }

    /** What has come, waiting for the first at most that long; possibly nothing. */
    public List<ListenEvent.Notification> poll(Duration atMost) {
        try {
            // To the driver, 0 means for ever.
            int millis = (int) Math.max(1, Math.min(atMost.toMillis(), Integer.MAX_VALUE));
            PGNotification[] heard = driver.getNotifications(millis);
            if (heard == null || heard.length == 0) {
                return List.of();
            }
            List<ListenEvent.Notification> notifications = new ArrayList<>(heard.length);
            for (PGNotification n : heard) {
                notifications.add(new ListenEvent.Notification(n.getName(), n.getParameter(), n.getPID()));
            }
            return notifications;
        } catch (SQLException e) {
            throw SqlErrors.of(Engine.POSTGRESQL, e);
        }
    }

    /** Whether the server answers in time. Waiting for notifications would not notice that it never will again. */
    boolean isAlive(Duration patience) {
        try {
            return connection.isValid((int) Math.max(1, patience.toSeconds()));
        } catch (SQLException e) {
            throw SqlErrors.of(Engine.POSTGRESQL, e);
        }
    }

    /** Breaks the connection, from any thread: whoever is waiting in it gets an error now. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw SqlErrors.of(Engine.POSTGRESQL, e);
        }
    }

    @Override
    public void close() {
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlErrors.of(Engine.POSTGRESQL, e);
        }
    }

    private static Trouble refused(SQLException e) {
        if (STANDBY.equals(e.getSQLState())) {
            return new Trouble(
                    Trouble.Kind.REFUSED,
                    "standby",
                    "the server is a standby: nobody can listen there",
                    "connect to the primary; target_session_attrs=read-write in the URL finds it among several hosts",
                    e);
        }
        return SqlErrors.of(Engine.POSTGRESQL, e);
    }
}
