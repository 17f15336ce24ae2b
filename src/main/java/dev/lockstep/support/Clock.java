package dev.lockstep.support;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** The time that passes on this machine, and that is let pass; a test has one of its own. */
public interface Clock {
    Clock SYSTEM = new Clock() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void sleep(Duration length) throws InterruptedException {
            TimeUnit.NANOSECONDS.sleep(length.toNanos());
        }
    };

    /** As {@link System#nanoTime()}. */
    long nanos();

    void sleep(Duration length) throws InterruptedException;
}
