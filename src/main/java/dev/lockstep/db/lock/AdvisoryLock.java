package dev.lockstep.db.lock;

import dev.lockstep.db.Db;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Tx;
import java.util.Optional;

/**
 * A session's advisory lock of PostgreSQL
 * (<a href="https://www.postgresql.org/docs/current/explicit-locking.html#ADVISORY-LOCKS">Advisory Locks</a>).
 */
public record AdvisoryLock(LockKey key) implements SessionLock {
    private static final String TRY = "select pg_try_advisory_lock(?) as taken";
    private static final String TRY_SHARED = "select pg_try_advisory_lock_shared(?) as taken";
    private static final String WAIT = "select pg_advisory_lock(?)";
    private static final String WAIT_SHARED = "select pg_advisory_lock_shared(?)";
    private static final String RELEASE = "select pg_advisory_unlock(?)";
    private static final String RELEASE_ALL = "select pg_advisory_unlock_all()";

    private static final String HOLDER = """
            select l.pid
              from pg_locks l
              join pg_database d on d.oid = l.database
             where d.datname = current_database()
               and l.locktype = 'advisory'
               and l.classid::bigint = ?
               and l.objid::bigint = ?
               and l.objsubid = 1
               and l.granted
            """;

    private static final String END = "select pg_terminate_backend(?)";

    /** The one that is named by a text. */
    public static AdvisoryLock of(String name) {
        return new AdvisoryLock(LockKey.of(name));
    }

    @Override
    public boolean tryTake(Db db) {
        return db.autocommit(tx -> tx.only(TRY, key.value()).flag("taken"));
    }

    /** Takes it beside others that have it shared, if nobody has it alone. */
    public boolean tryShare(Db db) {
        return db.autocommit(tx -> tx.only(TRY_SHARED, key.value()).flag("taken"));
    }

    /** Waits in the server's queue until it is ours, or as long as the session's {@code lock_timeout} says. */
    public void await(Tx tx) {
        tx.rows(WAIT, key.value());
    }

    /** The same beside others that have it shared. */
    public void awaitShare(Tx tx) {
        tx.rows(WAIT_SHARED, key.value());
    }

    @Override
    public void release(Db db) {
        db.autocommit(tx -> tx.rows(RELEASE, key.value()));
    }

    /** Gives back all that the session has. */
    public static void releaseAll(Db db) {
        db.autocommit(tx -> tx.rows(RELEASE_ALL));
    }

    @Override
    public Optional<Long> holder(Tx tx) {
        return tx.row(HOLDER, key.classId(), key.objectId()).map(row -> row.integer("pid"));
    }

    @Override
    public void end(Tx tx, long session) {
        tx.rows(END, Math.toIntExact(session));
    }
}
