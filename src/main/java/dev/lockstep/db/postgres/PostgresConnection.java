package dev.lockstep.db.postgres;

import dev.lockstep.db.EngineDriver;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.Parameter;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.ServerOptions;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import org.postgresql.jdbc.PgConnection;
import org.postgresql.util.HostSpec;

/** The driver's connection, and what its session relies on. */
public final class PostgresConnection extends PgConnection {
    /** Whether the server knows the user's own options. */
    enum Options {
        TOLD,
        REFUSED
    }

    private final Options options;
    private SessionSettings settings;
    private String purpose;
    private Redactor redactor = new Redactor();
    private boolean shared;

    /** Logs in. */
    PostgresConnection(HostSpec[] hosts, Properties properties, String url, Options options) throws SQLException {
        super(hosts, properties, url);
        this.options = options;
    }

    /** What lies behind a connection that others may have wrapped; empty if it was not opened by {@link PostgresConnector}. */
    public static Optional<PostgresConnection> of(Connection connection) throws SQLException {
        return connection.isWrapperFor(PostgresConnection.class)
                ? Optional.of(connection.unwrap(PostgresConnection.class))
                : Optional.empty();
    }

    /**
     * Sets what the session relies on, and finds out whether a pooler stands between here and the server.
     *
     * @throws LockstepException refused: the user's options cannot be had
     */
    public void settle(PgTarget target, Session session) throws SQLException {
        redactor = target.redactor();
        ServerOptions asked = target.options();
        purpose = session.application();
        settings = new SessionSettings(session, asked, ServerState.of(this).majorVersion());
        target.parameters()
                .number(Parameter.TCP_USER_TIMEOUT)
                .filter(limit -> limit > 0)
                .ifPresent(limit -> settings.replace("tcp_user_timeout", limit.toString()));
        if (options == Options.REFUSED) {
            addOptions(target, asked);
        }
        shared = session.backend() == Session.Backend.ANY;
        if (!shared) {
            settle();
        }
        if (shared) {
            if (options == Options.TOLD) {
                addOptions(target, asked);
            }
            // A statement that the driver keeps in one server connection is not there in the next.
            setPrepareThreshold(0);
        }
    }

    /** Sets it again, after the session has forgotten. */
    public void settle() throws SQLException {
        shared = settings.setForSession(this, getBackendPID()) != getBackendPID();
    }

    /** Knows the passwords that it was made with. */
    public Redactor redactor() {
        return redactor;
    }

    private void addOptions(PgTarget target, ServerOptions asked) {
        if (!asked.complete()) {
            throw LockstepException.refused(
                    "a pooler stands between here and PostgreSQL, and it passes on no options such as those "
                            + target.parameters().origin(Parameter.OPTIONS),
                    "-c NAME=VALUE is what can be set through it");
        }
        settings.add(asked.settings());
    }

    /** A pooler's server is ours after all: sets what the session relies on for as long as it lasts. */
    public void adopt() throws SQLException {
        if (settings != null) {
            settings.setForSession(this, backend());
        }
    }

    private int backend() throws SQLException {
        try (var statement = createStatement();
                var rs = statement.executeQuery("select pg_backend_pid()")) {
            rs.next();
            return rs.getInt(1);
        }
    }

    /** What the session is for, whatever the user has named it. */
    public String purpose() {
        return purpose;
    }

    /** Whether each transaction may run in another server connection, because a pooler lends them. */
    public boolean isShared() {
        return shared;
    }

    /** Sets what the session relies on for the transaction that begins here, if nothing outlasts that. */
    void begun(SessionSettings.Snapshot snapshot) throws SQLException {
        if (shared) {
            settings.setForTransaction(this, snapshot);
        }
    }

    /**
     * Runs a statement with what the session relies on: in a transaction of its own, which begins with that, if it is in none
     * and nothing outlasts one.
     */
    <T> T settled(EngineDriver.Exchange<T> exchange) throws SQLException {
        if (!shared || !getAutoCommit()) {
            return exchange.run();
        }
        setAutoCommit(false);
        T result;
        try {
            begun(SessionSettings.Snapshot.EACH);
            result = exchange.run();
        } catch (SQLException | RuntimeException | Error e) {
            try {
                rollback();
                setAutoCommit(true);
            } catch (SQLException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
        commit();
        setAutoCommit(true);
        return result;
    }
}
