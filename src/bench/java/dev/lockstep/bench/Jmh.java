package dev.lockstep.bench;

import java.io.IOException;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** A method that JMH measures, in a JVM of its own for each sample. */
record Jmh(String name, Class<?> methods, String method) implements Contender {
    private static final TimeValue ITERATION = TimeValue.milliseconds(500);

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
                            .verbosity(VerboseMode.SILENT)
                            .build())
                    .runSingle()
                    .getPrimaryResult()
                    .getScore();
        } catch (RunnerException e) {
            throw new IOException(method, e);
        }
    }
}
