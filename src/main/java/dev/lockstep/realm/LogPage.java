package dev.lockstep.realm;

import java.util.List;

/**
 * What one snapshot of the log holds behind a position.
 *
 * @param head the last number there is
 * @param records the next ones, in order; fewer than were asked for only if there are no more
 */
record LogPage(LogPosition head, List<Logged> records) {
    /**
     * One invalidation.
     *
     * @param emitter the backend that committed it
     */
    record Logged(long seq, FileChange change, int emitter) {}
}
