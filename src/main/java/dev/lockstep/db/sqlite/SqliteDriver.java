package dev.lockstep.db.sqlite;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.EngineDriver;
import dev.lockstep.db.Tx;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/** Transactions of SQLite. One that is to write takes the write lock at its start, so that it never fails for it later. */
final class SqliteDriver implements EngineDriver {
    private final Connection connection;
    private final Optional<BusyWait> wait;

    /** Of a connection that waits for locks as the program wants that opened it. */
    SqliteDriver(Connection connection) {
        this(connection, Optional.empty());
    }

    SqliteDriver(Connection connection, BusyWait wait) {
        this(connection, Optional.of(wait));
    }

    private SqliteDriver(Connection connection, Optional<BusyWait> wait) {
        this.connection = connection;
        this.wait = wait;
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
    public void cancel() {
        wait.ifPresent(BusyWait::cancel);
    }

    @Override
    public <T> T waitingAtMost(Duration limit, Tx tx, Supplier<T> work) {
        long before = wait.map(own -> own.patience().toMillis())
                .orElseGet(() -> tx.only("pragma busy_timeout").integer(0));
        setPatience(limit.toMillis(), tx);
        T result = work.get();
        setPatience(before, tx);
        return result;
    }

    private void setPatience(long millis, Tx tx) {
        if (wait.isPresent()) {
            wait.get().setPatience(Duration.ofMillis(millis));
        } else {
            tx.rows("pragma busy_timeout = " + millis);
        }
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
