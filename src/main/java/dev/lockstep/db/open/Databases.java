package dev.lockstep.db.open;

import dev.lockstep.db.Connector;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.embedded.EmbeddedPostgres;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.Channel;
import dev.lockstep.db.listen.ListenSession;
import dev.lockstep.db.listen.ListeningDb;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.mariadb.MariaDbConnector;
import dev.lockstep.db.mariadb.MariaDbDriver;
import dev.lockstep.db.mariadb.MariaDbErrors;
import dev.lockstep.db.mariadb.MariaDbTarget;
import dev.lockstep.db.postgres.PostgresConnector;
import dev.lockstep.db.postgres.PostgresDriver;
import dev.lockstep.db.postgres.PostgresErrors;
import dev.lockstep.db.sqlite.HandedConnection;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * Opens databases for one process: what the environment says, and what is put around each connection. It knows those
 * that are open, so that a process that must stop can end what they are doing. Once it has connected to the embedded server
 * it is one of its users, until it is closed or the process ends.
 */
public final class Databases implements AutoCloseable {
    /** How long to wait for a lock of SQLite if nobody said. */
    public static final Duration BUSY_TIMEOUT = Duration.ofSeconds(30);

    private volatile Environment environment;
    private final UnaryOperator<Connector> around;
    private final DataSources dataSources = new DataSources();
    private final Set<Db> open = ConcurrentHashMap.newKeySet();
    private volatile boolean unstoppable;
    private Consumer<String> progress = message -> {};
    private EmbeddedPostgres embedded;
    private volatile ConnectionCache kept;

    public Databases(Environment environment) {
        this(environment, UnaryOperator.identity());
    }

    /** @param around sees every connector before it is used, so that a caller can watch its connections */
    public Databases(Environment environment, UnaryOperator<Connector> around) {
        this.environment = environment;
        this.around = around;
    }

    /** Says, in a few words, what is being waited for before the embedded server can be used. */
    public synchronized void onProgress(Consumer<String> listener) {
        progress = listener;
    }

    public Environment environment() {
        return environment;
    }

    /** What opens later sees this environment. */
    public void use(Environment other) {
        environment = other;
    }

    /** From now on keeps PostgreSQL connections that are closed, but for those that listen, for whoever asks for the same. */
    public synchronized void keepConnections() {
        if (kept == null) {
            kept = new ConnectionCache();
        }
    }

    /** Ends {@link #keepConnections}, and closes those that are kept. */
    public synchronized void keepNone() {
        if (kept != null) {
            kept.close();
            kept = null;
        }
    }

    /** How many PostgreSQL connections are kept and not in use. */
    public int keptConnections() {
        ConnectionCache now = kept;
        return now == null ? 0 : now.count();
    }

    /** Opens a SQLite file that exists, as {@link SqliteFiles} says. */
    public Db sqlite(Path file, SqliteFiles.Access access, Duration busyTimeout) {
        return sqlite(file, access, busyTimeout, List.of());
    }

    /** The same with extensions that somebody has named. @throws LockstepException usage: one of them cannot be loaded */
    public Db sqlite(Path file, SqliteFiles.Access access, Duration busyTimeout, List<Path> extensions) {
        return opened(SqliteFiles.open(file, access, busyTimeout, extensions, around));
    }

    /** Uses a SQLite connection that the program has open itself, as {@link HandedConnection} says. */
    public Db handed(Connection sqlite) {
        return opened(HandedConnection.open(sqlite, around));
    }

    /**
     * Copies a SQLite database as it is at one instant, and opens the copy for reading. Only this process can read it, and
     * nothing is left of it when that ends.
     *
     * @throws DbException there is no room for it
     */
    public Db copyOf(Db sqlite) {
        return opened(SqliteFiles.copyOf(sqlite, around));
    }

    /** Makes a new SQLite database. @throws LockstepException refused: there is a file of that name */
    public Db createSqlite(Path file) {
        return opened(SqliteFiles.create(file, around));
    }

    /** Makes an empty SQLite database in memory that goes when it is closed. */
    public Db scratch() {
        return opened(SqliteFiles.scratch(around));
    }

    /** Ends the statements that are running now; their transactions roll back. Called from any thread. */
    public void cancel() {
        open.forEach(Db::cancel);
    }

    /** Runs work that has to come to its end even if the command is stopped: {@link #cancel} leaves alone what it opens. */
    public <T> T unstoppable(Work<T> work) throws InterruptedException {
        unstoppable = true;
        try {
            return work.run();
        } finally {
            unstoppable = false;
        }
    }

    /** Work that may wait. */
    @FunctionalInterface
    public interface Work<T> {
        T run() throws InterruptedException;
    }

    /** Whether work is going on that has to come to its end. */
    public boolean isUnstoppable() {
        return unstoppable;
    }

    private Db opened(Db db) {
        if (!unstoppable) {
            open.add(db);
            db.onClose(() -> open.remove(db));
        }
        return db;
    }

    /**
     * What a program's data source leads to, as a target of these databases alone; {@link DataSources} says how it is used.
     *
     * @param source gives a connection for which closing means to give it back
     */
    public DbTarget target(Connector source) {
        return dataSources.target(source, environment);
    }

    /**
     * Opens one connection to a PostgreSQL.
     *
     * @throws DbException nobody answers, or nobody lets us in
     * @throws LockstepException refused: it is not a server to work with (too old, a standby, not UTF8)
     */
    public Db postgres(PgTarget target, Session session) {
        try {
            return opened(new Db(connector(target, session), PostgresDriver::new));
        } catch (SQLException e) {
            throw PostgresErrors.of(e).redacted(target.redactor());
        }
    }

    /**
     * Opens one connection to a MariaDB or MySQL.
     *
     * @throws DbException nobody answers, or nobody lets us in
     * @throws LockstepException refused: it is not a server to work with (too old, no strict mode, not utf8mb4)
     */
    public Db mariadb(MariaDbTarget target, Session session) {
        try {
            return opened(new Db(
                    around.apply(new MariaDbConnector(target, session)),
                    opened -> new MariaDbDriver(opened, target.redactor())));
        } catch (SQLException e) {
            throw MariaDbErrors.of(e).redacted(target.redactor());
        }
    }

    /**
     * Opens a target of any engine; {@link Db#engine()} says which it is. A lock of SQLite is waited for as long as the
     * session says, or {@link #BUSY_TIMEOUT}.
     */
    public Db open(DbTarget target, Session session) {
        if (target instanceof PgTarget postgres) {
            return postgres(postgres, session);
        }
        if (target instanceof MariaDbTarget mariaDb) {
            return mariadb(mariaDb, session);
        }
        Path file = ((SqliteTarget) target).path();
        boolean reads = session.use() == Session.Use.READ;
        Duration patience = session.lockTimeout().isZero() ? BUSY_TIMEOUT : session.lockTimeout();
        return sqlite(file, reads ? SqliteFiles.Access.READ : SqliteFiles.Access.WRITE, patience);
    }

    /** Opens one connection that listens, for the caller's own thread; see {@link #postgres} for what may go wrong. */
    public ListenSession listenSession(PgTarget target, Session session) {
        return ListenSession.open(connector(target, session));
    }

    /** Opens one connection that listens and answers, by turns; closing the database ends both. May fail as {@link #postgres}. */
    public ListeningDb listeningDb(PgTarget target, Session session, Set<Channel> channels) {
        try {
            Connector connector = lent(target, session).orElseGet(() -> own(target, session));
            ListeningDb both = ListeningDb.open(connector, channels);
            open.add(both.db());
            both.db().onClose(() -> {
                open.remove(both.db());
                both.deafen();
            });
            return both;
        } catch (SQLException e) {
            throw PostgresErrors.of(e).redacted(target.redactor());
        }
    }

    /** A listener that opens its connection when somebody subscribes. */
    public PgListener listener(PgTarget target, Session session, PgListener.Options options) {
        return new PgListener(connector(target, session), options);
    }

    /** What opens the connections of such a session, for whoever needs the driver's own, or a new one now and then. */
    public Connector connector(PgTarget target, Session session) {
        ConnectionCache keeping = session.use() == Session.Use.LISTEN ? null : kept;
        return lent(target, session)
                .orElseGet(() -> keeping == null
                        ? own(target, session)
                        : keeping.around(List.of(target.identity(), session), own(target, session)));
    }

    private Optional<Connector> lent(PgTarget target, Session session) {
        return dataSources.connector(target, session).map(around);
    }

    private Connector own(PgTarget target, Session session) {
        return around.apply(
                target.embedded() ? () -> connectEmbedded(session) : new PostgresConnector(target, session));
    }

    /** A server that is being killed still takes connections until the system closes its port, and then resets them. */
    private Connection connectEmbedded(Session session) throws SQLException {
        try {
            return new PostgresConnector(embedded(), session).connect();
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.UNREACHABLE) {
                throw e;
            }
            return new PostgresConnector(embedded(), session).connect();
        }
    }

    /** The embedded server, running: for each new connection it is started again if it has died. */
    private synchronized PgTarget embedded() {
        if (embedded == null) {
            embedded = EmbeddedPostgres.open(environment, progress);
        } else {
            embedded.revive(progress);
        }
        return embedded.target();
    }

    /** Stops using the embedded server. The databases that are open are for those who opened them to close. */
    @Override
    public synchronized void close() {
        keepNone();
        if (embedded != null) {
            embedded.close();
            embedded = null;
        }
    }
}
