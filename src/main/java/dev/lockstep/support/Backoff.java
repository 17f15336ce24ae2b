package dev.lockstep.support;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * The pauses between tries of one thread: exponential, up to a limit, and with jitter, so that many who were turned away
 * together do not come back together.
 */
public final class Backoff {
    /** How much of a pause is random. */
    public enum Jitter {
        /** Nothing: whoever tries is alone. */
        NONE,
        /** From half of the pause to all of it. */
        HALF,
        /** From none of the pause to all of it. */
        FULL
    }

    private final Duration first;
    private final Duration longest;
    private final Jitter jitter;
    private final Clock clock;
    private Duration limit;

    /**
     * @param first the first pause, before jitter
     * @param longest the limit up to which pauses double
     */
    public Backoff(Duration first, Duration longest, Jitter jitter, Clock clock) {
        this.first = first;
        this.longest = longest;
        this.jitter = jitter;
        this.clock = clock;
        this.limit = first;
    }

    /** How long the next pause is at most. */
    public Duration limit() {
        return limit;
    }

    /** The next pause; the one after it is longer. */
    public Duration next() {
        long nanos = limit.toNanos();
        long least =
                switch (jitter) {
                    case NONE -> nanos;
                    case HALF -> nanos / 2;
                    case FULL -> 0;
                };
        Duration doubled = limit.multipliedBy(2);
        limit = doubled.compareTo(longest) < 0 ? doubled : longest;
        return Duration.ofNanos(
                least == nanos ? nanos : ThreadLocalRandom.current().nextLong(least, nanos + 1));
    }

    /** Waits for the next pause. */
    public void pause() throws InterruptedException {
        clock.sleep(next());
    }

    /** Begins anew: the last try has succeeded. */
    public void reset() {
        limit = first;
    }
}
