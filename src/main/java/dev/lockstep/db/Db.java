package dev.lockstep.db;

import dev.lockstep.db.EngineDriver.Purpose;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One open database: one connection, used by one thread at a time.
 *
 * <p>A transaction that meets a serialization failure or a deadlock is run again, so the work touches nothing but its
 * {@link Tx}. To commit what the server would only roll back is an error, and so is a COMMIT whose answer never came.
 */
public final class Db implements AutoCloseable {
    private static final int ATTEMPTS = 5;

    private final EngineDriver driver;
    private final Connection connection;
    private final Tx tx;
    private Runnable onClose = () -> {};

    /** Opens a connection. @throws SQLException as the JDBC driver throws it; nothing is left open */
    public Db(Connector connector, EngineDriver.Factory drivers) throws SQLException {
        this.connection = connector.connect();
        this.driver = drivers.of(connection);
        this.tx = new Tx(driver, connection);
    }

    public Engine engine() {
        return driver.engine();
    }

    /** Runs the work in one transaction that may write; on SQLite it holds the write lock from the start. */
    public <T> T transact(Function<Tx, T> work) {
        return attempt(Purpose.WRITE, work);
    }

    /** {@link #transact} for work that returns nothing. */
    public void run(Consumer<Tx> work) {
        transact(t -> {
            work.accept(t);
            return null;
        });
    }

    /**
     * Runs the work in one transaction that sees one snapshot and is meant to read. PostgreSQL and MariaDB let it do
     * nothing else;
     * on SQLite, work that writes all the same is run again if somebody else wrote after the snapshot.
     */
    public <T> T read(Function<Tx, T> work) {
        return attempt(Purpose.READ, work);
    }

    /**
     * Runs the work in one transaction that may write, and undoes all of it: for finding out what would happen. On SQLite it
     * holds the write lock meanwhile.
     */
    public <T> T rehearse(Function<Tx, T> work) {
        return attempt(Purpose.UNDO, work);
    }

    /** Runs the work outside any transaction: each of its statements commits by itself. */
    public <T> T autocommit(Function<Tx, T> work) {
        return work.apply(tx);
    }

    /**
     * {@link #autocommit} for statements that are meant to wait in PostgreSQL longer than the session's may: an answer that
     * takes so long does not mean that the connection is lost. The server's own limits are the statements' affair.
     */
    public <T> T patiently(Duration patience, Function<Tx, T> work) {
        try {
            int usual = connection.getNetworkTimeout();
            if (usual == 0) {
                return work.apply(tx);
            }
            connection.setNetworkTimeout(
                    Runnable::run, (int) Math.min(Integer.MAX_VALUE, Math.max(0, patience.toMillis()) + usual));
            try {
                return work.apply(tx);
            } finally {
                connection.setNetworkTimeout(Runnable::run, usual);
            }
        } catch (SQLException e) {
            throw driver.error(e);
        }
    }

    /**
     * Whether a pooler stands between here and PostgreSQL: the server that answers is not the one to which the connection
     * was opened, so what belongs to a session may be somebody else's with the next transaction.
     */
    public boolean isPooled() {
        try {
            return driver.isPooled(tx);
        } catch (SQLException e) {
            throw driver.error(e);
        }
    }

    /** Ends the statement that is running now, if there is one, and lets no other start. Called from any thread. */
    public void cancel() {
        tx.cancel();
    }

    /** Runs statements outside a transaction that wait no longer than that for a lock, if the engine's connections have such a limit. */
    public <T> T waitingAtMost(Duration limit, Function<Tx, T> work) {
        return autocommit(any -> driver.waitingAtMost(limit, any, () -> work.apply(any)));
    }

    public void onClose(Runnable action) {
        onClose = action;
    }

    private <T> T attempt(Purpose purpose, Function<Tx, T> work) {
        for (int attempt = 1; ; attempt++) {
            begin(purpose);
            try {
                begun(purpose);
                T result = work.apply(tx);
                end(purpose);
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

    private void begin(Purpose purpose) {
        try {
            driver.begin(tx, purpose);
        } catch (SQLException e) {
            throw driver.error(e);
        }
        tx.begun();
    }

    private void begun(Purpose purpose) {
        try {
            driver.begun(tx, purpose);
        } catch (SQLException e) {
            throw driver.error(e);
        }
    }

    private void end(Purpose purpose) {
        if (purpose == Purpose.UNDO) {
            undo();
        } else if (purpose == Purpose.READ && tx.hasOnlyReadDamage()) {
            giveUp();
        } else {
            commit();
        }
    }

    private void commit() {
        try {
            driver.commit(tx);
        } catch (SQLException e) {
            throw SqlErrors.atCommit(driver.error(e));
        }
    }

    /** Ends a transaction that is perhaps over already. */
    private void giveUp() {
        try {
            undo();
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.OTHER && e.reason() != DbException.Reason.CORRUPT) {
                throw e;
            }
        }
    }

    /** The first error survives; what goes wrong while cleaning up is told with it. */
    private void rollback(Throwable first) {
        try {
            undo();
        } catch (DbException e) {
            first.addSuppressed(e);
        }
    }

    private void undo() {
        try {
            driver.rollback();
        } catch (SQLException e) {
            throw driver.error(e);
        }
    }

    /** Ends the connection without a word to the server, for a link that does not answer any more. */
    public void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw driver.error(e);
        }
    }

    @Override
    public void close() {
        onClose.run();
        try {
            connection.close();
        } catch (SQLException e) {
            throw driver.error(e);
        }
    }
}
