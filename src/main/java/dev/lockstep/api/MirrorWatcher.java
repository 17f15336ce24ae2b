package dev.lockstep.api;

/** Is told what {@link Mirror#follow} does, by its thread: while this runs, nothing is shipped. What it throws ends it. */
public interface MirrorWatcher {
    /** Cares for nothing. */
    MirrorWatcher NONE = new MirrorWatcher() {};

    /** Everything was compared once; from now on changes are shipped. */
    default void ready() {}

    /** A table was compared as a whole: at first, and then every hour. */
    default void compared(MirrorCopy.Table table) {}

    /** So many rows that changed are in the mirror now. */
    default void shipped(String table, long inserted, long updated, long deleted) {}

    /** All that was noted is in the mirror, or waits for its table to be compared. */
    default void inStep() {}
}
