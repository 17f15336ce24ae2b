package dev.lockstep.transpile.schema;

import dev.lockstep.db.Tx;
import dev.lockstep.support.LockstepException;

/**
 * Whether Boxel's own migrations have made the cache's table. The one that makes it fails where the table is, and with it
 * every deployment of Boxel from then on.
 */
public enum BoxelMigrations {
    /** This database has no list of Boxel's migrations. */
    UNKNOWN,
    /** There is a list, and the one that makes the table is not in it. */
    PENDING,
    DONE;

    private static final String IS_LISTED = """
            select count(*) = 2 as listed
              from pg_attribute
             where attrelid = to_regclass('migrations')
               and attname in ('name', 'run_on')
               and not attisdropped
            """;

    private static final String IS_DONE =
            "select exists (select 1 from migrations where name like '1778495869867%') as done";

    public static BoxelMigrations of(Tx tx) {
        if (!tx.only(IS_LISTED).flag("listed")) {
            return UNKNOWN;
        }
        return tx.only(IS_DONE).flag("done") ? DONE : PENDING;
    }

    /**
     * Returns if making the table is in nobody's way.
     *
     * @throws LockstepException refused: Boxel has still to make it, or has made it where this session does not look
     */
    public static void check(Tx tx) {
        HiddenTables.check(tx, "module_transpile_cache");
        if (CacheSchema.state(tx) == CacheSchema.State.ABSENT && of(tx) == PENDING) {
            throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "before-migration",
                            "Boxel's migration 1778495869867, which makes module_transpile_cache, has not run here, and fails once"
                                    + " that table is there",
                            null,
                            null)
                    .advising(TranspileRemedy.AWAIT_BOXELS_MIGRATION.of());
        }
    }
}
