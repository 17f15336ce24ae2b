package dev.lockstep.db.sqlite;

import dev.lockstep.db.Connector;
import dev.lockstep.support.LockstepException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.sqlite.SQLiteConnection;

/**
 * A library of functions, collations, tokenizers or modules that an application registers with its own SQLite. It is code
 * that runs in this process, so it is loaded only for whoever names its file.
 */
final class SqliteExtension {
    private static final String LOAD = "select load_extension(?)";

    private SqliteExtension() {}

    /** @throws LockstepException usage: there is no such file, or it cannot be read */
    static void check(Path extension) {
        if (!Files.isRegularFile(extension)) {
            throw LockstepException.usage(
                    (Files.exists(extension) ? "not a file: " : "no such file: ") + extension, null);
        }
        if (!Files.isReadable(extension)) {
            throw LockstepException.usage("not readable: " + extension, null);
        }
    }

    /**
     * The connection with these loaded, in their order; afterwards no statement, and no trigger, can load any.
     *
     * @throws LockstepException usage: one cannot be loaded; the connection is closed
     */
    static Connection loaded(Connection connection, List<Path> extensions) throws SQLException {
        if (extensions.isEmpty()) {
            return connection;
        }
        try {
            SQLiteConnection sqlite = connection.unwrap(SQLiteConnection.class);
            sqlite.getDatabase().enable_load_extension(true);
            for (Path extension : extensions) {
                load(connection, extension);
            }
            sqlite.getDatabase().enable_load_extension(false);
            return connection;
        } catch (SQLException | RuntimeException e) {
            Connector.closeAfter(e, connection);
            throw e;
        }
    }

    private static void load(Connection connection, Path extension) {
        try (PreparedStatement statement = connection.prepareStatement(LOAD)) {
            statement.setString(1, extension.toAbsolutePath().toString());
            statement.executeQuery().close();
        } catch (SQLException e) {
            throw new LockstepException(
                    LockstepException.Kind.USAGE,
                    "extension",
                    "not an extension that SQLite can load: " + extension + ": " + reason(e),
                    "it must be built for this system and processor (" + NativeLibrary.folder() + ")",
                    e);
        }
    }

    private static String reason(SQLException e) {
        return SqliteErrors.of(e).getMessage();
    }
}
