package dev.lockstep.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import org.postgresql.PGConnection;

/**
 * One open database: one connection, used by one thread at a time.
 *
 * <p>A transaction that meets a serialization failure or a deadlock is run again, so the work touches nothing but its
 * {@link Tx}. To commit what the server would only roll back is an error, and so is a COMMIT whose answer never came.
 */
public final class Db implements AutoCloseable {
    private static final int ATTEMPTS = 5;
    private static final String BACKEND_PID = "select pg_backend_pid() as pid";

    /** PostgreSQL's own default shows each statement a snapshot of its own. */
    private static final String ONE_SNAPSHOT = "set transaction isolation level repeatable read, read only";

    /** MariaDB takes a snapshot at the start of a transaction that repeats its reads, and only then. */
    private static final String REPEAT_READS = "set transaction isolation level repeatable read";

    /** How a transaction begins. */
    private enum Begin {
        TO_WRITE("BEGIN IMMEDIATE", "start transaction"),
        /** As to write, and whatever was written is rolled back. */
        TO_UNDO("BEGIN IMMEDIATE", "start transaction"),
        TO_READ("BEGIN", "start transaction with consistent snapshot, read only");

        private final String sqlite;
        private final String mariaDb;

        Begin(String sqlite, String mariaDb) {
            this.sqlite = sqlite;
            this.mariaDb = mariaDb;
        }
    }

    private final Engine engine;
    private final Connection connection;
    private final PostgresConnection postgres;
    private final Tx tx;
    private Runnable onClose = () -> {};

    Db(Engine engine, Connector connector) throws SQLException {
        this.engine = engine;
        this.connection = connector.connect();
        this.postgres =
                engine == Engine.POSTGRESQL ? PostgresConnection.of(connection).orElse(null) : null;
        this.tx = new Tx(engine, connection, postgres);
    }

    public Engine engine() {
        return engine;
    }

    /** Runs the work in one transaction that may write; on SQLite it holds the write lock from the start. */
    public <T> T transact(Function<Tx, T> work) {
        return attempt(Begin.TO_WRITE, work);
    }

    /** {@link #transact} for work that returns nothing. */
    public void run(Consumer<Tx> work) {
        transact(t -> {
            work.accept(t);
            return null;
        });
    }

    /**
     * Runs the work in one transaction that sees one snapshot and is meant to read. PostgreSQL and MariaDB let it do
     * nothing else;
     * on SQLite, work that writes all the same is run again if somebody else wrote after the snapshot.
     */
    public <T> T read(Function<Tx, T> work) {
        return attempt(Begin.TO_READ, work);
    }

    /**
     * Runs the work in one transaction that may write, and undoes all of it: for finding out what would happen. On SQLite it
     * holds the write lock meanwhile.
     */
    public <T> T rehearse(Function<Tx, T> work) {
        return attempt(Begin.TO_UNDO, work);
    }

    /** Runs the work outside any transaction: each of its statements commits by itself. */
    public <T> T autocommit(Function<Tx, T> work) {
        return work.apply(tx);
    }

    /**
     * {@link #autocommit} for statements that are meant to wait in PostgreSQL longer than the session's may: an answer that
     * takes so long does not mean that the connection is lost. The server's own limits are the statements' affair.
     */
    public <T> T patiently(Duration patience, Function<Tx, T> work) {
        try {
            int usual = connection.getNetworkTimeout();
            if (usual == 0) {
                return work.apply(tx);
            }
            connection.setNetworkTimeout(
                    Runnable::run, (int) Math.min(Integer.MAX_VALUE, Math.max(0, patience.toMillis()) + usual));
            try {
                return work.apply(tx);
            } finally {
                connection.setNetworkTimeout(Runnable::run, usual);
            }
        } catch (SQLException e) {
            throw SqlErrors.of(engine, e);
        }
    }

    /**
     * Whether a pooler stands between here and PostgreSQL: the server that answers is not the one to which the connection
     * was opened, so what belongs to a session may be somebody else's with the next transaction.
     */
    public boolean isPooled() {
        if (engine != Engine.POSTGRESQL) {
            return false;
        }
        if (postgres != null) {
            return postgres.isShared();
        }
        try {
            return tx.only(BACKEND_PID).integer("pid")
                    != connection.unwrap(PGConnection.class).getBackendPID();
        } catch (SQLException e) {
            throw SqlErrors.of(engine, e);
        }
    }

    /** Ends the statement that is running now, if there is one, and lets no other start. Called from any thread. */
    void cancel() {
        tx.cancel();
    }

    void onClose(Runnable action) {
        onClose = action;
    }

    private <T> T attempt(Begin kind, Function<Tx, T> work) {
        for (int attempt = 1; ; attempt++) {
            begin(kind);
            try {
                begun(kind);
                T result = work.apply(tx);
                end(kind);
                return result;
            } catch (DbException e) {
                rollback(e);
                if (!e.retryable() || attempt == ATTEMPTS) {
                    throw e;
                }
            } catch (RuntimeException | Error e) {
                rollback(e);
                throw e;
            }
        }
    }

    private void begin(Begin kind) {
        switch (engine) {
            case SQLITE -> {
                tx.execute(kind.sqlite);
                tx.begun();
            }
            case POSTGRESQL -> autoCommit(false);
            case MARIADB -> {
                if (kind == Begin.TO_READ) {
                    tx.execute(REPEAT_READS);
                }
                tx.execute(kind.mariaDb);
                tx.begun();
            }
        }
    }

    private void begun(Begin kind) {
        if (engine == Engine.POSTGRESQL && isShared()) {
            tx.begun(kind == Begin.TO_READ ? SessionSettings.Snapshot.ONE : SessionSettings.Snapshot.EACH);
        } else if (engine == Engine.POSTGRESQL && kind == Begin.TO_READ) {
            tx.execute(ONE_SNAPSHOT);
        }
    }

    private boolean isShared() {
        return postgres != null && postgres.isShared();
    }

    private void end(Begin kind) {
        switch (kind) {
            case TO_WRITE -> commit();
            case TO_READ -> {
                if (engine == Engine.SQLITE && tx.hasOnlyReadDamage()) {
                    giveUp();
                } else {
                    commit();
                }
            }
            case TO_UNDO -> undo();
        }
    }

    private void commit() {
        switch (engine) {
            case SQLITE -> tx.execute("COMMIT");
            case POSTGRESQL -> {
                try {
                    if (Postgres.hasFailed(connection)) {
                        throw SqlErrors.notCommitted();
                    }
                    connection.commit();
                } catch (SQLException e) {
                    throw SqlErrors.atCommit(engine, e);
                }
                autoCommit(true);
            }
            case MARIADB -> {
                if (tx.isLost()) {
                    throw SqlErrors.notCommitted();
                }
                try {
                    connection.commit();
                } catch (SQLException e) {
                    throw SqlErrors.atCommit(engine, e);
                }
            }
        }
    }

    /** Ends a transaction that is perhaps over already. */
    private void giveUp() {
        try {
            undo();
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.OTHER && e.reason() != DbException.Reason.CORRUPT) {
                throw e;
            }
        }
    }

    /** The first error survives; what goes wrong while cleaning up is told with it. */
    private void rollback(Throwable first) {
        try {
            undo();
        } catch (DbException e) {
            first.addSuppressed(e);
        }
    }

    /** Not through {@link Tx}, which starts nothing once it is cancelled. */
    private void undo() {
        try {
            switch (engine) {
                case SQLITE -> {
                    try (Statement statement = connection.createStatement()) {
                        statement.execute("ROLLBACK");
                    }
                }
                case POSTGRESQL -> {
                    connection.rollback();
                    connection.setAutoCommit(true);
                }
                case MARIADB -> connection.rollback();
            }
        } catch (SQLException e) {
            throw SqlErrors.of(engine, e);
        }
    }

    private void autoCommit(boolean on) {
        try {
            connection.setAutoCommit(on);
        } catch (SQLException e) {
            throw SqlErrors.of(engine, e);
        }
    }

    /** Ends the connection without a word to the server, for a link that does not answer any more. */
    public void abort() {
        try {
            connection.abort(Runnable::run);
        } catch (SQLException e) {
            throw SqlErrors.of(engine, e);
        }
    }

    @Override
    public void close() {
        onClose.run();
        try {
            connection.close();
        } catch (SQLException e) {
            throw SqlErrors.of(engine, e);
        }
    }
}
