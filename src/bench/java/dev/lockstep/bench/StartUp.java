package dev.lockstep.bench;

import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a short command costs, against the least that any Java program costs on the same JVM. */
final class StartUp implements Benchmark {
    private static final int ROUNDS = 11;
    private static final double SHORT_COMMAND = 3;

    /** Two connections that log in with SCRAM, and an echo. */
    private static final double BROADCAST = 8;

    private static final String JAVA_HOME = System.getProperty("java.home");

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        Contender empty = new CommandCpu(
                "empty Java program",
                Map.of(),
                Path.of(JAVA_HOME, "bin", "java").toString(),
                "-cp",
                System.getProperty("lockstep.bench.classes"),
                Empty.class.getName());
        List<Outcome> outcomes = new ArrayList<>();
        outcomes.add(
                new Race("version", "ms CPU", ROUNDS, SHORT_COMMAND).between(empty, lockstep(Map.of(), "version")));
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase()) {
            Contender broadcast = lockstep(database.environment(), "realm", "broadcast", "http://localhost:4201/luke/");
            outcomes.add(new Race("realm broadcast", "ms CPU", ROUNDS, BROADCAST).between(empty, broadcast));
        }
        return outcomes;
    }

    private static Contender lockstep(Map<String, String> variables, String... arguments) {
        Map<String, String> environment = new HashMap<>(variables);
        environment.put("JAVA_HOME", JAVA_HOME);
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of(System.getProperty("lockstep.distribution"), "bin", "lockstep")
                .toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return new CommandCpu("lockstep " + String.join(" ", arguments), environment, command);
    }
}
