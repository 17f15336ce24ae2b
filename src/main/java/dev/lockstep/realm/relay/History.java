package dev.lockstep.realm.relay;

import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import java.util.List;
import java.util.function.Consumer;

/** What one stream asks the log, because memory does not reach back so far; answered by the thread that reads the log. */
final class History {
    /**
     * A question.
     *
     * @param after which place
     * @param answer takes what was found, in any thread
     */
    record Question(EventId after, Consumer<Answer> answer) {}

    /** What was found. */
    sealed interface Answer {
        /**
         * What follows.
         *
         * @param frames the next ones; none if the place is the end of the log
         */
        record Page(List<Frame> frames) implements Answer {}

        /** What follows cannot be told. */
        record Broken(ResyncReason reason) implements Answer {}

        /** The log cannot be read just now. */
        record Unavailable() implements Answer {}
    }

    private History() {}
}
