package dev.lockstep.cli.option;

import java.time.Duration;
import java.util.Optional;

/** How long something may take, as an option like {@code --timeout} says; it runs from when this is made. */
public final class TimeLimit {
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Optional<Duration> limit;
    private final long startNanos = System.nanoTime();

    private TimeLimit(Optional<Duration> limit) {
        this.limit = limit;
    }

    /** So long from now; for ever, if there is no limit. */
    public static TimeLimit of(Optional<Duration> limit) {
        return new TimeLimit(limit);
    }

    /** What is left of it; never negative. */
    public Duration left() {
        Duration left = limit.orElse(FOR_EVER).minusNanos(System.nanoTime() - startNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** What is left of it, for a wait that is to be looked at now and then. */
    public Duration turn(Duration most) {
        Duration left = left();
        return left.compareTo(most) < 0 ? left : most;
    }

    /** The limit as it was given. */
    @Override
    public String toString() {
        return limit.map(Durations::render).orElse("no limit");
    }
}
