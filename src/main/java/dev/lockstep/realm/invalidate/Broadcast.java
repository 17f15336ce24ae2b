package dev.lockstep.realm.invalidate;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.ListenSession;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * Tells every replica, in one transaction, which files have changed; then hears itself say so.
 *
 * <p>The echo on a second connection is the proof that notifications pass between two sessions of this server, which a
 * pooler between them would prevent without any error.
 */
public final class Broadcast {
    /** Runs once, so that the notifications come in the order of the array. */
    private static final String NOTIFY_ALL = """
            select pg_backend_pid() as pid, count(pg_notify(?, payload)) as sent
              from unnest(cast(? as text[])) as payload
            """;

    /**
     * What is to be sent.
     *
     * @param changes in the order in which they are sent, none twice: PostgreSQL would deliver one of them
     * @param collapsed how many were named more than once, and are sent once
     * @param widened the changes of one file whose payload would be too long; the wildcard of their realm is sent instead
     */
    public record Plan(List<FileChange> changes, int collapsed, List<FileChange> widened) {}

    /**
     * What became of a plan that was sent.
     *
     * @param echo how long after the commit the last echo came; zero if it was in the log already, and so not sent again
     */
    public record Logged(InvalidationLog.Entry entry, Duration echo) {}

    private final Db emitter;
    private final ListenSession ear;
    private final Runnable committed;

    /** @param ear another connection to the same database */
    public Broadcast(Db emitter, ListenSession ear) {
        this(emitter, ear, () -> {});
    }

    private Broadcast(Db emitter, ListenSession ear, Runnable committed) {
        this.committed = committed;
        this.emitter = emitter;
        this.ear = ear;
    }

    /**
     * Every path in every realm; every realm as a whole if there are no paths.
     *
     * @throws LockstepException usage: no file of a realm has such a name
     */
    public static Plan plan(Collection<RealmUrl> realms, Collection<String> paths) {
        return paths.isEmpty() ? plan(realms) : plan(RealmPath.read(realms, paths));
    }

    private static Plan plan(Collection<RealmUrl> realms) {
        // By their payloads: the JVM makes a record's own hash code when it is first asked for, which takes longer than
        // all the rest.
        Map<String, FileChange> changes = new LinkedHashMap<>();
        for (RealmUrl realm : realms) {
            put(changes, FileChange.wildcard(realm));
        }
        return new Plan(List.copyOf(changes.values()), realms.size() - changes.size(), List.of());
    }

    /** Every file that the paths may mean. */
    public static Plan plan(List<RealmPath> paths) {
        Map<String, FileChange> changes = new LinkedHashMap<>();
        List<FileChange> widened = new ArrayList<>();
        Set<String> named = new HashSet<>();
        for (RealmPath path : paths) {
            FileChange wildcard = FileChange.wildcard(path.realm());
            if (!named.add(path.realm() + ":" + path.local())) {
                continue;
            }
            for (String file : path.files()) {
                FileChange change = FileChange.file(path.realm(), file);
                if (change.bytes() > FileChange.MAX_PAYLOAD_BYTES) {
                    widened.add(change);
                    put(changes, wildcard);
                    break;
                }
                put(changes, change);
            }
        }
        return new Plan(List.copyOf(changes.values()), paths.size() - named.size(), widened);
    }

    private static void put(Map<String, FileChange> changes, FileChange change) {
        changes.putIfAbsent(change.payload(), change);
    }

    /**
     * Sends the plan by way of the durable log, which must be there, and waits for its echo; see {@link #send}.
     *
     * @param id under which the log has it once, however often it is sent
     */
    public Logged log(Plan plan, UUID id, Duration patience) {
        ear.listen(List.of(FileChange.CHANNEL));
        String[] payloads = payloads(plan);
        record Sent(InvalidationLog.Entry entry, Row row) {}
        Sent sent = emitter.transact(tx -> {
            InvalidationLog.Entry entry = InvalidationLog.append(tx, plan.changes(), Optional.of(id));
            boolean known = entry.appended() == InvalidationLog.Appended.KNOWN;
            return new Sent(entry, known ? null : tx.only(NOTIFY_ALL, FileChange.CHANNEL.name(), payloads));
        });
        if (sent.row() != null) {
            committed.run();
        }
        return new Logged(sent.entry(), sent.row() == null ? Duration.ZERO : heard(payloads, sent.row(), patience));
    }

    /**
     * Sends the plan and waits for its echo.
     *
     * @param patience how long no echo may come before it is given up
     * @return how long after the commit the last echo came
     * @throws LockstepException timeout: it is committed, but the echo did not come; or a database's own, with nothing sent unless
     *     it says otherwise
     */
    public Duration send(Plan plan, Duration patience) {
        ear.listen(List.of(FileChange.CHANNEL));
        String[] payloads = payloads(plan);
        Row sent = emitter.transact(tx -> tx.only(NOTIFY_ALL, FileChange.CHANNEL.name(), payloads));
        committed.run();
        return heard(payloads, sent, patience);
    }

    /** The same, telling as soon as it is committed: what comes after that may still fail. */
    public Broadcast telling(Runnable heard) {
        return new Broadcast(emitter, ear, heard);
    }

    private static String[] payloads(Plan plan) {
        String[] payloads = new String[plan.changes().size()];
        for (int i = 0; i < payloads.length; i++) {
            payloads[i] = plan.changes().get(i).payload();
        }
        return payloads;
    }

    private Duration heard(String[] payloads, Row sent, Duration patience) {
        try {
            return awaitEcho(new HashSet<>(List.of(payloads)), (int) sent.integer("pid"), patience);
        } catch (DbException e) {
            throw new LockstepException(
                    e.kind(),
                    e.code(),
                    "sent, but the connection that waits for the echo broke: " + e.getMessage(),
                    null,
                    e);
        }
    }

    private Duration awaitEcho(Set<String> awaited, int pid, Duration patience) {
        long start = System.nanoTime();
        long heard = start;
        while (!awaited.isEmpty()) {
            Duration left = patience.minusNanos(System.nanoTime() - heard);
            if (left.isNegative() || left.isZero()) {
                throw unheard(patience);
            }
            for (Notification notification : ear.poll(left)) {
                if (notification.senderPid() == pid && awaited.remove(notification.payload())) {
                    heard = System.nanoTime();
                }
            }
        }
        return Duration.ofNanos(System.nanoTime() - start);
    }

    private LockstepException unheard(Duration patience) {
        String cause = ear.isPooled()
                ? "a pooler stands between here and PostgreSQL, and does not keep a server connection for a listener"
                : "a transaction pooler may stand between here and PostgreSQL";
        return new LockstepException(
                LockstepException.Kind.TIMEOUT,
                "no-echo",
                "sent and committed, but its own echo did not come within " + patience.toMillis() + " ms",
                cause + "; connect to PostgreSQL's own port",
                null);
    }
}
