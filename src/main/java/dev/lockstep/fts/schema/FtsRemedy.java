package dev.lockstep.fts.schema;

import dev.lockstep.support.Remedy;

/** What can be done about a full-text index, its triggers, and what is stored of them. */
public enum FtsRemedy implements Remedy.Kind {
    /** Bring back the triggers that are put away. */
    RESTORE_THE_TRIGGERS,
    /** Restore instead of rebuilding: that does both. */
    RESTORE_INSTEAD,
    /** Restore one index. Argument: its name. */
    RESTORE_THE_INDEX,
    /** Restore, which drops a journal that nobody needs. */
    DROP_THE_JOURNAL,
    /** Make the index anew. Argument: its name. */
    REBUILD_THE_INDEX,
    /** Make the index anew before anything else. Argument: its name. */
    REBUILD_IT_FIRST,
    /** Drop the index, which cannot be opened, and make it by its definition and its base. Argument: its name. */
    RECREATE_THE_INDEX,
    /** Make it anew when it is restored, and not row by row. */
    REBUILD_WHEN_RESTORED,
    /** Its triggers are back, its rows are as old as the deferral: have the application's SQLite, or an extension, rebuild it. */
    REBUILD_ELSEWHERE,
    /** Work on the index with a SQLite that has what this one lacks, or load that. */
    USE_ITS_SQLITE,
    /** Look which rows of the index would be lost, leave it out, or make it anew. Argument: its name. */
    FIND_THE_LOST_ROWS,
    /** Leave the index out: its triggers keep it. */
    LEAVE_TO_ITS_TRIGGERS,
    /** Leave the index out. */
    LEAVE_OUT,
    /** Leave the index out, or make two triggers of the one. */
    LEAVE_OUT_OR_SPLIT_THE_TRIGGER,
    /** Leave the index out, or say in a profile by which query it is filled. */
    LEAVE_OUT_OR_SAY_THE_QUERY,
    /** Leave the index out, or say in a profile what belongs into it. */
    LEAVE_OUT_OR_SAY_THE_CONTENT,
    /** Name the profile that says where the triggers are kept. Argument: its name. */
    NAME_THE_PROFILE,
    /** Wait for the process that has put the triggers away, stop it, or restore all the same. */
    AWAIT_OR_STEAL,
    /** Have the triggers made as the profile says. */
    RESTORE_FROM_THE_PROFILE,
    /** Have the triggers made as the profile says; the text that cannot be read is kept. */
    RESTORE_FROM_THE_PROFILE_AND_KEEP_THE_TEXT,
    /** Choose the trigger that is there, or the stored one. */
    CHOOSE_A_TRIGGER,
    /** Choose the trigger that was made meanwhile, or drop it. */
    CHOOSE_THE_NEW_TRIGGER,
    /** Make a table again, or give the triggers up. Arguments: those of {@link #REVERT_THE_SCHEMA}. */
    MAKE_THE_TABLE_AGAIN,
    /**
     * Change the schema back, or give the triggers up. Arguments, if they can be: the SQL that does so, empty if nothing is
     * stored, and the indexes that must be restored before.
     */
    REVERT_THE_SCHEMA
}
