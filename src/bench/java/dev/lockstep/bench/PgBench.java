package dev.lockstep.bench;

import dev.lockstep.testing.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** PostgreSQL's own pgbench, with one statement on one connection: microseconds for each execution. */
record PgBench(TestDatabase database, String statement, Map<String, String> variables, int seconds)
        implements Contender {
    private static final Pattern RATE = Pattern.compile("tps = ([0-9.]+)");
    private static final double MICROS_PER_SECOND = 1e6;

    @Override
    public String name() {
        return "pgbench";
    }

    @Override
    public Optional<String> absence() {
        for (String folder : System.getenv("PATH").split(":", -1)) {
            if (Files.isExecutable(Path.of(folder, "pgbench"))) {
                return Optional.empty();
            }
        }
        return Optional.of("pgbench is not in PATH");
    }

    @Override
    public double sample() throws IOException, InterruptedException {
        Path script = Files.createTempFile("statement", ".sql");
        try {
            Files.writeString(script, statement.replace('\n', ' ') + ";\n");
            Matcher rate = RATE.matcher(run(script));
            if (!rate.find()) {
                throw new IOException("pgbench says no rate");
            }
            return MICROS_PER_SECOND / Double.parseDouble(rate.group(1));
        } finally {
            Files.delete(script);
        }
    }

    private String run(Path script) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                "pgbench",
                "-n",
                "-c",
                "1",
                "-M",
                "prepared",
                "-T",
                Integer.toString(seconds),
                "-f",
                script.toString()));
        variables.forEach((name, value) -> {
            command.add("-D");
            command.add(name + "=" + value);
        });
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(database.environment());
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IOException("pgbench failed: " + output);
        }
        return output;
    }
}
