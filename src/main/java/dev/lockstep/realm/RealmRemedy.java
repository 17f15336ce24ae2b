package dev.lockstep.realm;

import dev.lockstep.support.Remedy;

/** What can be done about a realm, its listeners, its locks and its published files. */
public enum RealmRemedy implements Remedy.Kind {
    /** Give the listener a name that no other has. */
    NAME_ANOTHER_LISTENER,
    /** Broadcast durably once, on the primary: that makes the log. */
    BROADCAST_DURABLY,
    /** Make the outbox. */
    MAKE_THE_OUTBOX,
    /** Invalidate durably, which takes no outbox. */
    INVALIDATE_DURABLY,
    /** See who holds which lock. */
    SHOW_THE_LOCKS,
    /** Delete the directory. Argument: its path. */
    DELETE_THE_DIRECTORY,
    /** Accept that readers find nothing for an instant. */
    CONVERT_THE_DIRECTORY
}
