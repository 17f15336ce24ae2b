package dev.lockstep.db;

import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.UnaryOperator;

/** Opens databases for one process: what the environment says, and what is put around each connection. */
public final class Databases {
    private final Environment environment;
    private final UnaryOperator<Connector> around;

    public Databases(Environment environment) {
        this(environment, UnaryOperator.identity());
    }

    /** @param around sees every connector before it is used, so that a caller can watch its connections */
    public Databases(Environment environment, UnaryOperator<Connector> around) {
        this.environment = environment;
        this.around = around;
    }

    public Environment environment() {
        return environment;
    }

    /** Opens a SQLite file that exists, as {@link Sqlite} says. */
    public Db sqlite(Path file, Sqlite.Access access, Duration busyTimeout) {
        return Sqlite.open(file, access, busyTimeout, around);
    }

    /**
     * Opens one connection to a PostgreSQL.
     *
     * @throws DbException nobody answers, or nobody lets us in
     * @throws Trouble refused: it is not a server to work with (too old, a standby, not UTF8)
     */
    public Db postgres(PgTarget target, PgSession session) {
        try {
            return new Db(Engine.POSTGRESQL, connector(target, session));
        } catch (SQLException e) {
            throw SqlErrors.of(Engine.POSTGRESQL, e);
        }
    }

    /** What opens the connections of such a session, for whoever needs the driver's own, or a new one now and then. */
    Connector connector(PgTarget target, PgSession session) {
        return around.apply(new Postgres(running(target), session));
    }

    private static PgTarget running(PgTarget target) {
        if (target.embedded()) {
            throw new Trouble("there is no embedded PostgreSQL here", "name a server with --pg or PGHOST");
        }
        return target;
    }
}
