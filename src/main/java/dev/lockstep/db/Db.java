package dev.lockstep.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One open database: one connection, used by one thread at a time.
 *
 * <p>A transaction that meets a serialization failure or a deadlock is run again, so the work touches nothing but its
 * {@link Tx}. A COMMIT that the server answers with ROLLBACK is an error, and so is one whose answer never came.
 */
public final class Db implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    private final Engine engine;
    private final Connection connection;
    private final Tx tx;
    private Runnable onClose = () -> {};

    Db(Engine engine, Connector connector) throws SQLException {
        this.engine = engine;
        this.connection = connector.connect();
        this.tx = new Tx(engine, connection);
    }

    public Engine engine() {
        return engine;
    }

    /** Runs the work in one transaction that may write; on SQLite it holds the write lock from the start. */
    public <T> T transact(Function<Tx, T> work) {
        return attempt("BEGIN IMMEDIATE", work);
    }

    /** {@link #transact} for work that returns nothing. */
    public void run(Consumer<Tx> work) {
        transact(t -> {
            work.accept(t);
            return null;
        });
    }

    /** Runs the work in one transaction that sees one snapshot and is meant to read. */
    public <T> T read(Function<Tx, T> work) {
        return attempt("BEGIN", work);
    }

    /** Runs the work outside any transaction: each of its statements commits by itself. */
    public <T> T autocommit(Function<Tx, T> work) {
        return work.apply(tx);
    }

    /** Ends the statement that is running now, if there is one, and lets no other start. Called from any thread. */
    void cancel() {
        tx.cancel();
    }

    void onClose(Runnable action) {
        onClose = action;
    }

    private <T> T attempt(String sqliteBegin, Function<Tx, T> work) {
        for (int attempt = 1; ; attempt++) {
            begin(sqliteBegin);
            try {
                T result = work.apply(tx);
                commit();
                return result;
            } catch (DbException e) {
                rollback(e);
                if (!e.retryable() || attempt == ATTEMPTS) {
                    throw e;
                }
            } catch (RuntimeException | Error e) {
                rollback(e);
                throw e;
            }
        }
    }

    private void begin(String sqliteBegin) {
        switch (engine) {
            case SQLITE -> tx.execute(sqliteBegin);
            case POSTGRESQL -> autoCommit(false);
        }
    }

    private void commit() {
        switch (engine) {
            case SQLITE -> tx.execute("COMMIT");
            case POSTGRESQL -> {
                try {
                    connection.commit();
                } catch (SQLException e) {
                    throw SqlErrors.atCommit(engine, e);
                }
                autoCommit(true);
            }
        }
    }

    /** The first error survives; what goes wrong while cleaning up is told with it. */
    private void rollback(Throwable first) {
        try {
            switch (engine) {
                case SQLITE -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("ROLLBACK");
                    }
                }
                case POSTGRESQL -> {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
            }
        } catch (DbException | SQLException e) {
            first.addSuppressed(e);
        }
    }

    private void autoCommit(boolean on) {
        try {
            connection.setAutoCommit(on);
        } catch (SQLException e) {
            throw SqlErrors.of(engine, e);
        }
    }

    @Override
    public void close() {
        onClose.run();
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlErrors.of(engine, e);
        }
    }
}
