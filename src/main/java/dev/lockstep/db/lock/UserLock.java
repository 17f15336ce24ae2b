package dev.lockstep.db.lock;

import dev.lockstep.db.Db;
import dev.lockstep.db.LockKey;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.time.Duration;
import java.util.Optional;

/**
 * A user-level lock of MariaDB and MySQL (<a href="https://mariadb.com/kb/en/get_lock/">GET_LOCK</a>).
 *
 * @param name of at most 64 characters, as MySQL takes it; the whole server's
 */
public record UserLock(String name) implements SessionLock {
    private static final String TAKE = "select get_lock(?, ?) as taken";
    private static final String RELEASE = "select release_lock(?)";
    private static final String HOLDER = "select cast(is_used_lock(?) as signed) as session";
    private static final String END = "kill connection %d";

    /** One that is known to lockstep by a text of any length. */
    public static UserLock of(String text) {
        return new UserLock("lockstep-" + Long.toHexString(LockKey.of(text).value()));
    }

    @Override
    public boolean tryTake(Db db) {
        return takeWithin(db, Duration.ZERO);
    }

    /** Waits for it; whole seconds count. */
    public boolean takeWithin(Db db, Duration patience) {
        return db.autocommit(tx -> tx.only(TAKE, name, patience.toSeconds()).flag("taken"));
    }

    @Override
    public void release(Db db) {
        db.autocommit(tx -> tx.rows(RELEASE, name));
    }

    @Override
    public Optional<Long> holder(Tx tx) {
        Row row = tx.only(HOLDER, name);
        return row.isNull("session") ? Optional.empty() : Optional.of(row.integer("session"));
    }

    @Override
    public void end(Tx tx, long session) {
        tx.execute(END.formatted(session));
    }
}
