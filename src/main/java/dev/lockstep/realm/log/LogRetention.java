package dev.lockstep.realm.log;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;

/** How long records stay in the {@link InvalidationLog}, and listeners that nobody runs in the list of those that it has. */
public final class LogRetention {
    /**
     * What a listener that was seen lately has not applied is kept, and what it applied last, by which it knows the log again;
     * so are the newest, whoever needs them.
     */
    private static final String PRUNE = """
            delete from lockstep_inval_log l
             using lockstep_inval_head h
             where h.channel = ?
               and l.channel = h.channel
               and l.seq <= least(h.seq - cast(? as bigint),
                                  coalesce((select min(seq) - 1
                                              from lockstep_listener
                                             where channel = h.channel
                                               and epoch = h.epoch
                                               and seen_at > now() - interval '1 day'), h.seq))
            """;

    private static final String FORGET_LISTENERS =
            "delete from lockstep_listener where seen_at < now() - interval '30 days'";

    /** Whoever comes next prunes what a crash of the server brings back; so nobody who has something to tell waits for the disk. */
    private static final String WAIT_FOR_NO_DISK = "select set_config('synchronous_commit', 'off', true)";

    /** How many records stay in the log, whether anybody needs them or not. */
    private static final long KEPT = 100_000;

    /** The log is pruned once in so many records. */
    private static final long PRUNE_EVERY = 1_000;

    private LogRetention() {}

    /**
     * Deletes what nobody needs any more.
     *
     * @param keep how many of the newest stay in any case
     * @return how many are gone
     */
    public static int prune(Tx tx, long keep) {
        tx.update(FORGET_LISTENERS);
        return tx.update(PRUNE, InvalidationLog.CHANNEL, keep);
    }

    /** Prunes, if that is due after records were added up to a position. */
    public static void tidy(Db db, LogPosition position, int added) {
        if (position.seq() / PRUNE_EVERY == (position.seq() - added) / PRUNE_EVERY) {
            return;
        }
        try {
            db.run(tx -> {
                tx.only(WAIT_FOR_NO_DISK);
                prune(tx, KEPT);
            });
        } catch (DbException e) {
            // What was asked for is committed; whoever comes next, and may delete, prunes.
            return;
        }
    }
}
