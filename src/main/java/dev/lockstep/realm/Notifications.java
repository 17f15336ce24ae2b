package dev.lockstep.realm;

import dev.lockstep.db.Channel;
import dev.lockstep.db.Tx;
import java.util.Collection;

/** Notifications that belong to a transaction: PostgreSQL delivers them when it commits, each once, in the order of first sending. */
final class Notifications {
    private static final String NOTIFY_ALL = """
            select count(pg_notify(?, payload))
              from unnest(cast(? as text[])) as payload
            """;

    private Notifications() {}

    static void send(Tx tx, Channel channel, Collection<String> payloads) {
        if (!payloads.isEmpty()) {
            tx.only(NOTIFY_ALL, channel.name(), payloads.toArray(String[]::new));
        }
    }
}
