package dev.lockstep.realm.log;

import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.ListenEvent;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.listen.Subscription;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Malformed;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Every invalidation of the durable log, in order and exactly once, across any number of lost connections; or one
 * {@link Resync} where that cannot be. Used by one thread.
 *
 * <pre>
 *   LISTEN committed ──> look into the log ──> tell what is there ──> wait for a notification, a gap, 5 s of silence
 *                              └──────────────────────←──────────────────────┘
 * </pre>
 *
 * <p>An event counts as applied when the next one is asked for, or after {@link #applied}. What was not, when the process
 * dies, is told again to the next run of the same name.
 */
public final class InvalidationFeed implements RealmFeed {
    /** Whether others notify without the log. */
    public enum Emitters {
        ALL_USE_THE_LOG,
        /** Some do not; so what they say while nobody listens is lost, and each gap is followed by a {@link Resync}. */
        SOME_DO_NOT
    }

    static final Duration SILENCE = Duration.ofSeconds(5);
    /** In a storm of notifications one look in this time finds as much as one look at each; the first is at once. */
    private static final Duration BREATH = Duration.ofMillis(20);

    private static final int PAGE = 1_000;

    private final LogReader reader;
    private final PgListener listener;
    private final Subscription hints;
    private final Duration interval;
    private final Emitters emitters;
    private final SequencingTurns turns;
    private final Deque<FeedEvent> events = new ArrayDeque<>();
    private final List<Notification> unexplained = new ArrayList<>();
    private final PendingNotifications expected = new PendingNotifications();
    private LogPosition told;
    private Optional<String> toldMark = Optional.empty();
    private long lookedAt = System.nanoTime() - BREATH.toNanos();
    private long lookAt;
    private boolean mayHaveMissed;
    private FeedEvent taken;

    private InvalidationFeed(
            LogReader reader, PgListener listener, Duration interval, Emitters emitters, SequencingTurns turns) {
        this.reader = reader;
        this.turns = turns;
        this.listener = listener;
        this.hints = listener == null ? null : listener.subscribe(Set.of(FileChange.CHANNEL));
        this.interval = interval;
        this.emitters = emitters;
    }

    /**
     * Listens, and looks when it is told to.
     *
     * @param name under which the place is remembered; no two runs have it at a time
     */
    public static InvalidationFeed listening(
            Databases databases, PgTarget target, Optional<String> name, Emitters emitters) {
        PgListener listener = databases.listener(
                target, Session.of("lockstep durable listener", Session.Use.LISTEN), PgListener.Options.DEFAULT);
        return new InvalidationFeed(
                new LogReader(databases, target, name, LogReader.Backend.OURS), listener, SILENCE, emitters, null);
    }

    /**
     * Listens, looks, and takes steps of the outbox where it may, all over one connection: the server sees one session.
     *
     * @param name as above
     */
    public static InvalidationFeed overOneSession(
            Databases databases, PgTarget target, Optional<String> name, Emitters emitters) {
        return new InvalidationFeed(
                new LogReader(databases, target, name, LogReader.Backend.LISTENING),
                null,
                SILENCE,
                emitters,
                new SequencingTurns(Sequencing.DEFAULT_INTERVAL));
    }

    /** Looks now and then: on a standby, where nobody can listen, and behind a pooler that cannot be listened through. */
    public static InvalidationFeed polling(
            Databases databases, PgTarget target, Optional<String> name, Duration interval) {
        return new InvalidationFeed(
                new LogReader(databases, target, name, LogReader.Backend.SHARED),
                null,
                interval,
                Emitters.ALL_USE_THE_LOG,
                null);
    }

    /** @throws LockstepException what cannot be helped by trying again: the first connection failed, another run has the name */
    @Override
    public Optional<FeedEvent> next(Duration atMost) throws InterruptedException {
        applied();
        long deadline = System.nanoTime() + atMost.toNanos();
        while (true) {
            if (events.isEmpty() && System.nanoTime() - lookAt >= 0 && (told != null || hints == null)) {
                look();
            }
            reader.saveIfDue();
            if (!events.isEmpty()) {
                taken = events.poll();
                return Optional.of(taken);
            }
            long left = deadline - System.nanoTime();
            if (left <= 0) {
                return Optional.empty();
            }
            await(Duration.ofNanos(Math.min(left, LogReader.SAVE_EVERY.toNanos())));
        }
    }

    @Override
    public void applied() {
        if (taken instanceof Changed changed && changed.seq().isPresent()) {
            reader.reached(new LogPosition(reader.epoch(), changed.seq().getAsLong()));
        } else if (taken instanceof Resync resync) {
            reader.reached(resync.now());
            reader.confirm();
        }
        taken = null;
    }

    /**
     * What the log holds after a number, for whoever has not heard it; not for what {@link #next} tells. By the same thread.
     *
     * @return empty if the server cannot be asked just now
     */
    public Optional<LogPage> lookBack(long seq, int limit) {
        return told == null ? Optional.empty() : reader.after(new LogPosition(told.epoch(), seq), limit);
    }

    /** Whether the server answered when it was asked last. */
    public boolean isConnected() {
        return reader.isConnected();
    }

    /** Remembers the place and lets the name go. */
    @Override
    public void close() {
        try (reader) {
            if (listener != null) {
                listener.close();
            }
        }
    }

    private void await(Duration atMost) throws InterruptedException {
        long untilLook = Math.max(0, told == null && hints != null ? Long.MAX_VALUE : lookAt - System.nanoTime());
        Duration wait = Duration.ofNanos(Math.min(atMost.toNanos(), untilLook));
        if (turns != null) {
            hearAndSequence(wait);
            return;
        }
        if (hints == null) {
            Clock.SYSTEM.sleep(wait);
            return;
        }
        Optional<ListenEvent> heard = hints.next(wait);
        while (heard.isPresent()) {
            hear(heard.get());
            heard = unexplained.size() < PAGE ? hints.next(Duration.ZERO) : Optional.empty();
        }
    }

    private void hearAndSequence(Duration atMost) throws InterruptedException {
        Duration untilTurn = turns.untilDue();
        if (told != null && untilTurn.isZero() && reader.sequence(turns)) {
            lookAt = System.nanoTime();
            return;
        }
        Duration wait = untilTurn.isZero() || atMost.compareTo(untilTurn) < 0 ? atMost : untilTurn;
        reader.poll(wait).forEach(this::hear);
        if (reader.wasReopened()) {
            mayHaveMissed = emitters == Emitters.SOME_DO_NOT;
        }
        if (!reader.isConnected()) {
            lookAt = System.nanoTime();
        }
    }

    private void hear(ListenEvent event) {
        if (event instanceof ListenEvent.Lost lost) {
            events.add(new FeedEvent.Lost(lost.why()));
            return;
        }
        lookAt = System.nanoTime();
        if (event instanceof ListenEvent.Ready) {
            start();
        } else if (event instanceof Notification notification) {
            unexplained.add(notification);
            lookAt = Math.max(lookAt, lookedAt + BREATH.toNanos());
        } else {
            mayHaveMissed = emitters == Emitters.SOME_DO_NOT;
            // Another server may have taken over, and the one that the log is read from may still be there.
            reader.reconnect();
        }
    }

    /** The place from which to tell is read after LISTEN is committed, so nothing falls between. */
    private void start() {
        told = reader.start();
        toldMark = reader.startMark();
        lookAt = System.nanoTime();
        events.add(new FeedEvent.Ready(told));
    }

    private void look() {
        if (told == null) {
            start();
        }
        lookedAt = System.nanoTime();
        Optional<LogPage> page = reader.after(told, PAGE);
        Optional<ResyncReason> reason = page.flatMap(this::resync);
        if (page.isEmpty()) {
            unreachable();
        } else if (reason.isPresent()) {
            reader.end().ifPresentOrElse(end -> resync(reason.get(), end), this::unreachable);
        } else {
            reader.confirm();
            tell(page.get());
        }
    }

    /** Just now. */
    private void unreachable() {
        lookAt = System.nanoTime() + LogReader.SAVE_EVERY.toNanos();
        reader.lost().ifPresent(why -> events.add(new FeedEvent.Lost(why)));
    }

    /** With the mark of its last record the log is known again, should it go back once more before the next look. */
    private void resync(ResyncReason reason, LogPage end) {
        told = end.head();
        toldMark = end.mark();
        unexplained.clear();
        mayHaveMissed = false;
        events.add(new Resync(reason, told, toldMark));
    }

    private Optional<ResyncReason> resync(LogPage page) {
        return page.breakAfter(told, toldMark)
                .or(() -> mayHaveMissed ? Optional.of(ResyncReason.FOREIGN_EMITTERS) : Optional.empty());
    }

    private void tell(LogPage page) {
        toldMark = page.mark();
        for (LogPage.Logged logged : page.records()) {
            events.add(new Changed(
                    logged.change(), OptionalLong.of(logged.seq()), logged.emitter(), Optional.of(logged.mark())));
            if (hints != null || turns != null) {
                expected.expect(logged);
            }
            told = new LogPosition(told.epoch(), logged.seq());
            toldMark = Optional.of(logged.mark());
        }
        if (page.records().size() == PAGE) {
            return;
        }
        lookAt = System.nanoTime() + interval.toNanos();
        // All that was committed when these were heard is read now: what is not among it was never logged.
        for (Notification heard : unexplained) {
            if (!expected.take(heard)) {
                events.add(FileChange.parse(heard.payload())
                        .<FeedEvent>map(change ->
                                new Changed(change, OptionalLong.empty(), heard.senderPid(), Optional.empty()))
                        .orElseGet(() -> new Malformed(heard.payload(), heard.senderPid())));
            }
        }
        unexplained.clear();
    }
}
