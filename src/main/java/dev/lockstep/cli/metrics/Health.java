package dev.lockstep.cli.metrics;

import dev.lockstep.cli.text.Age;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongSupplier;

/** Whether a loop still turns. Any thread may ask. */
final class Health {
    private final Duration limit;
    private final LongSupplier nanos;
    private volatile long turned;

    /**
     * Begins well.
     *
     * @param limit how long one turn may take
     * @param nanos the clock, as {@link System#nanoTime}
     */
    Health(Duration limit, LongSupplier nanos) {
        this.limit = limit;
        this.nanos = nanos;
        this.turned = nanos.getAsLong();
    }

    void beat() {
        turned = nanos.getAsLong();
    }

    Duration sinceTurn() {
        return Duration.ofNanos(nanos.getAsLong() - turned);
    }

    /** What is wrong; empty if nothing is. */
    Optional<String> trouble() {
        Duration since = sinceTurn();
        return since.compareTo(limit) > 0
                ? Optional.of(
                        "nothing has happened for " + Age.of(since) + ", and a turn takes at most " + Age.of(limit))
                : Optional.empty();
    }
}
