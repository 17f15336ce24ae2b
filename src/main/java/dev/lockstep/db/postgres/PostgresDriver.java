package dev.lockstep.db.postgres;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.EngineDriver;
import dev.lockstep.db.SqlErrors;
import dev.lockstep.db.Tx;
import dev.lockstep.support.Redactor;
import java.sql.Connection;
import java.sql.SQLException;
import org.postgresql.PGConnection;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/** Transactions of PostgreSQL, also through a pooler that lends each of them another session. */
public final class PostgresDriver implements EngineDriver {
    /** PostgreSQL's own default shows each statement a snapshot of its own. */
    private static final String ONE_SNAPSHOT = "set transaction isolation level repeatable read, read only";

    private static final String BACKEND_PID = "select pg_backend_pid() as pid";

    private final Connection connection;
    private final Redactor redactor;

    /** Null if somebody else has opened the connection. */
    private final PostgresConnection own;

    public PostgresDriver(Connection connection) throws SQLException {
        this.connection = connection;
        this.own = PostgresConnection.of(connection).orElse(null);
        this.redactor = own == null ? new Redactor() : own.redactor();
    }

    @Override
    public Engine engine() {
        return Engine.POSTGRESQL;
    }

    @Override
    public DbException error(SQLException e) {
        return PostgresErrors.of(e).redacted(redactor);
    }

    @Override
    public void begin(Tx tx, Purpose purpose) throws SQLException {
        connection.setAutoCommit(false);
    }

    @Override
    public void begun(Tx tx, Purpose purpose) throws SQLException {
        if (own != null && own.isShared()) {
            own.begun(purpose == Purpose.READ ? SessionSettings.Snapshot.ONE : SessionSettings.Snapshot.EACH);
        } else if (purpose == Purpose.READ) {
            tx.execute(ONE_SNAPSHOT);
        }
    }

    @Override
    public void commit(Tx tx) throws SQLException {
        if (hasFailed()) {
            throw SqlErrors.notCommitted();
        }
        connection.commit();
        try {
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw error(e);
        }
    }

    /**
     * Whether a statement of the transaction has failed. The server answers the COMMIT of such a one with ROLLBACK and no
     * error, and the JDBC driver says nothing either.
     */
    private boolean hasFailed() throws SQLException {
        return connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.FAILED;
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
        connection.setAutoCommit(true);
    }

    @Override
    public <T> T run(Exchange<T> exchange) throws SQLException {
        return own == null ? exchange.run() : own.settled(exchange);
    }

    @Override
    public boolean isPooled(Tx tx) throws SQLException {
        return own != null
                ? own.isShared()
                : tx.only(BACKEND_PID).integer("pid")
                        != connection.unwrap(PGConnection.class).getBackendPID();
    }
}
