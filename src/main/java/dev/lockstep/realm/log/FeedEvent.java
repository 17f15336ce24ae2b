package dev.lockstep.realm.log;

import dev.lockstep.realm.FileChange;
import dev.lockstep.support.LockstepException;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** What a {@link RealmFeed} tells, in order. */
public sealed interface FeedEvent {
    /**
     * The first event: from now on nothing goes unheard.
     *
     * @param from what is told follows this place
     */
    record Ready(LogPosition from) implements FeedEvent {}

    /**
     * Files have changed.
     *
     * @param seq the number in the log; empty if somebody notified without it, and then it may come more than once
     * @param senderPid the backend that committed it
     * @param mark what no other record ever has, not even one of this number in another history of the log
     */
    record Changed(FileChange change, OptionalLong seq, int senderPid, Optional<String> mark) implements FeedEvent {}

    /** Somebody notified without the log, in no form that means anything. */
    record Malformed(String payload, int senderPid) implements FeedEvent {}

    /**
     * Some changes may have been missed and cannot be told any more: anything may have changed.
     *
     * @param now what is told from here on follows this place
     * @param mark of the record there; empty if there is none, or nobody said
     */
    record Resync(ResyncReason reason, LogPosition now, Optional<String> mark) implements FeedEvent {}

    /** Cut off since now; what is missed meanwhile will be told. */
    record Lost(LockstepException why) implements FeedEvent {}

    /** How changes came to be beyond reach. */
    enum ResyncReason {
        /** The log was pruned while the listener was away. */
        PRUNED,
        /** The log is another one than the listener knew. */
        OTHER_LOG,
        /** The log ends before what the listener has applied: it was restored from a backup, say. */
        BEHIND_LISTENER,
        /**
         * What the listener has applied is not in the log: a server took over that lacked the last of it, or it was restored
         * from a backup, and the numbers were given out again.
         */
        REWOUND,
        /** Others notify without the log, and nobody listened for a while. */
        FOREIGN_EMITTERS;

        /** As programs read it: {@code other-log}. */
        public String label() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
