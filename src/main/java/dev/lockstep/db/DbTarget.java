package dev.lockstep.db;

import dev.lockstep.db.ConnectionString.Exposure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** A database of any engine to connect to. Nothing that prints shows a password. */
public sealed interface DbTarget permits PgTarget, MariaDbTarget, DbTarget.SqliteFile {
    /** A SQLite file, which must exist. */
    record SqliteFile(Path path) implements DbTarget {
        /**
         * Whether both names lead to the same file, by whatever links; not if there is none of the other name.
         *
         * @throws Trouble usage: there is no file of this name
         */
        public boolean isSameAs(Path other) {
            try {
                return Files.exists(other) && Files.isSameFile(path, other);
            } catch (IOException e) {
                throw Trouble.usage("no such file: " + path, "lockstep opens databases that exist");
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

    /** What a description may look like, for messages. */
    String FORMS =
            "postgresql://user@host:port/db, service=NAME, mariadb://user@host:port/db, mysql://… or sqlite:FILE";

    /** What stands before the name of a SQLite file. */
    String SQLITE = "sqlite:";

    Engine engine();

    /** What psql, or the client of MariaDB, would warn of: a file with a password that does not count, say. */
    default List<String> warnings() {
        return List.of();
    }

    /**
     * Finds the target that the option, else its variable, else the profile describes; what that leaves open is found as
     * {@link PgTarget} and {@link MariaDbTarget} say.
     *
     * @param url what the option says, or null if it was not given
     * @throws Trouble usage: there is none, it is wrong, or it shows a password to others; refused: others may read the
     *     password file that was asked for
     */
    static DbTarget resolve(String url, PgTarget.Sources sources) {
        ConnectionString string = sources.string(url)
                .orElseThrow(() -> Trouble.usage(
                        "no database named", "give " + sources.option() + " URL, or set " + sources.variable()));
        String text = string.text();
        if (text.startsWith(SQLITE)) {
            return new SqliteFile(file(string, text.substring(SQLITE.length())));
        }
        Optional<String> mariaDb = MariaDbTarget.afterScheme(text);
        if (mariaDb.isPresent()) {
            return MariaDbTarget.resolve(string, mariaDb.get(), sources);
        }
        int colon = text.indexOf(':');
        int equals = text.indexOf('=');
        boolean postgres =
                text.startsWith("postgres") || text.startsWith(JdbcUrl.SCHEME) || text.equals(PgTarget.EMBEDDED);
        if (!postgres && (equals < 0 || (colon >= 0 && colon < equals))) {
            throw Trouble.usage(string.origin() + ": not a URL of a database", "it takes " + FORMS);
        }
        return PgTarget.resolve(url, sources);
    }

    private static Path file(ConnectionString string, String name) {
        try {
            if (name.isEmpty()) {
                throw Trouble.usage(string.origin() + ": sqlite: without a file", "it takes sqlite:FILE");
            }
            return Path.of(name);
        } catch (InvalidPathException e) {
            String shown = string.exposure() == Exposure.PUBLIC ? ": " + name : "";
            throw Trouble.usage(string.origin() + ": not a file name" + shown, null);
        }
    }
}
