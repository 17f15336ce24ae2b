package dev.lockstep.mirror;

import dev.lockstep.support.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A time that passes only while somebody sleeps, and at once. */
public final class Ticks implements Clock {
    /** Sees that somebody is about to sleep, as the so-manieth time, of which the first is 1. */
    @FunctionalInterface
    public interface Sleeper {
        void sleeps(int number);
    }

    private final List<Duration> slept = new ArrayList<>();
    private final Sleeper sleeper;
    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(1).toNanos();

    public Ticks(Sleeper sleeper) {
        this.sleeper = sleeper;
    }

    /** How long somebody has slept each time. */
    public List<Duration> slept() {
        return slept;
    }

    Duration inAll() {
        return slept.stream().reduce(Duration.ZERO, Duration::plus);
    }

    @Override
    public long nanos() {
        return nanos;
    }

    @Override
    public void sleep(Duration length) {
        slept.add(length);
        nanos += length.toNanos();
        sleeper.sleeps(slept.size());
    }
}
