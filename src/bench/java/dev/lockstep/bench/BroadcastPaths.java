package dev.lockstep.bench;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Ten thousand paths: {@code realm broadcast} of a file of them, in one transaction, with its connections and its echo; and
 * pgbench, which sends as many notifications one by one on a connection that it has already.
 */
final class BroadcastPaths implements Benchmark {
    private static final int PATHS = 10_000;
    private static final int ROUNDS = 5;

    /** At least 0.8 of pgbench's rate. */
    private static final double BUDGET = 1 / 0.8;

    private static final String REALM = "http://localhost:4201/luke/";

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory(Path.of("target"), "bench");
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase()) {
            StringBuilder paths = new StringBuilder();
            for (int i = 0; i < PATHS; i++) {
                paths.append("cards/card-").append(i).append(".gts\n");
            }
            Path file = Files.writeString(directory.resolve("paths"), paths);
            Race race = new Race("10,000 paths broadcast", "ms", ROUNDS, BUDGET);
            return List.of(race.between(new PgBench(database, directory), new Command(database, file)));
        }
    }

    private record PgBench(TestDatabase database, Path directory) implements Contender {
        private static final Pattern RATE = Pattern.compile("tps = ([\\d.]+)");

        @Override
        public String name() {
            return "pgbench, one by one";
        }

        @Override
        public Optional<String> absence() {
            for (String folder : System.getenv().getOrDefault("PATH", "").split(":", -1)) {
                if (Files.isExecutable(Path.of(folder, "pgbench"))) {
                    return Optional.empty();
                }
            }
            return Optional.of("pgbench is not in PATH");
        }

        @Override
        public double sample() throws IOException, InterruptedException {
            // pgbench takes a colon in a text for a variable, so the beginning of the payload is one.
            Path script = Files.writeString(
                    directory.resolve("notify.sql"),
                    "\\set n random(1, " + PATHS + ")\n"
                            + "select pg_notify('realm_file_changes', cast(:realm as text) || cast(:n as text) || '.gts');\n");
            ProcessBuilder builder = new ProcessBuilder(
                            "pgbench",
                            "-n",
                            "-c",
                            "1",
                            "-M",
                            "prepared",
                            "-t",
                            Integer.toString(PATHS),
                            "-D",
                            "realm=" + REALM + ":cards/card-",
                            "-f",
                            script.toString())
                    .redirectInput(new File("/dev/null"))
                    .redirectErrorStream(true);
            builder.environment().putAll(database.environment());
            Process process = builder.start();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            Matcher rate = RATE.matcher(output);
            if (process.waitFor() != 0 || !rate.find()) {
                throw new IOException("pgbench: " + output);
            }
            return PATHS / Double.parseDouble(rate.group(1)) * 1000;
        }
    }

    private record Command(TestDatabase database, Path paths) implements Contender {
        @Override
        public String name() {
            return "realm broadcast";
        }

        @Override
        public double sample() throws IOException {
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            PrintStream stream = new PrintStream(said, false, StandardCharsets.UTF_8);
            long start = System.nanoTime();
            try (Databases databases = new Databases(new Environment(database.environment()))) {
                int exit = new Lockstep(databases, InputStream.nullInputStream(), stream, stream)
                        .run("realm", "broadcast", REALM, "--paths-from", paths.toString());
                if (exit != 0) {
                    throw new IOException("realm broadcast: " + said.toString(StandardCharsets.UTF_8));
                }
            }
            return (System.nanoTime() - start) / 1e6;
        }
    }
}
