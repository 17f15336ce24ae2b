package dev.lockstep.db;

import java.nio.file.Path;
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
}
