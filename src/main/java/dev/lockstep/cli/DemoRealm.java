package dev.lockstep.cli;

import dev.lockstep.db.Db;
import dev.lockstep.db.Trouble;
import dev.lockstep.profile.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The demo's fleet: three replicas, each a process of its own that listens on the embedded PostgreSQL. */
final class DemoRealm implements AutoCloseable {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final List<String> REPLICAS = List.of("replica A", "replica B", "replica C");

    private final DemoCommand.Stage stage;
    private final List<Process> replicas = new ArrayList<>();
    private String serverVersion = "";

    DemoRealm(DemoCommand.Stage stage) {
        this.stage = stage;
    }

    String serverVersion() {
        return serverVersion;
    }

    void play() throws InterruptedException {
        stage.title("realm: every replica drops what it cached");
        stage.say("  Starting the embedded PostgreSQL.");
        try (Db db = stage.postgres()) {
            serverVersion = db.read(tx -> tx.only("show server_version").text(0));
            stage.say("  PostgreSQL " + serverVersion + " is up. Three replicas, three processes, run");
            stage.say("  $ lockstep realm listen --pg embedded --count 2 -o jsonl");
            List<BufferedReader> readers = new ArrayList<>();
            for (int i = 0; i < REPLICAS.size(); i++) {
                readers.add(listen());
            }
            for (int i = 0; i < REPLICAS.size(); i++) {
                stage.expect(
                        "what " + REPLICAS.get(i) + " says first",
                        "ready",
                        next(readers.get(i)).get("type"));
            }
            stage.type(ExitCode.OK, "realm", "broadcast", REALM, "--pg", "embedded");
            hear(readers, REALM + ":*");
            stage.type(ExitCode.OK, "realm", "broadcast", REALM, "--path", "cards/person.gts", "--pg", "embedded");
            hear(readers, REALM + ":cards/person.gts");
            for (Process replica : replicas) {
                stage.expect("the exit status of a replica", 0, replica.waitFor());
            }
        }
    }

    private void hear(List<BufferedReader> readers, String payload) {
        for (int i = 0; i < readers.size(); i++) {
            Map<?, ?> event = next(readers.get(i));
            stage.say("  " + REPLICAS.get(i) + " heard " + event.get("payload"));
            stage.expect("what " + REPLICAS.get(i) + " heard", payload, event.get("payload"));
        }
    }

    /** A record of a replica's stream. */
    private static Map<?, ?> next(BufferedReader reader) {
        try {
            String line = reader.readLine();
            if (line != null && Json.parse(line) instanceof Map<?, ?> event) {
                return event;
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        throw new Trouble("a replica of the demo ended before it heard anything", "its message is above");
    }

    private BufferedReader listen() {
        List<String> command = new ArrayList<>(DemoCommand.Stage.self());
        command.addAll(List.of("realm", "listen", "--pg", "embedded", "--count", "2", "-o", "jsonl"));
        try {
            Process replica = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            replicas.add(replica);
            return replica.inputReader(StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        for (Process replica : replicas) {
            replica.destroy();
        }
    }
}
