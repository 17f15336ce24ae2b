package dev.lockstep.testing;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.sqlite.SQLiteConfig;

/** SQLite files for tests, opened with the bare driver. */
public final class TestSqlite {
    private static final String SCHEMA = """
            select coalesce(group_concat(type || '|' || name || '|' || tbl_name || '|' || coalesce(sql, ''), char(10)), '')
              from (select type, name, tbl_name, sql from sqlite_master order by type, name)
            """;

    private TestSqlite() {}

    /** Makes the file if there is none, and runs statements on it. */
    public static Path create(Path file, String... statements) throws SQLException {
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
        return file;
    }

    /** A connection of the bare driver; every character of the file's name is meant literally. */
    public static Connection connect(Path file) throws SQLException {
        return new SQLiteConfig()
                .createConnection("jdbc:sqlite:file:" + file.toUri().getRawPath());
    }

    /** The first column of the first row as text; null if it is NULL or there is no row. */
    public static String ask(Path file, String sql) throws SQLException {
        try (Reader reader = read(file)) {
            return reader.ask(sql);
        }
    }

    /** All of {@code sqlite_master} as text, for comparing two states byte by byte. */
    public static String schema(Path file) throws SQLException {
        return ask(file, SCHEMA);
    }

    /** For many questions about one state: SQLite reads the schema for each connection, which costs most of a question. */
    public static Reader read(Path file) throws SQLException {
        return new Reader(connect(file));
    }

    /** An open connection to ask. */
    public static final class Reader implements AutoCloseable {
        private final Connection connection;

        private Reader(Connection connection) {
            this.connection = connection;
        }

        /** The first column of the first row as text; null if it is NULL or there is no row. */
        public String ask(String sql) throws SQLException {
            try (Statement statement = connection.createStatement();
                    ResultSet rs = statement.executeQuery(sql)) {
                return rs.next() ? rs.getString(1) : null;
            }
        }

        /** All of {@code sqlite_master} as text. */
        public String schema() throws SQLException {
            return ask(SCHEMA);
        }

        @Override
        public void close() throws SQLException {
            connection.close();
        }
    }
}
