package dev.lockstep.db.postgres;

import dev.lockstep.db.Session;
import dev.lockstep.support.LockstepException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/**
 * What a server tells about itself while it logs somebody in; asking costs a round trip only before version 14.
 *
 * @param readOnly transactions are read-only unless they ask for more
 */
record ServerState(String version, String encoding, boolean standby, boolean readOnly) {
    private static final int OLDEST_SERVER = 12;

    private static final String ASK = """
            select pg_is_in_recovery(),
                   current_setting('default_transaction_read_only')
            """;

    static ServerState of(Connection connection) throws SQLException {
        PGConnection driver = connection.unwrap(PGConnection.class);
        String standby = driver.getParameterStatus("in_hot_standby");
        return new ServerState(
                driver.getParameterStatus("server_version"),
                driver.getParameterStatus("server_encoding"),
                "on".equals(standby),
                "on".equals(driver.getParameterStatus("default_transaction_read_only")));
    }

    /** The same, of a server that may be too old to tell its role by itself. */
    static ServerState withRole(Connection connection) throws SQLException {
        boolean told = connection.unwrap(PGConnection.class).getParameterStatus("in_hot_standby") != null;
        return told ? of(connection) : of(connection).asked(connection);
    }

    ServerState asked(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(ASK)) {
            rs.next();
            return new ServerState(version, encoding, rs.getBoolean(1), "on".equals(rs.getString(2)));
        }
    }

    /**
     * Refuses a server that is not one to work with.
     *
     * @param where the server, in words
     * @throws LockstepException refused: too old, not UTF8, or a standby that is to be written to
     */
    void check(String where, String database, Session.Use use) {
        if (majorVersion() < OLDEST_SERVER) {
            throw LockstepException.refused(
                    where + " is PostgreSQL " + version + "; lockstep needs " + OLDEST_SERVER, null);
        }
        if (!"UTF8".equals(encoding)) {
            throw LockstepException.refused(
                    "database " + database + " on " + where + " has encoding " + encoding + "; lockstep needs UTF8",
                    "create database … encoding 'UTF8' template template0");
        }
        if (standby && use != Session.Use.READ) {
            throw LockstepException.refused(
                    where + " is a standby: it takes no writes and no LISTEN",
                    "connect to the primary; of several hosts target_session_attrs=read-write finds it");
        }
    }

    /** The first number of the version, 0 if there is none. */
    int majorVersion() {
        int major = 0;
        for (int i = 0; i < version.length() && Character.isDigit(version.charAt(i)); i++) {
            major = major * 10 + Character.digit(version.charAt(i), 10);
        }
        return major;
    }
}
