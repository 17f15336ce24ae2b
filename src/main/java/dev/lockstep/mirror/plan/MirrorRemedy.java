package dev.lockstep.mirror.plan;

import dev.lockstep.support.Remedy;

/** What can be done about a table that cannot be mirrored as it was asked, or a run that must not begin. */
public enum MirrorRemedy implements Remedy.Kind {
    /** Let all rows of the mirror's table be deleted. */
    ALLOW_AN_EMPTY_SOURCE,
    /** Let so many rows be deleted, or keep them. Argument: how many. */
    ALLOW_THE_DELETES,
    /** Let so many rows be deleted, which cannot be kept. Argument: how many. */
    ALLOW_MORE_DELETES,
    /**
     * Leave out the rows that do not fit. Argument, if there is one: the statements, each an argument, after which they would.
     */
    QUARANTINE_WHAT_DOES_NOT_FIT,
    /**
     * Leave out the row that is refused, and copy all the others. Argument, if there is one: the statement after which it is taken.
     */
    QUARANTINE_WHAT_IS_REFUSED,
    /** Begin anew: the source is to be restored from its mirror. */
    RESTART_THE_OTHER_WAY,
    /** Begin anew: this source is to replace the other. */
    RESTART_FROM_THIS_SOURCE,
    /** Copy from this source anew, so that it replaces the other. */
    COPY_FROM_THIS_SOURCE,
    /** Copy the table: its rows differ in another way than one by one. */
    COPY_THE_TABLE,
    /** Change the mirror's table, or leave the table out. */
    CHANGE_OR_LEAVE_OUT,
    /** Have the table made; the plan shows how. */
    CREATE_THE_TABLE,
    /** Copy with the table made: there is nothing to compare with. */
    COPY_AND_CREATE_THE_TABLE,
    /** Copy again, which adds the columns that are missing. */
    ADD_THE_COLUMNS,
    /** Follow again, which puts the triggers back and compares everything. */
    FOLLOW_AGAIN,
    /** Stop following the database that is to be the mirror: its file, and what it is followed for. */
    STOP_FOLLOWING_IT,
    /** Let the mirror's table be dropped, or name others. */
    DROP_THE_EXTRA_TABLE,
    /** Have the mirror's column changed once there are values, which goes as long as its table is empty. */
    HAVE_THE_TYPE_CHANGED,
    /** Wait for the run that is active, or take over from it. */
    AWAIT_OR_TAKE_OVER
}
