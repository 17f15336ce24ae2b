package dev.lockstep.db;

import dev.lockstep.support.LockstepException;
import java.nio.charset.StandardCharsets;

/**
 * A name of a table, column, trigger or channel: the only text that may be spliced into SQL.
 *
 * <p>{@link #toString()} is the quoted form, with every quote in it doubled, as standard SQL, PostgreSQL and SQLite
 * read it, and MariaDB and MySQL in a session of ours. A name cannot be empty or hold a NUL.
 */
public record Identifier(String name) {
    /** PostgreSQL cuts a longer identifier, with no more than a notice (NAMEDATALEN - 1). */
    public static final int POSTGRESQL_MAX_BYTES = 63;

    public Identifier {
        if (name.isEmpty()) {
            throw LockstepException.usage("a name in a database cannot be empty", null);
        }
        if (name.indexOf('\0') >= 0) {
            throw LockstepException.usage("a name in a database cannot hold a NUL: " + name.replace("\0", "\\0"), null);
        }
    }

    /** The length that PostgreSQL counts. */
    public int bytes() {
        return name.getBytes(StandardCharsets.UTF_8).length;
    }

    /** Quoted as the engine's own clients read it: those of MariaDB take double quotes for a text. */
    public String in(Engine engine) {
        return switch (engine) {
            case POSTGRESQL, SQLITE -> toString();
            case MARIADB -> '`' + name.replace("`", "``") + '`';
        };
    }

    @Override
    public String toString() {
        return '"' + name.replace("\"", "\"\"") + '"';
    }
}
