package dev.lockstep.audit;

import dev.lockstep.support.Remedy;

/** What can be done about an audit log that cannot be used as it was asked. */
public enum AuditRemedy implements Remedy.Kind {
    /** Name another profile: this one says nothing of an audit log. */
    NAME_ANOTHER_PROFILE,
    /** Name a profile that fits. Argument, if there is one: what else is known of the table. */
    NAME_A_PROFILE,
    /** Name a profile with the columns of the table. */
    DESCRIBE_THE_COLUMNS,
    /** Name the built-in profile that has these columns. Argument: its name. */
    NAME_THE_BUILT_IN_PROFILE,
    /** Write the generation again once the backfill of the mirror has ended. */
    AWAIT_THE_BACKFILL,
    /** Let the index be replaced. */
    REPLACE_THE_INDEX
}
