package dev.lockstep.mirror;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestMariaDb;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;

/** A source and an empty mirror of it, for tests that are the same for every kind of mirror. */
final class TestMirror implements AutoCloseable {
    /** What the mirror is. */
    enum Kind {
        POSTGRESQL,
        MARIADB,
        SQLITE
    }

    final Path source;
    final Path home;
    private final Kind kind;
    private final TestDatabase postgres;
    private final MariaDbDatabase mariaDb;
    private final Path sqlite;

    /** @param dir an empty folder */
    TestMirror(Kind kind, Path dir, String... sourceSql) throws SQLException {
        this.kind = kind;
        this.home = dir;
        this.source = TestSqlite.create(dir.resolve("source.db"), sourceSql);
        this.postgres = kind == Kind.POSTGRESQL ? TestPostgres.shared().createDatabase() : null;
        this.mariaDb = kind == Kind.MARIADB ? TestMariaDb.shared().createDatabase() : null;
        this.sqlite =
                kind == Kind.SQLITE ? TestSqlite.create(dir.resolve("mirror.db"), "pragma user_version = 1") : null;
    }

    Kind kind() {
        return kind;
    }

    /** The mirror's address, with the password. */
    String url() {
        return switch (kind) {
            case POSTGRESQL -> postgres.url();
            case MARIADB -> mariaDb.url();
            case SQLITE -> "sqlite:" + sqlite;
        };
    }

    Map<String, String> environment() {
        return Map.of("LOCKSTEP_TO", url(), "LOCKSTEP_DB", source.toString(), "HOME", home.toString());
    }

    LockstepRun run(String... arguments) {
        return LockstepRun.of(environment(), arguments);
    }

    /** A connection of the bare driver in UTC, for which names stand in double quotes. */
    Connection connect() throws SQLException {
        Connection connection =
                switch (kind) {
                    case POSTGRESQL -> postgres.connect();
                    case MARIADB -> mariaDb.connect();
                    case SQLITE -> TestSqlite.connect(sqlite);
                };
        if (kind == Kind.MARIADB) {
            try (Statement statement = connection.createStatement()) {
                statement.execute("set sql_mode = concat(@@sql_mode, ',ANSI_QUOTES'), time_zone = '+00:00'");
            }
        }
        return connection;
    }

    /** Runs statements on the source. */
    void sql(String... statements) throws SQLException {
        TestSqlite.create(source, statements);
    }

    /** Runs statements on the mirror. */
    void execute(String... statements) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        }
    }

    /** The first column of the first row in the mirror as text; null if it is NULL or there is no row. */
    String ask(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(sql)) {
            return rs.next() ? rs.getString(1) : null;
        }
    }

    /** What differs, as the bare drivers see it; empty if the tables are equal. */
    List<String> differences(String table) throws SQLException {
        try (Connection connection = connect()) {
            return Mirrored.differences(source, connection, table);
        }
    }

    @Override
    public void close() {
        if (postgres != null) {
            postgres.close();
        }
        if (mariaDb != null) {
            mariaDb.close();
        }
    }
}
