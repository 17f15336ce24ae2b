package dev.lockstep.realm;

import dev.lockstep.db.Databases;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.PgSession;
import dev.lockstep.db.PgTarget;
import dev.lockstep.db.Row;
import dev.lockstep.db.Trouble;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The write lock of a realm: whoever has it, and nobody else, changes the realm's files. It is Boxel's own, so replicas
 * that were not built with lockstep wait for it too.
 *
 * <p>It belongs to a connection of its own, which is never left in a transaction, and ends with it. So work that goes on
 * without the connection is not protected: {@link #check} tells, and transactions on {@link #db} fail.
 */
public final class RealmLock implements AutoCloseable {
    /** Trying again and again, and not waiting in the server: nobody is queued behind a waiter that gives up. */
    private static final String TRY = "select pg_try_advisory_lock(?) as got";

    private static final String UNLOCK = "select pg_advisory_unlock(?)";

    /**
     * Who tries again and again is not seen waiting. So it says so, by the same 64 bits in the key space of two integers, which
     * nobody else uses for them; shared, because there may be many. {@link RealmLocks} reads it.
     */
    private static final String MARK =
            "select pg_try_advisory_lock_shared(cast(? as integer), cast(? as integer)) as marked";

    private static final String UNMARK =
            "select pg_advisory_unlock_shared(cast(? as integer), cast(? as integer)) as unmarked";

    private static final String IS_HELD = """
            select exists (select 1
                             from pg_locks
                            where locktype = 'advisory'
                              and pid = pg_backend_pid()
                              and granted
                              and objsubid = 1
                              and classid = cast(? as bigint)
                              and objid = cast(? as bigint)) as held
            """;

    private static final String HOLDER = """
            select l.pid, a.application_name as application, coalesce(host(a.client_addr), 'the server''s own host') as client
              from pg_locks l
              left join pg_stat_activity a on a.pid = l.pid
             where l.locktype = 'advisory'
               and l.granted
               and l.objsubid = 1
               and l.classid = cast(? as bigint)
               and l.objid = cast(? as bigint)
               and l.database = (select oid from pg_database where datname = current_database())
             limit 1
            """;

    private static final Duration FIRST_PAUSE = Duration.ofMillis(20);
    private static final Duration LONGEST_PAUSE = Duration.ofMillis(250);

    private final RealmUrl realm;
    private final LockKey key;
    private final Db db;

    private RealmLock(RealmUrl realm, LockKey key, Db db) {
        this.realm = realm;
        this.key = key;
        this.db = db;
    }

    /**
     * Takes the lock as soon as nobody has it.
     *
     * @param wait how long to try
     * @throws Trouble timeout: somebody still has it; refused: a pooler stands between here and the server
     */
    public static RealmLock take(Databases databases, PgTarget target, PgSession session, RealmUrl realm, Duration wait)
            throws InterruptedException {
        Db db = databases.postgres(target, session);
        try {
            if (db.isPooled()) {
                throw new Trouble(
                        Trouble.Kind.REFUSED,
                        "pooler",
                        "a pooler stands between here and PostgreSQL: a lock would be the pooler's and not ours",
                        "connect to PostgreSQL's own port",
                        null);
            }
            RealmLock lock = new RealmLock(realm, LockKey.of(realm.value()), db);
            lock.spin(wait);
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

    public RealmUrl realm() {
        return realm;
    }

    /** The connection that holds the lock: what commits on it was protected. */
    public Db db() {
        return db;
    }

    /**
     * Returns if the lock is still ours.
     *
     * @throws Trouble unreachable: it is lost
     */
    public void check() {
        boolean held;
        try {
            held = db.autocommit(
                    tx -> tx.only(IS_HELD, key.classId(), key.objectId()).flag("held"));
        } catch (DbException e) {
            throw lost(e);
        }
        if (!held) {
            throw lost(null);
        }
    }

    @Override
    public void close() {
        try (Db closing = db) {
            closing.autocommit(tx -> tx.only(UNLOCK, key.value()));
        } catch (DbException e) {
            // The lock ends with the connection, and that is gone.
            if (e.kind() != Trouble.Kind.UNREACHABLE) {
                throw e;
            }
        }
    }

    private void spin(Duration wait) throws InterruptedException {
        if (got()) {
            return;
        }
        mark(MARK);
        long deadline = System.nanoTime() + wait.toNanos();
        Duration pause = FIRST_PAUSE;
        while (!got()) {
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                throw held(wait);
            }
            long random = ThreadLocalRandom.current().nextLong(pause.toNanos() / 2, pause.toNanos() + 1);
            Thread.sleep(Math.max(1, Duration.ofNanos(Math.min(left, random)).toMillis()));
            Duration doubled = pause.multipliedBy(2);
            pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
        }
        mark(UNMARK);
    }

    private boolean got() {
        return db.autocommit(tx -> tx.only(TRY, key.value()).flag("got"));
    }

    private void mark(String statement) {
        db.autocommit(tx -> tx.only(statement, (int) key.classId(), (int) key.objectId()));
    }

    private Trouble held(Duration wait) {
        Optional<Row> holder = db.autocommit(tx -> tx.row(HOLDER, key.classId(), key.objectId()));
        String who = holder.map(row -> "by backend " + row.text("pid") + " (" + row.text("application") + ") from "
                        + row.text("client"))
                .orElse("by others in turn");
        return new Trouble(
                Trouble.Kind.TIMEOUT,
                "realm-locked",
                "the write lock of " + realm + " is held " + who + ", still after " + wait.toMillis() + " ms",
                "'lockstep realm locks' shows who holds what",
                null);
    }

    private Trouble lost(DbException why) {
        return new Trouble(
                Trouble.Kind.UNREACHABLE,
                "lock-lost",
                "the write lock of " + realm + " is lost" + (why == null ? "" : ": " + why.getMessage()),
                "its connection has ended; what was done meanwhile was not protected",
                why);
    }
}
