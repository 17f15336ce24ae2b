package dev.lockstep.realm.lock;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.lock.AdvisoryLock;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.lock.LockScope.Mode;
import dev.lockstep.realm.lock.LockScope.Part;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * The write lock of a realm, or of files in it: whoever has it, and nobody else, changes them. It is Boxel's own, so replicas
 * that were not built with lockstep wait for it too.
 *
 * <p>Writers queue in the server, and a lock passes from hand to hand: who only tried now and then would never find it free.
 * So one statement waits, to the end, and its place in the queue is never given up. A signal ends it at once.
 *
 * <p>It belongs to a connection of its own, which is never left in a transaction, and ends with it. So work that goes on
 * without the connection is not protected: {@link #check} tells, and transactions on {@link #db} fail.
 */
public final class RealmLock implements AutoCloseable {
    private static final String LIMITS = """
            select current_setting('statement_timeout') as statement, current_setting('lock_timeout') as lock
            """;

    private static final String LIMIT = """
            select set_config('statement_timeout', ?, false), set_config('lock_timeout', ?, false)
            """;

    private static final String HELD = """
            select count(distinct (classid, objid)) as held
              from pg_locks
             where locktype = 'advisory'
               and pid = pg_backend_pid()
               and granted
               and objsubid = 1
               and (cast(classid as bigint) << 32) | cast(objid as bigint) = any (cast(? as bigint[]))
               and database = (select oid from pg_database where datname = current_database())
            """;

    private static final String HOLDER = """
            select l.pid, nullif(a.application_name, '') as application,
                   coalesce(host(a.client_addr), 'the server''s own host') as client
              from pg_locks l
              left join pg_stat_activity a on a.pid = l.pid
             where l.locktype = 'advisory'
               and l.granted
               and l.objsubid = 1
               and l.classid = cast(? as bigint)
               and l.objid = cast(? as bigint)
               and l.pid <> pg_backend_pid()
               and l.database = (select oid from pg_database where datname = current_database())
             order by l.pid
             limit 1
            """;

    private final LockScope scope;
    private final Db db;

    private RealmLock(LockScope scope, Db db) {
        this.scope = scope;
        this.db = db;
    }

    /**
     * Takes the lock when it is our turn.
     *
     * @param wait how long to stand in the queue
     * @throws LockstepException timeout: somebody still has it; refused: a pooler stands between here and the server
     */
    public static RealmLock take(Databases databases, PgTarget target, Session session, LockScope scope, Duration wait)
            throws InterruptedException {
        Db db = databases.postgres(target, session);
        try {
            if (db.isPooled()) {
                throw new LockstepException(
                        LockstepException.Kind.REFUSED,
                        "pooler",
                        "a pooler stands between here and PostgreSQL: a lock would be the pooler's and not ours",
                        "connect to PostgreSQL's own port",
                        null);
            }
            RealmLock lock = new RealmLock(scope, db);
            lock.queue(wait);
            return lock;
        } catch (InterruptedException | RuntimeException e) {
            try {
                db.close();
            } catch (DbException suppressed) {
                e.addSuppressed(suppressed);
            }
            throw e;
        }
    }

    /** {@link #take} for the whole realm. */
    public static RealmLock take(Databases databases, PgTarget target, Session session, RealmUrl realm, Duration wait)
            throws InterruptedException {
        return take(databases, target, session, LockScope.realm(realm), wait);
    }

    public RealmUrl realm() {
        return scope.realm();
    }

    /** The connection that holds the lock: what commits on it was protected. */
    public Db db() {
        return db;
    }

    /**
     * Returns if the lock is still ours.
     *
     * @throws LockstepException unreachable: it is lost
     */
    public void check() {
        Long[] keys = scope.parts().stream().map(part -> part.key().value()).toArray(Long[]::new);
        long held;
        try {
            held = db.autocommit(tx -> tx.only(HELD, (Object) keys).integer("held"));
        } catch (DbException e) {
            throw lost(e);
        }
        if (held < new HashSet<>(List.of(keys)).size()) {
            throw lost(null);
        }
    }

    @Override
    public void close() {
        try (Db closing = db) {
            AdvisoryLock.releaseAll(closing);
        } catch (DbException e) {
            // The lock ends with the connection, and that is gone.
            if (e.kind() != LockstepException.Kind.UNREACHABLE) {
                throw e;
            }
        }
    }

    /**
     * Two who want several files may each have what the other wants, in an order that is not ours. The server ends one of
     * them; if that is us, the other has its way first.
     */
    private void queue(Duration wait) throws InterruptedException {
        long deadline = System.nanoTime() + wait.toNanos();
        while (true) {
            try {
                for (Part part : scope.parts()) {
                    take(part, wait, deadline);
                }
                return;
            } catch (DbException e) {
                if (e.reason() != DbException.Reason.CONFLICT) {
                    throw e;
                }
                AdvisoryLock.releaseAll(db);
            }
        }
    }

    private void take(Part part, Duration wait, long deadline) throws InterruptedException {
        boolean shared = part.mode() == Mode.SHARED;
        AdvisoryLock lock = new AdvisoryLock(part.key());
        if (shared ? lock.tryShare(db) : lock.tryTake(db)) {
            return;
        }
        long left = Duration.ofNanos(deadline - System.nanoTime()).toMillis();
        if (left <= 0) {
            throw held(part, wait);
        }
        try {
            db.patiently(Duration.ofMillis(left), tx -> {
                Row usual = tx.only(LIMITS);
                tx.rows(LIMIT, "0", Long.toString(Math.min(left, Integer.MAX_VALUE)));
                try {
                    if (shared) {
                        lock.awaitShare(tx);
                    } else {
                        lock.await(tx);
                    }
                    return null;
                } finally {
                    if (!Thread.currentThread().isInterrupted()) {
                        tx.rows(LIMIT, usual.text("statement"), usual.text("lock"));
                    }
                }
            });
        } catch (DbException e) {
            if (Thread.interrupted()) {
                InterruptedException interrupted = new InterruptedException("while waiting for the lock");
                interrupted.addSuppressed(e);
                throw interrupted;
            }
            throw e.reason() == DbException.Reason.BUSY ? held(part, wait) : e;
        }
    }

    private LockstepException held(Part part, Duration wait) {
        Optional<Row> holder = db.autocommit(
                tx -> tx.row(HOLDER, part.key().classId(), part.key().objectId()));
        String who = holder.map(row -> "by backend " + row.text("pid")
                        + (row.isNull("application") ? "" : " (" + row.text("application") + ")") + " from "
                        + row.text("client"))
                .orElse("by others in turn");
        return new LockstepException(
                        LockstepException.Kind.TIMEOUT,
                        "realm-locked",
                        "the write lock of " + part.name() + " is held " + who + ", still after " + wait.toMillis()
                                + " ms",
                        null,
                        null)
                .advising(RealmRemedy.SHOW_THE_LOCKS.of());
    }

    private LockstepException lost(DbException why) {
        return new LockstepException(
                LockstepException.Kind.UNREACHABLE,
                "lock-lost",
                "the write lock of " + scope.realm() + " is lost" + (why == null ? "" : ": " + why.getMessage()),
                "its connection has ended; what was done meanwhile was not protected",
                why);
    }
}
