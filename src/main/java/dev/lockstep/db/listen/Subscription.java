package dev.lockstep.db.listen;

import dev.lockstep.db.listen.ListenEvent.Gap;
import dev.lockstep.db.listen.ListenEvent.GapReason;
import dev.lockstep.db.listen.ListenEvent.Lost;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.ListenEvent.Ready;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

/**
 * One subscriber's share of a {@link PgListener}: a queue that it empties at its own pace, from one thread or several.
 *
 * <p>The queue is bounded, so that nobody's slowness costs others anything, or the server. When it is full its
 * notifications are dropped for one {@link Gap}, which is also the quickest way for the subscriber to catch up.
 */
public final class Subscription implements AutoCloseable {
    private final Set<Channel> channels;
    private final int limit;
    private final Consumer<Subscription> leave;
    private final Deque<ListenEvent> queue = new ArrayDeque<>();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    /** Known to the listener alone, under its lock. */
    private boolean ready;

    private boolean closed;
    private RuntimeException failure;

    Subscription(Set<Channel> channels, int limit, Consumer<Subscription> leave) {
        this.channels = channels;
        this.limit = limit;
        this.leave = leave;
    }

    public Set<Channel> channels() {
        return channels;
    }

    /**
     * The next event, waiting for it at most that long; empty when there was none in time, and at once after
     * {@link #close()}.
     *
     * @throws LockstepException what ended the listener, after all events before it are taken: the first connection failed, or a
     *     connection was lost that was not to be replaced
     */
    public Optional<ListenEvent> next(Duration atMost) throws InterruptedException {
        long nanos = TimeUnit.NANOSECONDS.convert(atMost);
        lock.lockInterruptibly();
        try {
            while (queue.isEmpty() && failure == null && !closed && nanos > 0) {
                nanos = changed.awaitNanos(nanos);
            }
            if (queue.isEmpty() && failure != null) {
                throw failure;
            }
            return Optional.ofNullable(queue.poll());
        } finally {
            lock.unlock();
        }
    }

    /** Whether there can be more events. */
    public boolean isOpen() {
        lock.lock();
        try {
            return !closed && failure == null;
        } finally {
            lock.unlock();
        }
    }

    /** Leaves; whoever waits in {@link #next} returns. Doing so again does nothing. */
    @Override
    public void close() {
        leave.accept(this);
        change(() -> {
            closed = true;
            queue.clear();
        });
    }

    /** Whether a notification is for this subscriber: not before it is ready. */
    boolean wants(String channel) {
        if (ready) {
            for (Channel mine : channels) {
                if (mine.name().equals(channel)) {
                    return true;
                }
            }
        }
        return false;
    }

    /** All channels are listened to; the subscription is ready, if it was not. @return whether it was not */
    boolean listening() {
        boolean first = !ready;
        if (first) {
            ready = true;
            change(() -> add(new Ready(channels)));
        }
        return first;
    }

    void notified(Notification notification) {
        change(() -> add(notification));
    }

    /** Supersedes a {@link Lost} that nobody has taken yet. */
    void lost(LockstepException why) {
        change(() -> addInsteadOfLost(new Lost(why)));
    }

    /** Supersedes a {@link Lost} that nobody has taken yet. */
    void gap(Gap gap) {
        change(() -> addInsteadOfLost(gap));
    }

    /**
     * The listener has ended.
     *
     * @param why null if it was closed
     */
    void end(RuntimeException why) {
        change(() -> {
            failure = why;
            closed = why == null;
        });
    }

    private void addInsteadOfLost(ListenEvent event) {
        if (queue.peekLast() instanceof Lost) {
            queue.removeLast();
        }
        add(event);
    }

    private void add(ListenEvent event) {
        if (queue.size() < limit) {
            queue.add(event);
        } else {
            queue.removeIf(waiting -> !(waiting instanceof Ready));
            queue.add(new Gap(GapReason.OVERFLOW, Duration.ZERO));
        }
    }

    private void change(Runnable change) {
        lock.lock();
        try {
            if (!closed) {
                change.run();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }
}
