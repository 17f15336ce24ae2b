package dev.lockstep.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Holds work up in the middle, and says when it has got there. */
public final class Gate {
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);

    /** Called by the work. */
    public void pass() throws InterruptedException {
        reached.countDown();
        assertThat(opened.await(60, TimeUnit.SECONDS)).as("the gate was opened").isTrue();
    }

    public void awaitArrival() throws InterruptedException {
        assertThat(reached.await(60, TimeUnit.SECONDS)).as("the work arrived").isTrue();
    }

    public void open() {
        opened.countDown();
    }
}
