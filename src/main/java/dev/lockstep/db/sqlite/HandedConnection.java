package dev.lockstep.db.sqlite;

import dev.lockstep.db.Connector;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.support.LockstepException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.UnaryOperator;
import org.sqlite.SQLiteConnection;
import org.sqlite.core.DB;

/** A connection that a program has open itself: it is used as it is, and left open, with its autocommit as it was. */
public final class HandedConnection {
    /** Fails if this connection is in the middle of something, and does nothing else. */
    private static final String LOOK = "pragma wal_checkpoint(noop)";

    private HandedConnection() {}

    /**
     * The database of a connection; to close it is to be done with the connection.
     *
     * @throws LockstepException refused: the connection is in a transaction, or none of SQLite's driver
     */
    public static Db open(Connection connection, UnaryOperator<Connector> around) {
        try {
            if (!connection.isWrapperFor(SQLiteConnection.class)) {
                throw LockstepException.refused(
                        "foreign-driver",
                        "the connection is none of SQLite's JDBC driver, but "
                                + connection.getClass().getName(),
                        "give one of org.sqlite, or the database's file");
            }
            boolean autoCommit = connection.getAutoCommit();
            if (autoCommit ? isInTransaction(connection) : hasBegun(connection)) {
                throw LockstepException.refused(
                        "in-transaction",
                        "the connection is in a transaction, which would be committed",
                        "commit or roll back first");
            }
            connection.setAutoCommit(true);
            return new Db(around.apply(() -> lent(connection, autoCommit)), SqliteDriver::new);
        } catch (SQLException e) {
            throw SqliteErrors.of(e);
        }
    }

    /** Whether somebody has said BEGIN: SQLite refuses to begin in a transaction; the driver would not ask it. */
    private static boolean isInTransaction(Connection connection) throws SQLException {
        DB database = connection.unwrap(SQLiteConnection.class).getDatabase();
        synchronized (database) {
            try {
                if (database._exec("begin") != 0) {
                    return true;
                }
            } catch (SQLException e) {
                return true;
            }
            database._exec("rollback");
            return false;
        }
    }

    /** Without autocommit the driver has always said BEGIN; whether anything was read or written since, a checkpoint knows. */
    private static boolean hasBegun(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(LOOK);
            return false;
        } catch (SQLException e) {
            if (SqliteErrors.of(e).reason() == DbException.Reason.BUSY) {
                return true;
            }
            throw e;
        }
    }

    private static Connection lent(Connection connection, boolean autoCommit) {
        return (Connection) Proxy.newProxyInstance(
                HandedConnection.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        connection.setAutoCommit(autoCommit);
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }
}
