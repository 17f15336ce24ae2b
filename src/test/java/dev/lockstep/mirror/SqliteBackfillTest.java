package dev.lockstep.mirror;

import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;

class SqliteBackfillTest extends BackfillConformance {
    @Override
    protected String url() throws SQLException {
        return "sqlite:" + TestSqlite.create(file(), "pragma user_version = 1");
    }

    @Override
    protected Connection connect() throws SQLException {
        return TestSqlite.connect(file());
    }

    private Path file() {
        return dir.resolve("mirror.db");
    }
}
