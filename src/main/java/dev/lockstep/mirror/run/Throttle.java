package dev.lockstep.mirror.run;

import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;

/** Keeps a run from being faster than it may be, and from writing while it may not, between two of its transactions. */
public final class Throttle {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final OptionalInt rate;
    private final Optional<Path> pauseFile;
    private final Consumer<String> messages;
    private final Clock clock;
    private long dueNanos;

    /**
     * @param rate how many rows a second; empty for as many as there can be
     * @param pauseFile while there is such a file, nothing is written
     * @param messages takes what is worth saying to people
     */
    public Throttle(OptionalInt rate, Optional<Path> pauseFile, Consumer<String> messages) {
        this(rate, pauseFile, messages, Clock.SYSTEM);
    }

    Throttle(OptionalInt rate, Optional<Path> pauseFile, Consumer<String> messages, Clock clock) {
        this.rate = rate;
        this.pauseFile = pauseFile;
        this.messages = messages;
        this.clock = clock;
        this.dueNanos = clock.nanos();
    }

    /** As fast as it goes. */
    public static Throttle none() {
        return new Throttle(OptionalInt.empty(), Optional.empty(), message -> {});
    }

    /** Whether nothing may ever have to wait. */
    public boolean isFree() {
        return rate.isEmpty() && pauseFile.isEmpty();
    }

    /** Waits for as long as nothing may be written. */
    void awaitGo() {
        if (pauseFile.isEmpty() || !Files.exists(pauseFile.get())) {
            return;
        }
        messages.accept("paused until " + pauseFile.get() + " is gone");
        while (Files.exists(pauseFile.get())) {
            sleep(LOOK_AGAIN);
        }
        messages.accept("going on");
    }

    /** Waits until as much time has passed as so many rows may take. */
    public void wrote(long rows) {
        if (rate.isPresent()) {
            long now = clock.nanos();
            // Time that was not used is not made up for.
            long spare = Math.min(now - dueNanos, (long) NANOS);
            dueNanos = now - spare + (long) (rows * NANOS / rate.getAsInt());
            long early = dueNanos - now;
            if (early > 0) {
                sleep(Duration.ofNanos(early));
            }
        }
    }

    private void sleep(Duration length) {
        try {
            clock.sleep(length);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new LockstepException("stopped while waiting", null);
        }
    }
}
