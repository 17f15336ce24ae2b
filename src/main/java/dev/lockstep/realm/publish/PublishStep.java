package dev.lockstep.realm.publish;

/** How far a {@link Publication} is: the step that has just been taken, and is on the disk. */
public enum PublishStep {
    /** Nobody else changes this target, and what an earlier run left is finished or undone. */
    READY,
    /** One more file of the source is copied. */
    COPYING,
    /** The new version is whole, aside. */
    COPIED,
    /** A note says that the database has yet to be told. */
    NOTED,
    /** The version that readers see is named as the one to go back to. */
    KEPT,
    /** The plain directory stands among the versions; readers find nothing for a moment. */
    MOVED,
    /** Readers see the new state. */
    SHOWN,
    /** The database knows, and so does everybody who listens. */
    ANNOUNCED,
    /** The note is gone. */
    SETTLED,
    /** What nobody needs any more is deleted. */
    CLEANED,
    /** The database could not be told: readers see the old state again. */
    UNDONE
}
