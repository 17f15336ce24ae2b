package dev.lockstep.bench;

import java.io.IOException;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** The bytes that a method allocates, as JMH measures them in a JVM of its own. */
record JmhAllocation(String name, Class<?> methods, String method) implements Contender {
    private static final TimeValue ITERATION = TimeValue.milliseconds(500);
    private static final String BYTES_PER_CALL = "gc.alloc.rate.norm";

    @Override
    public double sample() throws IOException {
        try {
            return new Runner(new OptionsBuilder()
                            .include(methods.getName() + "\\." + method + "$")
                            .forks(1)
                            .warmupIterations(3)
                            .warmupTime(ITERATION)
                            .measurementIterations(3)
                            .measurementTime(ITERATION)
                            .addProfiler(GCProfiler.class)
                            .verbosity(VerboseMode.SILENT)
                            .build())
                    .runSingle()
                    .getSecondaryResults()
                    .get(BYTES_PER_CALL)
                    .getScore();
        } catch (RunnerException e) {
            throw new IOException(method, e);
        }
    }
}
