package dev.lockstep.db.mariadb;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.EngineDriver;
import dev.lockstep.db.SqlErrors;
import dev.lockstep.db.Tx;
import dev.lockstep.support.Redactor;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;

/** Transactions of MariaDB and MySQL. */
public final class MariaDbDriver implements EngineDriver {
    /** A snapshot is taken at the start of a transaction that repeats its reads, and only then. */
    private static final String REPEAT_READS = "set transaction isolation level repeatable read";

    private final Connection connection;
    private final Redactor redactor;

    /** @param redactor knows the password that the connection was made with */
    public MariaDbDriver(Connection connection, Redactor redactor) {
        this.connection = connection;
        this.redactor = redactor;
    }

    @Override
    public Engine engine() {
        return Engine.MARIADB;
    }

    @Override
    public DbException error(SQLException e) {
        return MariaDbErrors.of(e).redacted(redactor);
    }

    @Override
    public void begin(Tx tx, Purpose purpose) {
        if (purpose == Purpose.READ) {
            tx.execute(REPEAT_READS);
            tx.execute("start transaction with consistent snapshot, read only");
        } else {
            tx.execute("start transaction");
        }
    }

    @Override
    public void commit(Tx tx) throws SQLException {
        if (tx.isLost()) {
            throw SqlErrors.notCommitted();
        }
        connection.commit();
    }

    @Override
    public void rollback() throws SQLException {
        connection.rollback();
    }

    /** The JDBC driver asks the server only if it has counted any. */
    @Override
    public void refuseWarnings(Statement statement) throws SQLException {
        Optional<DbException> refused = MariaDbErrors.warned(statement.getWarnings());
        if (refused.isPresent()) {
            throw refused.get();
        }
    }
}
