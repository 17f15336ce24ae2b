package dev.lockstep.bench;

import java.io.IOException;
import java.util.List;

/** Some races on one subject, with what they need set up around them. */
interface Benchmark {
    /** As in {@code -Dbench=NAME}: the class's name. */
    default String name() {
        return getClass().getSimpleName();
    }

    List<Outcome> run() throws IOException, InterruptedException;
}
