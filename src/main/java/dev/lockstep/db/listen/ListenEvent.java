package dev.lockstep.db.listen;

import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.Set;

/** What a {@link Subscription} hears, in the order in which it happened. */
public sealed interface ListenEvent {
    /** The first event: from now on nothing that is committed goes unheard, or a {@link Gap} will say so. */
    record Ready(Set<Channel> channels) implements ListenEvent {}

    /**
     * Somebody called {@code pg_notify(channel, payload)} and committed.
     *
     * @param senderPid the backend that did, as {@code pg_backend_pid()} says there
     */
    record Notification(String channel, String payload, int senderPid) implements ListenEvent {}

    /**
     * Deaf since now, and still deaf after each attempt to connect again that failed; of several in a row only the last is
     * kept. A {@link Gap} follows when it is over.
     */
    record Lost(LockstepException why) implements ListenEvent {}

    /**
     * Some notifications may have been missed. The channels are listened to again already: whoever drops, on this
     * event, all that it could have missed misses nothing.
     *
     * @param downFor how long nothing could be heard; zero if the subscriber was too slow
     */
    record Gap(GapReason reason, Duration downFor) implements ListenEvent {}

    /** How notifications came to be missed. */
    enum GapReason {
        /** The server ended the session: a restart, {@code pg_terminate_backend}. */
        TERMINATED,
        /** The connection was closed or reset by something that did not say why. */
        CLOSED,
        /** No answer to a heartbeat: a frozen link, a machine that is gone. */
        SILENT,
        /** The subscriber did not take its events, and what waited for it was dropped. */
        OVERFLOW
    }
}
