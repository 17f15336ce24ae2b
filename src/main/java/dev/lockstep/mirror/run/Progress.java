package dev.lockstep.mirror.run;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;

/** Hears how a run gets on. */
public interface Progress {
    /** Nobody listens. */
    Progress NONE = new Progress() {};

    /** A table begins. */
    default void table(String name) {}

    /** So many more rows of the table are in the mirror, out of all that must be written. */
    default void rows(String table, long written, long total) {}

    /** So many of the table's rows are on their way, in a transaction that holds all of them. */
    default void loading(String table, long rows) {}

    /** A table need not be read: the source consists of the very bytes that it was copied from. */
    default void same(String table) {}

    /** A table is given up. */
    default void failed(String table, LockstepException why) {}

    /** Something that was said as a {@link #notice} when the table was planned for the first time. */
    default void note(String table, Notice what) {}

    /** Something that a person should know and that is no failure. */
    default void notice(String table, Notice what) {}

    /** The same, where nothing is to be done about it. */
    default void notice(String table, String what) {
        notice(table, new Notice("mirror", what));
    }
}
