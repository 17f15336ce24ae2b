package dev.lockstep.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Supplier;

/**
 * What is particular to an engine about one open connection: how a transaction begins and ends, and what an error means. Each
 * engine has one implementation, in its own package; nothing else asks which engine it is.
 */
public interface EngineDriver {
    /** What a transaction is for. */
    enum Purpose {
        WRITE,
        /** As to write, and whatever was written is rolled back. */
        UNDO,
        /** One snapshot, and no writes. */
        READ
    }

    /** Makes the driver of a connection that has just been opened. */
    @FunctionalInterface
    interface Factory {
        EngineDriver of(Connection connection) throws SQLException;
    }

    /** Something that is asked of the server. */
    @FunctionalInterface
    interface Exchange<T> {
        T run() throws SQLException;
    }

    Engine engine();

    /** The statement that is running is being cancelled: so is what this waits for by itself. Called from any thread. */
    default void cancel() {}

    /** Runs statements that wait no longer than that for a lock, where the engine's own locks would let them. */
    default <T> T waitingAtMost(Duration limit, Tx tx, Supplier<T> work) {
        return work.get();
    }

    /** Classifies what the engine's JDBC driver has thrown. */
    DbException error(SQLException e);

    /** Begins a transaction. */
    void begin(Tx tx, Purpose purpose) throws SQLException;

    /** Says what the transaction that has just begun is to see; if this fails it is rolled back. */
    default void begun(Tx tx, Purpose purpose) throws SQLException {}

    /**
     * Commits.
     *
     * @throws DbException not committed: the server has given up the transaction already
     * @throws SQLException the outcome is open if the connection broke
     */
    void commit(Tx tx) throws SQLException;

    void rollback() throws SQLException;

    /** Runs a statement, with what the session relies on where a transaction may find another session. */
    default <T> T run(Exchange<T> exchange) throws SQLException {
        return exchange.run();
    }

    /**
     * Looks at what the server has only warned of.
     *
     * @throws DbException it warns of something because of which a value may not be there as it was sent
     */
    default void refuseWarnings(Statement statement) throws SQLException {}

    /** Whether a pooler lends each transaction a session that may be somebody else's. */
    default boolean isPooled(Tx tx) throws SQLException {
        return false;
    }
}
