package dev.lockstep.testing;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** Statements for which a connection of the bare driver was opened; it is closed behind them. */
public final class Statements {
    private Statements() {}

    /** Runs them, each in a transaction of its own. */
    public static void execute(Connection opened, String... statements) throws SQLException {
        try (opened;
                Statement statement = opened.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row as text; null if it is NULL or there is no row. */
    public static String ask(Connection opened, String sql) throws SQLException {
        try (opened;
                Statement statement = opened.createStatement();
                ResultSet rs = statement.executeQuery(sql)) {
            return rs.next() ? rs.getString(1) : null;
        }
    }
}
