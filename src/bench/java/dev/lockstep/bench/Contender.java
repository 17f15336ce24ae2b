package dev.lockstep.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Optional;

/** One way to do the work. */
interface Contender {
    String name();

    /** Why it cannot run here; empty if it can. */
    default Optional<String> absence() {
        return Optional.empty();
    }

    /** Does the work, and returns what it cost in the race's unit: less is better. */
    double sample() throws IOException, InterruptedException;

    /** What some work in this thread costs in milliseconds of CPU. */
    static Contender timed(String name, Runnable work) {
        return new Contender() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public double sample() {
                ThreadMXBean threads = ManagementFactory.getThreadMXBean();
                long start = threads.getCurrentThreadCpuTime();
                work.run();
                return (threads.getCurrentThreadCpuTime() - start) / 1e6;
            }
        };
    }
}
