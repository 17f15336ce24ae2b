package dev.lockstep.testing;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for what another process, or another thread, is about to do. */
public final class Await {
    private static final Duration PAUSE = Duration.ofMillis(10);

    private Await() {}

    /**
     * Returns as soon as the condition holds.
     *
     * @param what ends the sentence "still waiting for …"
     * @throws AssertionError if it does not hold in time
     */
    public static void until(String what, Duration limit, Callable<Boolean> condition) {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!condition.call()) {
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("after " + limit.toMillis() + " ms still waiting for " + what);
                }
                Thread.sleep(PAUSE.toMillis());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, e);
        } catch (Exception e) {
            throw new AssertionError("failed while waiting for " + what, e);
        }
    }
}
