package dev.lockstep.mirror;

import dev.lockstep.db.Trouble;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Keeps a run from being faster than it may be, between two of its transactions. */
public final class Pace {
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final OptionalInt rate;
    private final Optional<Path> pauseFile;
    private final Consumer<String> messages;
    private long dueNanos;

    /**
     * @param rate how many rows a second; empty for as many as there can be
     * @param pauseFile while there is such a file, nothing is written
     * @param messages takes what is worth saying to people
     */
    public Pace(OptionalInt rate, Optional<Path> pauseFile, Consumer<String> messages) {
        this.rate = rate;
        this.pauseFile = pauseFile;
        this.messages = messages;
        this.dueNanos = System.nanoTime();
    }

    /** As fast as it goes. */
    public static Pace none() {
        return new Pace(OptionalInt.empty(), Optional.empty(), message -> {});
    }

    /** Whether nothing may ever have to wait. */
    boolean isFree() {
        return rate.isEmpty() && pauseFile.isEmpty();
    }

    /** Waits until the next rows may be written. */
    void wrote(long rows) {
        if (rate.isPresent()) {
            // Time that was not used is not made up for.
            dueNanos = Math.max(dueNanos, System.nanoTime() - (long) NANOS) + (long) (rows * NANOS / rate.getAsInt());
            sleep(dueNanos - System.nanoTime());
        }
        if (pauseFile.isPresent() && Files.exists(pauseFile.get())) {
            messages.accept("paused until " + pauseFile.get() + " is gone");
            while (Files.exists(pauseFile.get())) {
                sleep(LOOK_AGAIN.toNanos());
            }
            messages.accept("going on");
        }
    }

    private static void sleep(long nanos) {
        if (nanos > 0) {
            try {
                TimeUnit.NANOSECONDS.sleep(nanos);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new Trouble("stopped while waiting", null);
            }
        }
    }
}
