package dev.lockstep.realm;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.listen.Channel;
import java.util.Collection;
import java.util.Optional;

/** Notifications of a transaction, which PostgreSQL delivers when it commits, and the queue in which they wait until then. */
public final class Notifications {
    private static final String NOTIFY_ALL = """
            select count(pg_notify(?, payload))
              from unnest(cast(? as text[])) as payload
            """;

    /** Whoever listens and has been in a transaction since then has read nothing since then. */
    private static final String QUEUE = """
            select usage, case when usage > 0.5 then (
                   select pid
                     from pg_stat_activity
                    where xact_start is not null
                      and backend_type = 'client backend'
                      and pid <> pg_backend_pid()
                    order by xact_start
                    limit 1) end as pid
              from pg_notification_queue_usage() as usage
            """;

    /**
     * The server's queue, which all its databases share. When it is full, no transaction that notifies can commit.
     *
     * @param usage from 0 to 1
     * @param pid if it is more than half full, the backend whose transaction is the oldest: a session that listens there
     *     keeps the queue from shrinking. Empty if there is none, or if we may not see it
     */
    public record Queue(double usage, Optional<Integer> pid) {
        public boolean isFillingUp() {
            return usage > 0.5;
        }
    }

    private Notifications() {}

    /** Each is delivered once, in the order of first sending. */
    public static void send(Tx tx, Channel channel, Collection<String> payloads) {
        if (!payloads.isEmpty()) {
            tx.only(NOTIFY_ALL, channel.name(), payloads.toArray(String[]::new));
        }
    }

    public static Queue queue(Tx tx) {
        Row queue = tx.only(QUEUE);
        return new Queue(
                Double.parseDouble(queue.text("usage")),
                queue.isNull("pid") ? Optional.empty() : Optional.of((int) queue.integer("pid")));
    }
}
