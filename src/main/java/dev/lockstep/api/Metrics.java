package dev.lockstep.api;

import java.time.Duration;
import java.util.Map;

/**
 * Takes figures of what is done, for whatever a program measures itself with. Names are in lower case with dots; the tags of one
 * name are always the same. Called by the thread that does the work: what throws here ends that work.
 */
public interface Metrics {
    /** Takes nothing. */
    Metrics NONE = new Metrics() {
        @Override
        public void count(String name, long amount, Map<String, String> tags) {}

        @Override
        public void time(String name, Duration took, Map<String, String> tags) {}
    };

    /**
     * So much more has happened.
     *
     * @param name such as {@code lockstep.mirror.rows}
     * @param amount at least 1
     * @param tags such as {@code table=note}, {@code change=inserted}
     */
    void count(String name, long amount, Map<String, String> tags);

    /**
     * Something took so long.
     *
     * @param name such as {@code lockstep.mirror.backfill}
     * @param tags such as {@code outcome=done}
     */
    void time(String name, Duration took, Map<String, String> tags);
}
