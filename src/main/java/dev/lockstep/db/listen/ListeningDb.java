package dev.lockstep.db.listen;

import dev.lockstep.db.Connector;
import dev.lockstep.db.Db;
import dev.lockstep.db.postgres.PostgresDriver;
import dev.lockstep.support.LockstepException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * One PostgreSQL connection that is asked and that hears, by turns, for one thread: the server sees a single session.
 *
 * <p>What is notified while a question is being answered is kept, and told by the next {@link #poll}.
 */
public final class ListeningDb {
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Db db;
    private final ListenSession ears;

    private ListeningDb(Db db, ListenSession ears) {
        this.db = db;
        this.ears = ears;
    }

    /**
     * Connects, and listens: what commits from now on is heard.
     *
     * @throws LockstepException refused: the server is a standby, or a transaction pooler stands between
     */
    public static ListeningDb open(Connector connector, Set<Channel> channels) throws SQLException {
        Connection connection = connector.connect();
        try {
            ListenSession ears = ListenSession.open(() -> connection);
            ears.listen(channels);
            ears.prove(connector, PATIENCE);
            return new ListeningDb(new Db(() -> connection, PostgresDriver::new), ears);
        } catch (SQLException | RuntimeException e) {
            Connector.closeAfter(e, connection);
            throw e;
        }
    }

    /** The same connection, for questions; closing it ends the listening, too. */
    public Db db() {
        return db;
    }

    /** What has come, waiting for the first at most that long; possibly nothing. */
    public List<ListenEvent.Notification> poll(Duration atMost) {
        return ears.poll(atMost);
    }

    /** Ends what watches over the listening. */
    public void deafen() {
        ears.close();
    }
}
