package dev.lockstep.api;

import java.util.List;

/**
 * What became of search indexes when their triggers came back.
 *
 * @param indexes those that were deferred, and are equal to their tables again
 * @param kept those whose triggers stayed all the time, because they cost no more than a restoration would
 * @param left those that stay deferred for other processes that hold them, too
 * @param stale those that could not be made anew: what they hold is old, and a notice says why
 * @param notices what a person should know
 */
public record FtsRestoration(
        List<Index> indexes, List<String> kept, List<String> left, List<String> stale, List<String> notices) {
    /**
     * One index.
     *
     * @param table what it is about
     * @param fts its name
     * @param triggers those that keep it again
     * @param reindexed rows that were written into it
     */
    public record Index(String table, String fts, List<String> triggers, long reindexed) {
        public Index {
            triggers = List.copyOf(triggers);
        }
    }

    public FtsRestoration {
        indexes = List.copyOf(indexes);
        kept = List.copyOf(kept);
        left = List.copyOf(left);
        stale = List.copyOf(stale);
        notices = List.copyOf(notices);
    }
}
