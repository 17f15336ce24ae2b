package dev.lockstep.db.open;

import dev.lockstep.db.DbTarget;
import dev.lockstep.db.libpq.ConnectionString;
import dev.lockstep.db.libpq.ConnectionString.Exposure;
import dev.lockstep.db.libpq.JdbcUrl;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.mariadb.MariaDbTarget;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.support.LockstepException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** Tells from a connection string which engine it means. */
public final class Targets {
    /** What a description may look like, for messages. */
    private static final String FORMS =
            "postgresql://user@host:port/db, service=NAME, mariadb://user@host:port/db, mysql://… or sqlite:FILE";

    private Targets() {}

    /**
     * Finds the target that the option, else its variable, else the profile describes; what that leaves open is found as
     * {@link PgTarget} and {@link MariaDbTarget} say.
     *
     * @param url what the option says, or null if it was not given
     * @throws LockstepException usage: there is none, it is wrong, or it shows a password to others; refused: others may read the
     *     password file that was asked for
     */
    public static DbTarget resolve(String url, TargetSources sources) {
        ConnectionString string = sources.string(url)
                .orElseThrow(() -> LockstepException.usage(
                        "no database named", "give " + sources.option() + " URL, or set " + sources.variable()));
        String text = string.text();
        if (text.startsWith(SqliteTarget.SCHEME)) {
            return new SqliteTarget(file(string, text.substring(SqliteTarget.SCHEME.length())));
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
            throw LockstepException.usage(string.origin() + ": not a URL of a database", "it takes " + FORMS);
        }
        return PgTarget.resolve(url, sources);
    }

    private static Path file(ConnectionString string, String name) {
        try {
            if (name.isEmpty()) {
                throw LockstepException.usage(string.origin() + ": sqlite: without a file", "it takes sqlite:FILE");
            }
            return Path.of(name);
        } catch (InvalidPathException e) {
            String shown = string.exposure() == Exposure.PUBLIC ? ": " + name : "";
            throw LockstepException.usage(string.origin() + ": not a file name" + shown, null);
        }
    }
}
