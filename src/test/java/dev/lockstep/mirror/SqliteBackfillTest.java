package dev.lockstep.mirror;

import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

class SqliteBackfillTest extends BackfillConformance {
    @Override
    String url() throws SQLException {
        return "sqlite:" + TestSqlite.create(file(), "pragma user_version = 1");
    }

    @Override
    Connection connect() throws SQLException {
        return TestSqlite.connect(file());
    }

    private Path file() {
        return dir.resolve("mirror.db");
    }
}
