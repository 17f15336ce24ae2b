package dev.lockstep.realm.log;

import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import java.util.List;
import java.util.Optional;

/**
 * What one snapshot of the log holds behind a position.
 *
 * @param head the last number there is
 * @param mark of the record at the position itself; empty if that is not there any more
 * @param records the next ones, in order; fewer than were asked for only if there are no more
 */
public record LogPage(LogPosition head, Optional<String> mark, List<Logged> records) {
    /**
     * One invalidation.
     *
     * @param emitter the backend that committed it
     * @param mark what no other record ever has, not even one of this number in another history of the log
     */
    public record Logged(long seq, FileChange change, int emitter, String mark) {}

    /**
     * Why this is not just what follows a place; empty if it is.
     *
     * @param at the place behind which was looked
     * @param knownMark of the record at the place, as it was told when that was reached
     */
    public Optional<ResyncReason> breakAfter(LogPosition at, Optional<String> knownMark) {
        if (!head.epoch().equals(at.epoch())) {
            return Optional.of(ResyncReason.OTHER_LOG);
        }
        if (at.seq() > head.seq()) {
            return Optional.of(ResyncReason.BEHIND_LISTENER);
        }
        if (knownMark.isPresent() && mark.isPresent() && !knownMark.equals(mark)) {
            return Optional.of(ResyncReason.REWOUND);
        }
        long next = records.isEmpty() ? head.seq() + 1 : records.get(0).seq();
        boolean unknown = knownMark.isPresent() && mark.isEmpty();
        return unknown || next != at.seq() + 1 ? Optional.of(ResyncReason.PRUNED) : Optional.empty();
    }
}
