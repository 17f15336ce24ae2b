package dev.lockstep.realm.log;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What is in the outbox, and who takes it from there.
 *
 * @param waiting rows of committed transactions; at most {@link #COUNTED}
 * @param oldest age of the oldest of them
 * @param sequencer who took the last step; empty if nobody ever did
 */
public record OutboxState(long waiting, Optional<Duration> oldest, Optional<LastStep> sequencer) {
    /** More rows than this are not counted. */
    public static final long COUNTED = 100_000;

    /** Whoever can take steps takes one in five seconds, at least. */
    private static final Duration SILENCE = Duration.ofSeconds(15);

    private static final String IS_PRESENT = """
            select to_regclass('lockstep_inval_outbox') is not null as present, pg_is_in_recovery() as standby
            """;

    /** To prune the log is left to others by whoever may not. */
    private static final String DENIED = """
            select o.privilege || ' on ' || o.name as denied
              from (values (1, 'select', 'lockstep_inval_outbox'), (2, 'select', 'lockstep_sequencer'),
                           (3, 'delete', 'lockstep_inval_outbox'), (4, 'insert', 'lockstep_sequencer'),
                           (5, 'update', 'lockstep_sequencer'), (6, 'select', 'lockstep_inval_head'),
                           (7, 'update', 'lockstep_inval_head'), (8, 'insert', 'lockstep_inval_log'),
                           (9, 'select', 'lockstep_inval_log')) as o (n, privilege, name)
             where not coalesce(has_table_privilege(to_regclass(o.name), o.privilege), false)
             order by o.n
            """;

    private static final String STATE = """
            select w.waiting, cast(extract(epoch from clock_timestamp() - w.oldest) * 1000 as bigint) as oldest_ms,
                   s.pid, s.client, s.moved,
                   to_char(s.seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as seen_at,
                   cast(extract(epoch from clock_timestamp() - s.seen_at) * 1000 as bigint) as seen_ms
              from (select count(*) as waiting, min(at) as oldest
                      from (select at from lockstep_inval_outbox limit ?) o) w
              left join lockstep_sequencer s on s.channel = ? and s.seen_at is not null
            """;

    /** What this login may do with an outbox. */
    public enum Access {
        /** There is none. */
        ABSENT,
        HIDDEN,
        READ,
        /** Also take steps. */
        MOVE
    }

    /**
     * The last step that was taken.
     *
     * @param pid of the backend
     * @param ago by the server's clock
     * @param at RFC 3339, by the server's clock
     * @param moved rows, ever, by anybody
     */
    public record LastStep(int pid, String client, Duration ago, String at, long moved) {
        /** Whether whoever took it, or somebody else, may be expected to take the next. */
        public boolean isRecent() {
            return ago.compareTo(SILENCE) < 0;
        }
    }

    /** Whether nobody takes steps. */
    public boolean isAbandoned() {
        return sequencer.isEmpty() || !sequencer.get().isRecent();
    }

    public static Access access(Tx tx) {
        Row row = tx.only(IS_PRESENT);
        if (!row.flag("present")) {
            return Access.ABSENT;
        }
        List<String> denied = denied(tx);
        if (denied.isEmpty()) {
            return row.flag("standby") ? Access.READ : Access.MOVE;
        }
        return denied.get(0).startsWith("select on lockstep_inval_outbox")
                        || denied.contains("select on lockstep_sequencer")
                ? Access.HIDDEN
                : Access.READ;
    }

    /** What this login may not, of what a step takes, as {@code delete on lockstep_inval_outbox}. */
    public static List<String> denied(Tx tx) {
        return tx.rows(DENIED).stream().map(row -> row.text("denied")).toList();
    }

    /** The state now; it needs {@link Access#READ}. */
    public static OutboxState of(Tx tx) {
        Row row = tx.only(STATE, COUNTED, InvalidationLog.CHANNEL);
        return new OutboxState(
                row.integer("waiting"),
                row.isNull("oldest_ms") ? Optional.empty() : Optional.of(positive(row.integer("oldest_ms"))),
                row.isNull("seen_at")
                        ? Optional.empty()
                        : Optional.of(new LastStep(
                                (int) row.integer("pid"),
                                row.text("client"),
                                positive(row.integer("seen_ms")),
                                row.text("seen_at"),
                                row.integer("moved"))));
    }

    private static Duration positive(long millis) {
        return Duration.ofMillis(Math.max(0, millis));
    }
}
