package dev.lockstep.db.listen;

import dev.lockstep.db.Connector;
import dev.lockstep.db.DbException;
import dev.lockstep.db.postgres.PostgresConnection;
import dev.lockstep.db.postgres.PostgresErrors;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * One PostgreSQL connection that listens. It is used by one thread at a time and never in a transaction: a session that
 * is idle in one would hear nothing and keep the server's queue from shrinking.
 */
public final class ListenSession implements AutoCloseable {
    private static final String BACKEND_PID = "select pg_backend_pid()";
    private static final String NOTIFY = "select pg_notify(?, '')";
    private static final String STANDBY = "25006";
    private static final String ENDED_BY_SERVER = "57P";

    /** How often another session may answer before it has shown that it is not on our backend. */
    private static final int ATTEMPTS = 2;

    /** How long an answer, or the rest of a message, may take. */
    private static final Duration ROUND_TRIP = Duration.ofSeconds(5);

    /** Something that is asked of the server, or awaited from it. */
    @FunctionalInterface
    private interface Exchange<T> {
        T run() throws SQLException;
    }

    private final Connection connection;
    private final PGConnection driver;
    private final Watchdog watchdog = new Watchdog(this::abort);
    private final List<ListenEvent.Notification> early = new ArrayList<>();
    private final Set<Channel> heard = new LinkedHashSet<>();
    private final String purpose;
    private final Redactor redactor;
    private int backend;
    private boolean pooled;

    private ListenSession(Connection connection, PGConnection driver, Optional<PostgresConnection> postgres) {
        this.connection = connection;
        this.driver = driver;
        this.purpose = postgres.map(ours -> " /* " + ours.purpose() + " */").orElse("");
        this.redactor = postgres.map(PostgresConnection::redactor).orElseGet(Redactor::new);
    }

    public static ListenSession open(Connector connector) {
        try {
            Connection connection = connector.connect();
            try {
                return new ListenSession(
                        connection, connection.unwrap(PGConnection.class), PostgresConnection.of(connection));
            } catch (SQLException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw PostgresErrors.of(e);
        }
    }

    /**
     * Listens to these channels too. When it returns, the LISTEN is committed: what commits later is heard.
     *
     * @throws LockstepException refused: the server is a standby
     */
    public void listen(Collection<Channel> channels) {
        // LISTEN last: pg_stat_activity shows the last statement of a session, and so who listens, and what for.
        StringBuilder sql = new StringBuilder(BACKEND_PID);
        for (Channel channel : channels) {
            sql.append("; listen ").append(channel.identifier()).append(purpose);
        }
        heard.addAll(channels);
        backend = ask(sql.toString());
        pooled = backend != driver.getBackendPID();
    }

    private int ask(String sql) {
        return within(ROUND_TRIP, () -> ask(connection, sql));
    }

    /** @return the number that comes first in the first answer */
    private static int ask(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
            try (ResultSet rs = statement.getResultSet()) {
                rs.next();
                return rs.getInt(1);
            }
        }
    }

    void unlisten(Collection<Channel> channels) {
        if (channels.isEmpty()) {
            return;
        }
        heard.removeAll(channels);
        StringBuilder sql = new StringBuilder();
        for (Channel channel : channels) {
            sql.append("unlisten ").append(channel.identifier()).append("; ");
        }
        within(ROUND_TRIP, () -> {
            try (Statement statement = connection.createStatement()) {
                return statement.execute(sql.toString());
            }
        });
    }

    /** Whether the server that LISTEN reached is not the one that the connection was opened to: a pooler stands between. */
    public boolean isPooled() {
        return pooled;
    }

    /** What has come, waiting for the first at most that long; possibly nothing. */
    public List<ListenEvent.Notification> poll(Duration atMost) {
        if (!early.isEmpty()) {
            List<ListenEvent.Notification> kept = List.copyOf(early);
            early.clear();
            return kept;
        }
        // To the driver, 0 means for ever.
        int millis = (int) Math.max(1, Math.min(atMost.toMillis(), Integer.MAX_VALUE));
        PGNotification[] heard = within(atMost.plus(ROUND_TRIP), () -> driver.getNotifications(millis));
        if (heard == null || heard.length == 0) {
            return List.of();
        }
        List<ListenEvent.Notification> notifications = new ArrayList<>(heard.length);
        for (PGNotification n : heard) {
            notifications.add(new ListenEvent.Notification(n.getName(), n.getParameter(), n.getPID()));
        }
        return notifications;
    }

    /**
     * Proves that the session hears another one, if a pooler stands between. Without one there is nothing to prove, and
     * nothing is asked. Where the backend that listens serves somebody else meanwhile, that is known at once; else what does
     * not come in time is not coming.
     *
     * @param other opens the other session
     * @throws LockstepException refused: the pooler lends a server connection for no longer than a transaction
     */
    public void prove(Connector other, Duration patience) {
        if (!pooled) {
            return;
        }
        Channel probe = new Channel(
                "lockstep_probe_" + Long.toHexString(ThreadLocalRandom.current().nextLong()));
        listen(List.of(probe));
        if (isLent(probe, other, patience) || !hears(probe, patience)) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "transaction-pooler",
                    "a transaction pooler stands between here and PostgreSQL: a listener behind it hears nothing",
                    "connect to PostgreSQL's own port, or to a pool in session mode",
                    null);
        }
        unlisten(List.of(probe));
        Optional<PostgresConnection> postgres = within(ROUND_TRIP, () -> PostgresConnection.of(connection));
        postgres.ifPresent(adopting -> within(ROUND_TRIP, () -> {
            adopting.adopt();
            return null;
        }));
    }

    /**
     * Whether the backend that listens serves somebody else meanwhile, or another one answers here. If not, the other session
     * has notified: after that nothing may be asked here, for an answer brings along what an idle client is not told.
     */
    private boolean isLent(Channel probe, Connector connector, Duration patience) {
        int ours = backend;
        try (Connection other = connector.connect();
                PreparedStatement statement = other.prepareStatement(NOTIFY)) {
            other.setNetworkTimeout(Runnable::run, Math.toIntExact(patience.toMillis()));
            // More than once, since a pooler may lend its server connections in turn.
            for (int i = 0; i < ATTEMPTS; i++) {
                if (ask(other, BACKEND_PID) == ours) {
                    return true;
                }
            }
            if (ask(BACKEND_PID) != ours) {
                return true;
            }
            statement.setString(1, probe.name());
            statement.execute();
            return false;
        } catch (SQLException e) {
            throw refused(e);
        }
    }

    private boolean hears(Channel probe, Duration patience) {
        List<ListenEvent.Notification> others = new ArrayList<>();
        boolean heard = false;
        long deadline = System.nanoTime() + patience.toNanos();
        while (!heard && System.nanoTime() - deadline < 0) {
            for (ListenEvent.Notification notification : poll(Duration.ofNanos(deadline - System.nanoTime()))) {
                if (notification.channel().equals(probe.name())) {
                    heard = true;
                } else {
                    others.add(notification);
                }
            }
        }
        early.addAll(others);
        return heard;
    }

    /** Whether the server answers in time. Waiting for notifications would not notice that it never will again. */
    boolean isAlive(Duration patience) {
        boolean alive = within(patience, () -> connection.isValid((int) Math.max(1, patience.toSeconds())));
        if (alive && !heard.isEmpty()) {
            listen(List.copyOf(heard));
        }
        return alive;
    }

    /** How the connection came to throw this. */
    ListenEvent.GapReason lossBy(DbException e) {
        if (watchdog.hasBitten()) {
            return ListenEvent.GapReason.SILENT;
        }
        return e.sqlState().startsWith(ENDED_BY_SERVER)
                ? ListenEvent.GapReason.TERMINATED
                : ListenEvent.GapReason.CLOSED;
    }

    /** Runs what reads from the connection, and breaks that when it takes much longer than it may. */
    private <T> T within(Duration limit, Exchange<T> exchange) {
        watchdog.expectWithin(limit);
        try {
            return exchange.run();
        } catch (SQLException e) {
            throw refused(e);
        } finally {
            watchdog.relax();
        }
    }

    /** Breaks the connection, from any thread: whoever is waiting in it gets an error now. */
    void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw PostgresErrors.of(e);
        }
    }

    @Override
    public void close() {
        watchdog.close();
        try {
            connection.close();
        } catch (SQLException e) {
            throw PostgresErrors.of(e);
        }
    }

    private LockstepException refused(SQLException e) {
        if (STANDBY.equals(e.getSQLState())) {
            return new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "standby",
                    "the server is a standby: nobody can listen there",
                    "connect to the primary; target_session_attrs=read-write in the URL finds it among several hosts",
                    e);
        }
        return PostgresErrors.of(e).redacted(redactor);
    }
}
