package dev.lockstep.realm.log;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmRemedy;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * How far each named listener has applied the log, and which run of it may say so.
 *
 * <p>A run that holds a name lives as long as its connection; behind a pooler, as long as it moves {@code seen_at} every
 * 30 s. One that does not loses the name to whoever asks next, and notices when it moves its place.
 */
public final class NamedListeners {
    private static final Duration FIRST_PAUSE = Duration.ofMillis(10);
    private static final Duration MAX_PAUSE = Duration.ofMillis(250);

    /**
     * A backend says more than the clock: while it is there, its run may be busy applying. Behind a pooler there is none
     * to ask.
     */
    private static final String IS_LIVE = """
            l.holder is not null
               and case when l.pid is null then l.seen_at > now() - interval '30 seconds'
                        else l.seen_at > now() - interval '5 minutes'
                             and exists (select 1 from pg_stat_activity where pid = l.pid) end
            """;

    private static final String CLAIM = """
            insert into lockstep_listener as l (name, channel, epoch, seq, holder, pid, client)
            values (?, ?, cast(? as uuid), ?, cast(? as uuid), cast(? as integer), ?)
                on conflict (name) do update
               set holder = excluded.holder, pid = excluded.pid, client = excluded.client, seen_at = now()
             where l.holder is not distinct from excluded.holder
                or not (%s)
            returning epoch, seq
            """.formatted(IS_LIVE);

    private static final String HOLDER = """
            select client
              from lockstep_listener
             where name = ?
            """;

    /** Lost with a crash of the server, it is applied again; waiting for the disk at each step would cost far more. */
    private static final String MOVE = """
            update lockstep_listener
               set epoch = cast(? as uuid), seq = ?, seen_at = now()
             where name = ?
               and holder = cast(? as uuid)
               and (select set_config('synchronous_commit', 'off', true)) = 'off'
            """;

    private static final String RELEASE = """
            update lockstep_listener
               set holder = null, pid = null, seen_at = now()
             where name = ?
               and holder = cast(? as uuid)
            """;

    private static final String ALL = """
            select l.name, l.pid, l.client, h.seq - l.seq as lag,
                   to_char(l.seen_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as seen_at,
                   %s as live,
                   coalesce(h.epoch = l.epoch, false) as current
              from lockstep_listener l
              left join lockstep_inval_head h on h.channel = l.channel
             order by l.name
            """.formatted(IS_LIVE);

    /** Others show only what they did last; a session that is asleep after a LISTEN listens. Ours say what for. */
    private static final String OTHERS = """
            select pid, application_name, coalesce(host(client_addr), 'the server''s own host') as client,
                   to_char(state_change at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as seen_at
              from pg_stat_activity
             where datname = current_database()
               and pid <> pg_backend_pid()
               and state = 'idle'
               and (query ~* '(^|;)\\s*listen\\s' or application_name in ('lockstep realm listen', 'lockstep listener', 'lockstep relay'))
               and application_name <> 'lockstep durable listener'
               and query not like '%/* lockstep durable listener */%'
             order by pid
            """;

    /** Sessions of which this login may not see what they do. */
    private static final String HIDDEN = """
            select count(*) as hidden
              from pg_stat_activity
             where datname = current_database()
               and query = '<insufficient privilege>'
            """;

    private static final String BEHIND = """
            select l.name
              from lockstep_listener l
             where l.channel = ?
               and (l.epoch <> cast(? as uuid) or l.seq < ?)
               and %s
             order by l.name
            """.formatted(IS_LIVE);

    /**
     * A named listener.
     *
     * @param lag how many invalidations it has not applied; empty if it is at another log than there is now
     * @param lastSeen RFC 3339, by the server's clock
     */
    public record Listener(
            String name, Optional<Integer> pid, String client, Optional<Long> lag, String lastSeen, State state) {}

    /** Whether a run holds the name. */
    public enum State {
        LIVE,
        GONE
    }

    private NamedListeners() {}

    /**
     * Takes the name for a run.
     *
     * @param start where the listener begins if there was none of that name
     * @param pid the backend whose end means the run's end; empty if that cannot be said
     * @return where it was
     * @throws LockstepException refused: another run has it
     */
    static LogPosition claim(Tx tx, String name, UUID run, LogPosition start, Optional<Integer> pid, String client) {
        Optional<Row> claimed = tx.row(
                CLAIM,
                name,
                FileChange.CHANNEL.name(),
                start.epoch().toString(),
                start.seq(),
                run.toString(),
                pid.orElse(null),
                client);
        if (claimed.isEmpty()) {
            Row holder = tx.only(HOLDER, name);
            throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "listener-taken",
                            "the listener '" + name + "' is running already: " + holder.text("client"),
                            null,
                            null)
                    .advising(RealmRemedy.NAME_ANOTHER_LISTENER.of());
        }
        return new LogPosition(
                UUID.fromString(claimed.get().text("epoch")), claimed.get().integer("seq"));
    }

    /**
     * Says how far the run has come, and that it lives.
     *
     * @throws LockstepException refused: another run has taken the name
     */
    static void move(Tx tx, String name, UUID run, LogPosition reached) {
        if (tx.update(MOVE, reached.epoch().toString(), reached.seq(), name, run.toString()) == 0) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "listener-taken",
                    "another run has taken over the listener '" + name + "'",
                    "this one had lost its connection, or was not seen for too long",
                    null);
        }
    }

    static void release(Tx tx, String name, UUID run) {
        tx.update(RELEASE, name, run.toString());
    }

    /** All that are known, by name. */
    public static List<Listener> all(Tx tx) {
        List<Listener> listeners = new ArrayList<>();
        for (Row row : tx.rows(ALL)) {
            listeners.add(new Listener(
                    row.text("name"),
                    row.isNull("pid") ? Optional.empty() : Optional.of((int) row.integer("pid")),
                    row.text("client"),
                    row.flag("current") ? Optional.of(row.integer("lag")) : Optional.empty(),
                    row.text("seen_at"),
                    row.flag("live") ? State.LIVE : State.GONE));
        }
        return listeners;
    }

    /**
     * Sessions that seem to listen without the log; as far as the server tells.
     *
     * @return with the application's name, no lag, and the time of their last statement
     */
    public static List<Listener> others(Tx tx) {
        List<Listener> listeners = new ArrayList<>();
        for (Row row : tx.rows(OTHERS)) {
            listeners.add(new Listener(
                    row.text("application_name"),
                    Optional.of((int) row.integer("pid")),
                    row.text("client"),
                    Optional.empty(),
                    row.text("seen_at"),
                    State.LIVE));
        }
        return listeners;
    }

    /** How many sessions this login may not look at: any of them may be another listener. */
    public static long hidden(Tx tx) {
        return tx.only(HIDDEN).integer("hidden");
    }

    /** The names of live listeners that have not applied everything up to a position. */
    public static List<String> behind(Tx tx, LogPosition position) {
        List<String> names = new ArrayList<>();
        for (Row row :
                tx.rows(BEHIND, FileChange.CHANNEL.name(), position.epoch().toString(), position.seq())) {
            names.add(row.text("name"));
        }
        return names;
    }

    /**
     * Waits until every live listener has applied everything up to a position.
     *
     * @return who has not
     */
    public static List<String> await(Db db, LogPosition position, Duration limit) throws InterruptedException {
        long deadline = System.nanoTime() + limit.toNanos();
        Backoff backoff = new Backoff(FIRST_PAUSE, MAX_PAUSE, Backoff.Jitter.NONE, Clock.SYSTEM);
        while (true) {
            List<String> behind = db.autocommit(tx -> behind(tx, position));
            if (behind.isEmpty() || System.nanoTime() - deadline >= 0) {
                return behind;
            }
            backoff.pause();
        }
    }
}
