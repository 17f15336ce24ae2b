package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Durations;
import java.time.Duration;
import java.util.Optional;

/** When a command has to be done, as {@code --timeout} says. */
public final class Deadline {
    private static final Duration FOR_EVER = Duration.ofDays(36_500);

    private final Optional<Duration> limit;
    private final long startNanos = System.nanoTime();

    private Deadline(Optional<Duration> limit) {
        this.limit = limit;
    }

    /** So long from now; never, if there is no limit. */
    public static Deadline in(Optional<Duration> limit) {
        return new Deadline(limit);
    }

    /** Never negative. */
    public Duration left() {
        Duration left = limit.orElse(FOR_EVER).minusNanos(System.nanoTime() - startNanos);
        return left.isNegative() ? Duration.ZERO : left;
    }

    /** The limit as it was given. */
    @Override
    public String toString() {
        return limit.map(Durations::render).orElse("no limit");
    }
}
