package dev.lockstep.db.lock;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import java.util.Optional;

/** A lock that a session takes by its name, and has until it gives it back or ends. */
public interface SessionLock {
    /** Of an engine that has none: everybody gets it, and nobody is known to have it. */
    SessionLock NONE = new SessionLock() {
        @Override
        public boolean tryTake(Db db) {
            return true;
        }

        @Override
        public void release(Db db) {}

        @Override
        public Optional<Long> holder(Tx tx) {
            return Optional.empty();
        }

        @Override
        public void end(Tx tx, long session) {}
    };

    /** Takes it if nobody else has it; a session may take it twice. */
    boolean tryTake(Db db);

    /** Gives it back, once for each time that it was taken. */
    void release(Db db);

    /** The session that has it, by its number; empty if nobody has. */
    Optional<Long> holder(Tx tx);

    /** Ends a session, and so what it holds. */
    void end(Tx tx, long session);
}
