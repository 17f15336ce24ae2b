package dev.lockstep.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** What a short command costs, against the least that any Java program costs on the same JVM. */
final class StartUp implements Benchmark {
    private static final int ROUNDS = 11;
    private static final double SHORT_COMMAND = 3;

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
        return List.of(
                new Race("version", "ms CPU", ROUNDS, SHORT_COMMAND).between(empty, lockstep("version")),
                new Race("help", "ms CPU", ROUNDS, SHORT_COMMAND).between(empty, lockstep("help", "version")));
    }

    private static Contender lockstep(String... arguments) {
        String[] command = new String[arguments.length + 1];
        command[0] = Path.of(System.getProperty("lockstep.distribution"), "bin", "lockstep")
                .toString();
        System.arraycopy(arguments, 0, command, 1, arguments.length);
        return new CommandCpu("lockstep " + String.join(" ", arguments), Map.of("JAVA_HOME", JAVA_HOME), command);
    }
}
