package dev.lockstep.db;

import java.sql.Connection;
import java.sql.SQLException;

/** Opens one connection. Whoever must see each statement, or break one, puts a connector of its own around another. */
@FunctionalInterface
public interface Connector {
    Connection connect() throws SQLException;
}
