package dev.lockstep.realm.relay;

import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.log.FeedEvent;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Lost;
import dev.lockstep.realm.log.FeedEvent.ResyncReason;
import dev.lockstep.realm.log.InvalidationFeed;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.realm.log.LogPage;
import dev.lockstep.realm.log.LogPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;

/**
 * Reads the log over one session, for all streams: what is new goes into {@link RecentEvents}, and questions of streams that
 * memory does not answer are answered in between. One thread runs it.
 */
public final class RelaySource implements AutoCloseable {
    /** Is told how it goes, by the thread that runs it. */
    public interface Watcher {
        /** It has looked whether there is something. */
        default void turned() {}

        /** The log is not reachable; streams stay, and are told later what they miss now. */
        void lost(Lost event);

        /** The log is reachable, or something was heard. */
        void heard();

        /** Every stream is told that anything may have changed. */
        void gap(ResyncReason reason);
    }

    /** How long a question may wait, since what waits for the server cannot be woken. */
    private static final Duration SLICE = Duration.ofMillis(50);

    private static final int PAGE = 500;

    private final InvalidationFeed feed;
    private final Emitters emitters;
    private final int kept;
    private final ConcurrentLinkedQueue<History.Question> questions = new ConcurrentLinkedQueue<>();
    private RecentEvents recent;
    private volatile Runnable onNews = () -> {};
    private volatile boolean isReading;

    private RelaySource(InvalidationFeed feed, Emitters emitters, int kept) {
        this.feed = feed;
        this.emitters = emitters;
        this.kept = kept;
    }

    /**
     * Over one session that listens, and takes steps of the outbox where it may.
     *
     * @param name under which it stands in the list of listeners, and the log keeps what it has not read
     * @param kept how many events stay in memory
     */
    public static RelaySource listening(
            Databases databases, PgTarget target, Optional<String> name, Emitters emitters, int kept) {
        return new RelaySource(InvalidationFeed.overOneSession(databases, target, name, emitters), emitters, kept);
    }

    /** By looking now and then: on a standby, and behind a transaction pooler. */
    public static RelaySource polling(Databases databases, PgTarget target, Duration interval, int kept) {
        return new RelaySource(
                InvalidationFeed.polling(databases, target, Optional.empty(), interval),
                Emitters.ALL_USE_THE_LOG,
                kept);
    }

    /**
     * Connects, and reads what memory is to begin with.
     *
     * @throws dev.lockstep.support.LockstepException why that cannot be
     */
    void start() throws InterruptedException {
        LogPosition from = null;
        while (from == null) {
            if (feed.next(SLICE).orElse(null) instanceof FeedEvent.Ready ready) {
                from = ready.from();
            }
        }
        recent = remembered(from);
        isReading = true;
    }

    /** What memory begins with: the newest of the log, so that who comes back after a restart of the relay is answered from it. */
    private RecentEvents remembered(LogPosition from) {
        RecentEvents memory = empty(from);
        List<Frame> frames = new ArrayList<>();
        long seq = Math.max(0, from.seq() - kept);
        long base = seq;
        while (seq < from.seq()) {
            List<LogPage.Logged> records =
                    feed.lookBack(seq, PAGE).map(LogPage::records).orElse(List.of());
            if (records.isEmpty()) {
                return memory;
            }
            if (records.get(0).seq() != seq + 1) {
                // What is older is pruned.
                frames.clear();
                base = records.get(0).seq() - 1;
            }
            for (LogPage.Logged logged : records) {
                seq = logged.seq();
                if (seq <= from.seq()) {
                    frames.add(Frame.change(from.epoch(), logged));
                }
            }
        }
        if (!frames.isEmpty()) {
            memory = empty(new LogPosition(from.epoch(), base));
            frames.forEach(memory::add);
        }
        return memory;
    }

    private RecentEvents empty(LogPosition at) {
        Optional<String> mark = feed.lookBack(at.seq(), 0).flatMap(LogPage::mark);
        return new RecentEvents(kept, new EventId(at, mark.map(EventId::mark)));
    }

    /** Reads until it is interrupted. */
    public void run(Watcher watcher) throws InterruptedException {
        while (true) {
            answerAll();
            Optional<FeedEvent> event = feed.next(SLICE);
            event.ifPresent(one -> take(one, watcher));
            boolean connected = feed.isConnected();
            if (connected && !isReading) {
                watcher.heard();
            }
            isReading = connected;
            watcher.turned();
        }
    }

    RecentEvents recent() {
        return recent;
    }

    /** Does this, in the reading thread, whenever there is something new. */
    void onNews(Runnable action) {
        onNews = action;
    }

    void ask(History.Question question) {
        questions.add(question);
    }

    /** Whether the server answered lately. */
    boolean isReading() {
        return isReading;
    }

    /** Whether some notify without the log, so that nobody who was away knows what it has missed. */
    boolean hasForeignEmitters() {
        return emitters == Emitters.SOME_DO_NOT;
    }

    private void take(FeedEvent event, Watcher watcher) {
        if (event instanceof Changed changed) {
            recent.add(frame(changed));
            watcher.heard();
            onNews.run();
        } else if (event instanceof FeedEvent.Resync resync) {
            recent.gap(Frame.gap(
                    new EventId(resync.now(), resync.mark().map(EventId::mark)),
                    resync.reason().label()));
            watcher.gap(resync.reason());
            onNews.run();
        } else if (event instanceof Lost lost) {
            watcher.lost(lost);
        }
    }

    private Frame frame(Changed changed) {
        EventId last = recent.last();
        FileChange change = changed.change();
        if (changed.seq().isEmpty()) {
            return Frame.unnumbered(last, change);
        }
        LogPosition position =
                new LogPosition(last.position().epoch(), changed.seq().getAsLong());
        return Frame.change(new EventId(position, changed.mark().map(EventId::mark)), change);
    }

    private void answerAll() {
        History.Question question = questions.poll();
        while (question != null) {
            question.answer().accept(answer(question.after()));
            question = questions.poll();
        }
    }

    private History.Answer answer(EventId after) {
        Optional<LogPage> found = feed.lookBack(after.seq(), PAGE);
        if (found.isEmpty()) {
            return new History.Answer.Unavailable();
        }
        LogPage page = found.get();
        LogPage marked = new LogPage(page.head(), page.mark().map(EventId::mark), page.records());
        Optional<ResyncReason> broken = marked.breakAfter(after.position(), after.mark());
        if (broken.isPresent()) {
            return new History.Answer.Broken(broken.get());
        }
        List<Frame> frames = new ArrayList<>(page.records().size());
        for (LogPage.Logged logged : page.records()) {
            frames.add(Frame.change(page.head().epoch(), logged));
        }
        return new History.Answer.Page(frames);
    }

    @Override
    public void close() {
        feed.close();
    }
}
