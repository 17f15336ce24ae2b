package dev.lockstep.db.open;

import dev.lockstep.db.Connector;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.SqlErrors;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.mariadb.LentAddress;
import dev.lockstep.db.postgres.LentConnector;
import dev.lockstep.db.postgres.PostgresErrors;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.IdentityHashMap;
import java.util.Optional;

/**
 * The data sources of a program. PostgreSQL's lend their connections; of the others it is only asked where they lead, for what a
 * connection to MariaDB or SQLite is like is settled when it is opened.
 */
final class DataSources {
    private final IdentityHashMap<PgTarget, Connector> lenders = new IdentityHashMap<>();

    /**
     * What a data source leads to; it lends one connection to find that out.
     *
     * @throws DbException it has no connection to give
     * @throws LockstepException refused: it leads to a database of another kind, or is of another driver
     */
    synchronized DbTarget target(Connector source, Environment environment) {
        try (Connection lent = source.connect()) {
            String product = lent.getMetaData().getDatabaseProductName();
            switch (product) {
                case "PostgreSQL" -> {
                    PgTarget target = LentConnector.target(lent, environment.redactor());
                    lenders.put(target, source);
                    return target;
                }
                case "MariaDB", "MySQL" -> {
                    return LentAddress.of(lent, environment);
                }
                case "SQLite" -> {
                    return SqliteTarget.of(lent);
                }
                default ->
                    throw LockstepException.refused(
                            "foreign-database",
                            "the data source leads to " + product,
                            "lockstep works with PostgreSQL, MariaDB, MySQL and SQLite");
            }
        } catch (SQLException e) {
            throw unreachable(e).redacted(environment.redactor());
        }
    }

    /** What lends the connections to a target; empty for a target of another origin. */
    synchronized Optional<Connector> connector(PgTarget target, Session session) {
        Connector lender = lenders.get(target);
        return lender == null ? Optional.empty() : Optional.of(new LentConnector(() -> lend(lender), session));
    }

    private static Connection lend(Connector lender) {
        try {
            return lender.connect();
        } catch (SQLException e) {
            throw unreachable(e);
        }
    }

    /** A pool says no more than that it has none; whose fault that is stands behind it. */
    private static DbException unreachable(SQLException e) {
        SQLException said = e;
        while (said.getCause() instanceof SQLException deeper) {
            said = deeper;
        }
        Reason reason =
                PostgresErrors.of(said).reason() == Reason.LOGIN_REFUSED ? Reason.LOGIN_REFUSED : Reason.UNREACHABLE;
        return new DbException(
                reason, said.getSQLState(), "the data source gives no connection: " + SqlErrors.oneLine(said), null, e);
    }
}
