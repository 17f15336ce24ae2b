package dev.lockstep.db.sqlite;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.EngineDriver;
import dev.lockstep.db.Tx;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** Transactions of SQLite. One that is to write takes the write lock at its start, so that it never fails for it later. */
final class SqliteDriver implements EngineDriver {
    private final Connection connection;

    SqliteDriver(Connection connection) {
        this.connection = connection;
    }

    @Override
    public Engine engine() {
        return Engine.SQLITE;
    }

    @Override
    public DbException error(SQLException e) {
        return SqliteErrors.of(e);
    }

    @Override
    public void begin(Tx tx, Purpose purpose) {
        tx.execute(purpose == Purpose.READ ? "BEGIN" : "BEGIN IMMEDIATE");
    }

    @Override
    public void commit(Tx tx) {
        tx.execute("COMMIT");
    }

    /** Not through {@link Tx}, which starts nothing once it is cancelled. */
    @Override
    public void rollback() throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("ROLLBACK");
        }
    }
}
