package dev.lockstep.transpile.schema;

import dev.lockstep.support.Remedy;

/** What can be done about a transpile cache that is not ready, or that must not be touched. */
public enum TranspileRemedy implements Remedy.Kind {
    /** Make the cache of this database. */
    PREPARE_THE_CACHE,
    /** Let Boxel's own migration run first, unless the database is not Boxel's. */
    AWAIT_BOXELS_MIGRATION,
    /** Prune older tombstones only. Argument: how old at least, in minutes. */
    PRUNE_OLDER_TOMBSTONES
}
