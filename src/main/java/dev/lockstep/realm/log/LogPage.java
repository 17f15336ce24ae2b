package dev.lockstep.realm.log;

import dev.lockstep.realm.FileChange;
import java.util.List;
import java.util.Optional;

/**
 * What one snapshot of the log holds behind a position.
 *
 * @param head the last number there is
 * @param mark of the record at the position itself; empty if that is not there any more
 * @param records the next ones, in order; fewer than were asked for only if there are no more
 */
record LogPage(LogPosition head, Optional<String> mark, List<Logged> records) {
    /**
     * One invalidation.
     *
     * @param emitter the backend that committed it
     * @param mark what no other record ever has, not even one of this number in another history of the log
     */
    record Logged(long seq, FileChange change, int emitter, String mark) {}
}
