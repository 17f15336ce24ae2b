package dev.lockstep.db;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens one connection. Whoever must see each statement, or break one, puts a connector of its own around another. */
@FunctionalInterface
public interface Connector {
    Connection connect() throws SQLException;

    /** Closes a connection that has turned out to be of no use; what goes wrong then is told with the first error. */
    static void closeAfter(Exception first, Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            first.addSuppressed(e);
        }
    }
}
