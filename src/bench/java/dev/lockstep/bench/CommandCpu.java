package dev.lockstep.bench;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The CPU time, user and system, of a command and the processes it waits for, in milliseconds. */
final class CommandCpu implements Contender {
    /** Some shells tell hundredths of a second, so that a sample is the mean of several runs. */
    private static final int RUNS = 5;

    private static final String SCRIPT = """
            left=$1
            shift
            while [ $left -gt 0 ]; do
              "$@" >/dev/null </dev/null || exit
              left=$((left - 1))
            done
            times
            """;

    private static final Pattern TIME = Pattern.compile("(\\d+)m([\\d.]+)s");

    private final String name;
    private final Map<String, String> environment;
    private final int runs;
    private final List<String> command;

    /** @param environment what is set beside what this process has */
    CommandCpu(String name, Map<String, String> environment, String... command) {
        this(name, environment, RUNS, command);
    }

    /** @param runs of which a sample is the mean; one is enough for a command that takes seconds */
    CommandCpu(String name, Map<String, String> environment, int runs, String... command) {
        this.name = name;
        this.runs = runs;
        this.environment = environment;
        this.command = List.of(command);
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public double sample() throws IOException, InterruptedException {
        List<String> shell = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "sh", Integer.toString(runs)));
        shell.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(shell)
                .redirectInput(new File("/dev/null"))
                .redirectError(ProcessBuilder.Redirect.INHERIT);
        builder.environment().putAll(environment);
        Process process = builder.start();
        String times = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException(command + " ended with " + process.exitValue());
        }
        return milliseconds(times.lines().reduce((first, last) -> last).orElse("")) / runs;
    }

    /** The shell prints its own times, and on the last line those of its children. */
    private static double milliseconds(String line) throws IOException {
        double sum = 0;
        Matcher time = TIME.matcher(line);
        while (time.find()) {
            sum += (Double.parseDouble(time.group(1)) * 60 + Double.parseDouble(time.group(2))) * 1000;
        }
        if (sum == 0) {
            throw new IOException("the shell tells no times: '" + line + "'");
        }
        return sum;
    }
}
