package dev.lockstep.transpile.service;

import dev.lockstep.db.LockKey;
import dev.lockstep.db.listen.Channel;
import dev.lockstep.db.listen.ListenEvent;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.listen.Subscription;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Wakes those who wait for another process's build. A notification that is not heard costs a poll, never more: whoever
 * waits looks for itself every now and then.
 */
final class Wakeups implements AutoCloseable {
    /** The payload is the key of the lock as a decimal number; Boxel's replicas send and hear the same. */
    static final Channel CHANNEL = new Channel("module_cache_populated");

    /** What follows the key when a build has failed. Boxel's replicas wait for no such payload. */
    static final String FAILED = ":failed";

    /** How long LISTEN may take before waiting goes on without it. */
    private static final Duration READINESS = Duration.ofSeconds(2);

    private static final Duration FOREVER = Duration.ofHours(1);

    /** Why somebody stopped waiting. */
    enum Wake {
        POPULATED,
        FAILED,
        /** Nothing was heard, or something may have been missed. */
        UNKNOWN
    }

    /** One who waits for one key. */
    final class Waiter implements AutoCloseable {
        private final LockKey key;
        private final CountDownLatch woken = new CountDownLatch(1);
        private volatile Wake wake = Wake.UNKNOWN;

        Waiter(LockKey key) {
            this.key = key;
        }

        /** Waits until the key's build has ended, or something may have been missed, or the time is over. */
        Wake await(Duration atMost) throws InterruptedException {
            if (woken.await(atMost.toNanos(), TimeUnit.NANOSECONDS)) {
                return wake;
            }
            return Wake.UNKNOWN;
        }

        private void wake(Wake why) {
            if (woken.getCount() > 0) {
                wake = why;
                woken.countDown();
            }
        }

        @Override
        public void close() {
            forget(this);
        }
    }

    private final PgListener listener;
    private final Map<String, Set<Waiter>> waiters = new HashMap<>();
    private Subscription subscription;
    private CountDownLatch ready;
    private boolean closed;

    Wakeups(PgListener listener) {
        this.listener = listener;
    }

    /** From its return on, no end of the key's build goes unheard, or the waiter is woken for that it may have. */
    Waiter register(LockKey key) throws InterruptedException {
        Waiter waiter = new Waiter(key);
        CountDownLatch listening;
        synchronized (this) {
            if (closed) {
                waiter.wake(Wake.UNKNOWN);
                return waiter;
            }
            waiters.computeIfAbsent(payload(key), k -> new LinkedHashSet<>()).add(waiter);
            if (subscription == null) {
                ready = new CountDownLatch(1);
                subscription = listener.subscribe(Set.of(CHANNEL));
                Subscription mine = subscription;
                CountDownLatch mineReady = ready;
                Thread reader = new Thread(() -> hear(mine, mineReady), "lockstep wake-ups");
                reader.setDaemon(true);
                reader.start();
            }
            listening = ready;
        }
        // Without LISTEN the waiter is no worse off than one whose notification was lost.
        boolean heard = listening.await(READINESS.toNanos(), TimeUnit.NANOSECONDS);
        if (!heard) {
            waiter.wake(Wake.UNKNOWN);
        }
        return waiter;
    }

    static String payload(LockKey key) {
        return Long.toString(key.value());
    }

    /** Wakes everybody; nobody waits here any more. */
    @Override
    public void close() {
        Subscription mine;
        synchronized (this) {
            closed = true;
            mine = subscription;
            wakeAll();
        }
        if (mine != null) {
            mine.close();
        }
    }

    private void hear(Subscription mine, CountDownLatch mineReady) {
        try {
            while (mine.isOpen()) {
                Optional<ListenEvent> event = mine.next(FOREVER);
                event.ifPresent(e -> hear(e, mineReady));
            }
        } catch (LockstepException e) {
            // Nobody can listen now. Those who wait poll; the next one to register tries again.
            stopped(mine, mineReady);
        } catch (InterruptedException e) {
            stopped(mine, mineReady);
            Thread.currentThread().interrupt();
        }
    }

    private void hear(ListenEvent event, CountDownLatch mineReady) {
        if (event instanceof ListenEvent.Notification notification) {
            String payload = notification.payload();
            boolean failed = payload.endsWith(FAILED);
            String key = failed ? payload.substring(0, payload.length() - FAILED.length()) : payload;
            wake(key, failed ? Wake.FAILED : Wake.POPULATED);
        } else if (event instanceof ListenEvent.Ready) {
            mineReady.countDown();
        } else {
            synchronized (this) {
                wakeAll();
            }
        }
    }

    private synchronized void wake(String key, Wake why) {
        Set<Waiter> woken = waiters.remove(key);
        if (woken != null) {
            woken.forEach(waiter -> waiter.wake(why));
        }
    }

    private void wakeAll() {
        waiters.values().forEach(all -> all.forEach(waiter -> waiter.wake(Wake.UNKNOWN)));
        waiters.clear();
    }

    private synchronized void forget(Waiter waiter) {
        Set<Waiter> others = waiters.get(payload(waiter.key));
        if (others != null && others.remove(waiter) && others.isEmpty()) {
            waiters.remove(payload(waiter.key));
        }
    }

    private void stopped(Subscription mine, CountDownLatch mineReady) {
        synchronized (this) {
            if (subscription == mine) {
                subscription = null;
            }
            wakeAll();
        }
        mineReady.countDown();
    }
}
