package dev.lockstep.bench;

import dev.lockstep.testing.LockstepRun;
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

    /** Any command until it would connect: found, declared, and its help laid out. */
    private static final double BEFORE_CONNECTING = 5;

    private static final int ROUNDS_OF_A_LEAF = 3;

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
        for (String leaf : leaves()) {
            String[] help = (leaf + " --help").split(" ", -1);
            outcomes.add(new Race(leaf, "ms CPU", ROUNDS_OF_A_LEAF, BEFORE_CONNECTING)
                    .between(empty, lockstep(Map.of(), help)));
        }
        return outcomes;
    }

    /** Every command, as it is typed. */
    private static List<String> leaves() {
        List<String> leaves = new ArrayList<>();
        for (String noun : commands("help")) {
            List<String> verbs = commands("help", noun);
            if (verbs.isEmpty()) {
                leaves.add(noun);
            }
            verbs.forEach(verb -> leaves.add(noun + " " + verb));
        }
        return leaves;
    }

    /** The first words of the lines below "Commands:"; none in the help of a leaf. */
    private static List<String> commands(String... words) {
        List<String> commands = new ArrayList<>();
        boolean listed = false;
        for (String line : LockstepRun.of(Map.of(), words).stdout().split("\n", -1)) {
            if (listed && line.startsWith("  ") && Character.isLetter(line.charAt(2))) {
                commands.add(line.strip().split(" ", 2)[0]);
            }
            listed |= line.startsWith("Commands:");
        }
        return commands;
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
