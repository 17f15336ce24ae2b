package dev.lockstep.db.postgres;

import dev.lockstep.db.Connector;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.Host;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import org.postgresql.core.BaseConnection;
import org.postgresql.core.QueryExecutor;
import org.postgresql.core.TransactionState;
import org.postgresql.util.HostSpec;

/**
 * Connections that somebody else's pool lends. While we have one its session is as that of a connection of our own; before
 * it goes back everything is as it was, so that whoever gets it next finds nothing of ours.
 */
public final class LentConnector implements Connector {
    private final Connector lender;
    private final Session session;

    /** @param lender gives a connection for which closing means to give it back */
    public LentConnector(Connector lender, Session session) {
        this.lender = lender;
        this.session = session;
    }

    /**
     * What a connection leads to.
     *
     * @throws LockstepException refused: it is none of the driver that lockstep works with
     */
    public static PgTarget target(Connection lent, Redactor redactor) throws SQLException {
        QueryExecutor executor = driver(lent).getQueryExecutor();
        HostSpec at = executor.getHostSpec();
        Host host = new Host(at.getHost(), Optional.empty(), at.getPort(), Optional.empty(), "");
        return PgTarget.at(host, executor.getDatabase(), executor.getUser(), redactor);
    }

    /** @throws LockstepException refused: it is in a transaction, or behind a pooler, or no server to work with */
    @Override
    public Connection connect() throws SQLException {
        Connection lent = lender.connect();
        try {
            BaseConnection driver = driver(lent);
            if (driver.getTransactionState() != TransactionState.IDLE) {
                throw LockstepException.refused(
                        "in-transaction",
                        "the data source lends a connection that is in a transaction already",
                        "give a data source whose connections belong to no transaction yet");
            }
            return new ConnectionLoan(lent, driver.getBackendPID(), session).connection();
        } catch (SQLException | RuntimeException e) {
            Connector.closeAfter(e, lent);
            throw e;
        }
    }

    private static BaseConnection driver(Connection lent) throws SQLException {
        if (!lent.isWrapperFor(BaseConnection.class)) {
            throw LockstepException.refused(
                    "foreign-driver",
                    "the data source's connections are not those of PostgreSQL's JDBC driver, but "
                            + lent.getClass().getName(),
                    "give the URL of the database, or a data source over org.postgresql");
        }
        return lent.unwrap(BaseConnection.class);
    }
}
