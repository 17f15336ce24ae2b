package dev.lockstep.db.listen;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Breaks off what takes longer than it may, from a daemon thread that begins with the first of it.
 *
 * <p>The driver's own limits are of the socket, and hold for one read: a link over which a byte comes now and then never
 * meets them. And once a notification has begun, the driver waits for the rest of it without any.
 */
final class Watchdog implements AutoCloseable {
    private static final Duration TICK = Duration.ofMillis(500);

    private final Runnable bite;
    private final CountDownLatch stop = new CountDownLatch(1);
    private Thread thread;
    private volatile Long dueNanos;
    private volatile boolean bitten;

    /** @param bite makes what is watched fail */
    Watchdog(Runnable bite) {
        this.bite = bite;
    }

    /** From now on something is watched, until {@link #relax()}. */
    void expectWithin(Duration time) {
        dueNanos = System.nanoTime() + time.toNanos();
        if (thread == null) {
            thread = new Thread(this::watch, "lockstep-watchdog");
            thread.setDaemon(true);
            thread.start();
        }
    }

    void relax() {
        dueNanos = null;
    }

    boolean hasBitten() {
        return bitten;
    }

    @Override
    public void close() {
        stop.countDown();
    }

    /** Bites what is overdue twice in a row; once may only mean that the whole process was stopped for a while. */
    private void watch() {
        Long overdue = null;
        try {
            while (!stop.await(TICK.toMillis(), TimeUnit.MILLISECONDS) && !bitten) {
                Long due = dueNanos;
                boolean late = due != null && System.nanoTime() - due > 0;
                if (late && due.equals(overdue)) {
                    bitten = true;
                    bite.run();
                }
                overdue = late ? due : null;
            }
        } catch (InterruptedException e) {
            // Nobody else knows this thread: it can only mean that it should end.
            Thread.currentThread().interrupt();
        }
    }
}
