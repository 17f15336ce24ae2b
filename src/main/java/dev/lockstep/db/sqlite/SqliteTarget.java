package dev.lockstep.db.sqlite;

import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Engine;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A SQLite file, which must exist. */
public record SqliteTarget(Path path) implements DbTarget {
    /** What stands before the name of a file. */
    public static final String SCHEME = "sqlite:";

    private static final String FILE = "select file from pragma_database_list where name = 'main'";

    /**
     * The file that a connection of somebody else's has open.
     *
     * @throws LockstepException refused: it is in memory
     */
    public static SqliteTarget of(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rs = statement.executeQuery(FILE)) {
            String file = rs.next() ? rs.getString(1) : null;
            if (file == null || file.isEmpty()) {
                throw LockstepException.refused(
                        "in-memory",
                        "the database is in memory, where only its own connection sees it",
                        "give a database in a file");
            }
            return new SqliteTarget(Path.of(file));
        }
    }

    /**
     * Whether both names lead to the same file, by whatever links; not if there is none of the other name.
     *
     * @throws LockstepException usage: there is no file of this name
     */
    public boolean isSameAs(Path other) {
        try {
            return Files.exists(other) && Files.isSameFile(path, other);
        } catch (IOException e) {
            throw LockstepException.usage("no such file: " + path, "lockstep opens databases that exist");
        }
    }

    @Override
    public Engine engine() {
        return Engine.SQLITE;
    }

    @Override
    public String toString() {
        return path.toString();
    }
}
