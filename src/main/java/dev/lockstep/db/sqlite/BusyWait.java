package dev.lockstep.db.sqlite;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.sqlite.BusyHandler;

/**
 * Waits for the lock that another connection holds, as SQLite's own busy handler does, with its pauses; but that one sleeps on
 * whatever happens, and this one gives up when it is cancelled, or its thread is interrupted.
 */
final class BusyWait extends BusyHandler {
    /** In milliseconds: those of sqliteDefaultBusyCallback; the last again and again. */
    private static final List<Integer> PAUSES = List.of(1, 2, 5, 10, 15, 20, 25, 25, 25, 50, 50, 100);

    private static final int GIVE_UP = 0;
    private static final int TRY_AGAIN = 1;

    private volatile Duration patience;
    private volatile boolean cancelled;
    private long begun;

    BusyWait(Duration patience) {
        this.patience = patience;
    }

    Duration patience() {
        return patience;
    }

    void setPatience(Duration limit) {
        patience = limit;
    }

    /** Ends the wait that there is, and any other; called from any thread. */
    void cancel() {
        cancelled = true;
    }

    /** @param before how often it was called for the same lock before */
    @Override
    protected int callback(int before) {
        long now = System.nanoTime();
        if (before == 0) {
            begun = now;
        }
        long left = patience.toNanos() - (now - begun);
        if (cancelled || left <= 0) {
            return GIVE_UP;
        }
        long pause = TimeUnit.MILLISECONDS.toNanos(PAUSES.get(Math.min(before, PAUSES.size() - 1)));
        try {
            TimeUnit.NANOSECONDS.sleep(Math.min(pause, left));
            return TRY_AGAIN;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return GIVE_UP;
        }
    }
}
