package dev.lockstep.mirror.run;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;

/** Hears how a run gets on. */
public interface Progress extends ProgressListener {
    /** Nobody listens. */
    Progress NONE = new Progress() {};

    @Override
    default void at(String table, Work work, long done, long total) {}

    /** A table begins. */
    default void table(String name) {}

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
