package dev.lockstep.realm.log;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.ListeningDb;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;

/**
 * Reads the log over a connection that it replaces when it is lost, and remembers under a name how far somebody is.
 *
 * <p>Until it has started, every error is thrown; from then on, those that pass are waited for.
 */
final class LogReader implements AutoCloseable {
    /** Whose the server's backend is that a connection speaks to. */
    enum Backend {
        OURS,
        /** Ours, and the connection listens, too. */
        LISTENING,
        /** A pooler's, or a standby's, from which nobody learns whether this run lives. */
        SHARED
    }

    static final String LOG = "lockstep listener log";
    /** By which a session that has no name is found among those that listen. */
    private static final String RELAY = "lockstep relay";

    /** How long to wait at most before {@link #saveIfDue} is to be called, or another attempt made. */
    static final Duration SAVE_EVERY = Duration.ofMillis(200);

    private static final Duration SIGN_OF_LIFE = Duration.ofSeconds(5);
    private static final Duration MAX_PAUSE = Duration.ofSeconds(5);

    /** After a silence the reader asks, at the latest; with this it notices within ten seconds that nobody is there. */
    private static final Duration ANSWER = Duration.ofSeconds(3);

    private static final Duration GRACE = Duration.ofSeconds(1);

    private static final String WHO_WE_ARE =
            "select pg_backend_pid() as pid, coalesce(host(inet_client_addr()), 'this host') as address";

    private final Databases databases;
    private final PgTarget target;
    private final Optional<String> name;
    private final Backend backend;
    private final UUID run = UUID.randomUUID();
    private Db db;
    private boolean started;
    private boolean confirmed;
    private LogPosition reached;
    private LogPosition saved;
    private long savedAt;
    private long retryAt;
    private final Backoff backoff = new Backoff(SAVE_EVERY, MAX_PAUSE, Backoff.Jitter.FULL, Clock.SYSTEM);
    private LockstepException lost;
    private ListeningDb ears;
    private boolean reopened;

    LogReader(Databases databases, PgTarget target, Optional<String> name, Backend backend) {
        this.databases = databases;
        this.target = target;
        this.name = name;
        this.backend = backend;
    }

    /** Where to begin: where the name was, else at the end of the log. */
    LogPosition start() {
        if (db == null) {
            db = open();
        }
        if (name.isPresent()) {
            InvalidationLog.prepare(db);
        }
        LogPosition head = InvalidationLog.isPresentOrNowhere(db)
                ? db.autocommit(InvalidationLog::head).orElse(null)
                : null;
        if (head == null) {
            throw new LockstepException(
                            LockstepException.Kind.REFUSED, "no-log", "this database has no durable log", null, null)
                    .advising(RealmRemedy.BROADCAST_DURABLY.of());
        }
        reached = name.isPresent() ? claim(head) : head;
        saved = reached;
        savedAt = System.nanoTime();
        started = true;
        confirmed = true;
        return reached;
    }

    /** The mark of the record at which {@link #start} began. */
    Optional<String> startMark() {
        return db.autocommit(tx -> InvalidationLog.after(tx, reached.seq(), 0)).flatMap(LogPage::mark);
    }

    /** The log is the one that the place is of; until that is seen over a new connection, no place is remembered there. */
    void confirm() {
        confirmed = true;
    }

    /** Leaves the server; the next look is into the log of whichever the target leads to now. */
    void reconnect() {
        if (db != null && started) {
            try (Db left = db) {
                db = null;
            } catch (DbException e) {
                // Nothing was under way.
                return;
            }
        }
    }

    UUID epoch() {
        return reached.epoch();
    }

    /** What follows; empty if the server cannot be asked just now. */
    Optional<LogPage> after(LogPosition position, int limit) {
        return attempt(db -> db.autocommit(
                tx -> InvalidationLog.after(tx, position.seq(), limit).orElseThrow(LogReader::gone)));
    }

    /** Where the log ends; empty if the server cannot be asked just now. */
    Optional<LogPage> end() {
        return attempt(db -> db.autocommit(tx -> InvalidationLog.end(tx).orElseThrow(LogReader::gone)));
    }

    boolean isConnected() {
        return db != null;
    }

    void reached(LogPosition position) {
        reached = position;
    }

    /** Says how far it is, if that has changed lately; else now and then that it lives. */
    void saveIfDue() {
        if (name.isEmpty() || !started || !confirmed || db == null) {
            return;
        }
        Duration due = reached.equals(saved) ? SIGN_OF_LIFE : SAVE_EVERY;
        if (System.nanoTime() - savedAt >= due.toNanos()) {
            save();
        }
    }

    /** What has come, waiting at most that long for the first. */
    List<Notification> poll(Duration atMost) throws InterruptedException {
        if (db == null) {
            Clock.SYSTEM.sleep(atMost);
            return List.of();
        }
        // The driver does not look.
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        return attempt(db -> ears.poll(atMost)).orElse(List.of());
    }

    /** Whether the connection is another one than at the last time that this was asked. */
    boolean wasReopened() {
        boolean was = reopened;
        reopened = false;
        return was;
    }

    /** Takes a step, if one is due. @return whether there is more to read now */
    boolean sequence(SequencingTurns turns) {
        return attempt(db -> turns.take(db)).orElse(false);
    }

    /** Why the server could not be asked; told once. */
    Optional<LockstepException> lost() {
        Optional<LockstepException> why = Optional.ofNullable(lost);
        lost = null;
        return why;
    }

    /** Remembers the place and lets the name go; what cannot be said now, the next run finds out. */
    @Override
    public void close() {
        if (db == null) {
            return;
        }
        try (Db closing = db) {
            db = null;
            if (name.isPresent() && started) {
                closing.autocommit(tx -> {
                    if (confirmed) {
                        NamedListeners.move(tx, name.get(), run, reached);
                    }
                    NamedListeners.release(tx, name.get(), run);
                    return null;
                });
            }
        } catch (DbException e) {
            if (!PassingErrors.include(e)) {
                throw e;
            }
        }
    }

    private void save() {
        LogPosition now = reached;
        savedAt = System.nanoTime();
        attempt(db -> db.autocommit(tx -> {
                    NamedListeners.move(tx, name.get(), run, now);
                    return now;
                }))
                .ifPresent(done -> saved = done);
    }

    private <T> Optional<T> attempt(Function<Db, T> work) {
        try {
            if (db == null) {
                if (System.nanoTime() - retryAt < 0) {
                    return Optional.empty();
                }
                db = open();
                confirmed = false;
                reopened = true;
                if (name.isPresent()) {
                    // A server that does not know the name may not have what was applied either.
                    claim(new LogPosition(reached.epoch(), 0));
                }
            }
            T result = work.apply(db);
            backoff.reset();
            return Optional.of(result);
        } catch (DbException e) {
            if (!PassingErrors.include(e)) {
                throw e;
            }
            drop(e);
            return Optional.empty();
        }
    }

    private void drop(DbException why) {
        if (db != null) {
            try {
                db.close();
            } catch (DbException e) {
                why.addSuppressed(e);
            }
            db = null;
            ears = null;
        }
        lost = why;
        retryAt = System.nanoTime() + backoff.next().toNanos();
    }

    private Db open() {
        if (backend == Backend.LISTENING) {
            Session known = session(name.isPresent() ? LOG : RELAY, Session.Use.WRITE);
            ears = databases.listeningDb(target, known, Set.of(FileChange.CHANNEL));
            return ears.db();
        }
        Session session = session(LOG, name.isPresent() ? Session.Use.WRITE : Session.Use.READ);
        return databases.postgres(target, backend == Backend.SHARED ? session.onAnyBackend() : session);
    }

    static Session session(String application, Session.Use use) {
        return Session.of(application, use).withStatementTimeout(ANSWER).withGrace(GRACE);
    }

    private LogPosition claim(LogPosition start) {
        return db.autocommit(tx -> {
            Row us = tx.only(WHO_WE_ARE);
            Optional<Integer> pid = backend != Backend.SHARED ? Optional.of((int) us.integer("pid")) : Optional.empty();
            String client = "process " + ProcessHandle.current().pid() + " at " + us.text("address");
            return NamedListeners.claim(tx, name.orElseThrow(), run, start, pid, client);
        });
    }

    private static LockstepException gone() {
        return new LockstepException(
                LockstepException.Kind.FAILED,
                "no-log",
                "the durable log is gone",
                "somebody has emptied or dropped it",
                null);
    }
}
