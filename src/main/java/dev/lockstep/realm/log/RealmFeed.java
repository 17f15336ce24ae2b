package dev.lockstep.realm.log;

import java.time.Duration;
import java.util.Optional;

/**
 * Every invalidation of a fleet, in order, wherever it comes from: the database itself ({@link InvalidationFeed}), or a relay
 * that stands between. Used by one thread.
 */
public interface RealmFeed extends AutoCloseable {
    /**
     * The next event, waiting for it at most that long; the one before it counts as applied.
     *
     * @throws dev.lockstep.support.LockstepException what cannot be helped by trying again
     */
    Optional<FeedEvent> next(Duration atMost) throws InterruptedException;

    /** The event that was taken last is applied. */
    void applied();

    @Override
    void close();
}
