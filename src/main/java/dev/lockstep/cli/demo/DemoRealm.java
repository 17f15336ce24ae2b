package dev.lockstep.cli.demo;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.db.Db;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.LogPosition;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The demo's fleet: three replicas, each a process of its own that listens on PostgreSQL; one is cut off. */
final class DemoRealm implements AutoCloseable {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final List<String> REPLICAS = List.of("replica A", "replica B", "replica C");
    private static final String CUT_OFF = "replica C";
    private static final int EVENTS = 3;
    private static final Duration NOTED_WITHIN = Duration.ofSeconds(30);

    /** An earlier demo that was stopped may have left them somewhere in the middle. */
    private static final String FORGET_REPLICA = "delete from lockstep_listener where name = ?";

    private record Replica(Process process, BufferedReader printed) {}

    private final DemoCommand.Stage stage;
    private final Map<String, Replica> replicas = new LinkedHashMap<>();
    private final Path directory;
    private String serverVersion = "";

    DemoRealm(DemoCommand.Stage stage) {
        this.stage = stage;
        this.directory = stage.directory();
    }

    String serverVersion() {
        return serverVersion;
    }

    void play() throws InterruptedException {
        stage.title("realm: publish, and every replica drops what it cached; also the one that was cut off");
        if (stage.isEmbedded()) {
            stage.say("  Starting the embedded PostgreSQL.");
        }
        try (Db db = stage.postgres()) {
            InvalidationLog.prepare(db);
            for (String replica : REPLICAS) {
                db.run(tx -> tx.update(FORGET_REPLICA, replica));
            }
            serverVersion = db.read(tx -> tx.only("show server_version").text(0));
        }
        stage.say("  PostgreSQL " + serverVersion + " is up. Three replicas, three processes, run");
        stage.say("  $ lockstep realm listen --durable NAME --pg " + stage.url() + " -o jsonl");
        for (String replica : REPLICAS) {
            listen(replica, replica.equals(CUT_OFF) ? EVENTS + 1 : EVENTS);
        }
        REPLICAS.forEach(this::awaitReady);
        publish("first edition");
        hear(REPLICAS, REALM + ":*");

        cutOff();
        String path = "cards/person.gts";
        stage.type(ExitCode.OK, "realm", "broadcast", REALM, "--path", path, "--wait", "--pg", stage.url());
        List<String> others =
                REPLICAS.stream().filter(name -> !name.equals(CUT_OFF)).toList();
        hear(others, REALM + ":" + path);
        stage.type(ExitCode.OK, "realm", "listeners", "--pg", stage.url());
        publish("second edition");
        hear(others, REALM + ":*");

        stage.say("  " + CUT_OFF + " comes back under its name:");
        listen(CUT_OFF, EVENTS - 1);
        awaitReady(CUT_OFF);
        hear(List.of(CUT_OFF), REALM + ":" + path);
        hear(List.of(CUT_OFF), REALM + ":*");
        for (Replica replica : replicas.values()) {
            stage.expect("the exit status of a replica", 0, replica.process().waitFor());
        }
        stage.say("  It has heard exactly what it had missed, in order, and nothing else.");
    }

    private void publish(String edition) {
        Path source = directory.resolve("source");
        Path target = directory.resolve("site");
        try {
            Files.createDirectories(source);
            Files.writeString(source.resolve("index.json"), edition);
            stage.type(
                    ExitCode.OK,
                    "realm",
                    "publish",
                    source.toString(),
                    target.toString(),
                    "--realm",
                    REALM,
                    "--yes",
                    "--pg",
                    stage.url());
            stage.expect("what readers of the site see", edition, Files.readString(target.resolve("index.json")));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Once it has noted what it heard: one that is killed before that hears it again. */
    private void cutOff() throws InterruptedException {
        try (Db db = stage.postgres()) {
            LogPosition head = db.read(InvalidationLog::head).orElseThrow();
            stage.expect("who is behind", List.of(), NamedListeners.await(db, head, NOTED_WITHIN));
        }
        stage.say("  " + CUT_OFF + " is cut off: kill -9.");
        Process process = replicas.remove(CUT_OFF).process();
        process.destroyForcibly().waitFor();
    }

    private void hear(List<String> names, String payload) {
        for (String name : names) {
            Map<?, ?> event = next(replicas.get(name).printed());
            stage.say("  " + name + " heard " + event.get("payload") + ", number " + event.get("seq"));
            stage.expect("what " + name + " heard", payload, event.get("payload"));
        }
    }

    private void awaitReady(String name) {
        stage.expect(
                "what " + name + " says first",
                "ready",
                next(replicas.get(name).printed()).get("type"));
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
        throw new LockstepException("a replica of the demo ended before it heard anything", "its message is above");
    }

    private void listen(String name, int count) {
        List<String> command = new ArrayList<>(List.of("realm", "listen", "--durable", name));
        command.addAll(List.of("--count", Integer.toString(count), "--pg", stage.url(), "-o", "jsonl"));
        Process process = stage.start(command);
        replicas.put(name, new Replica(process, process.inputReader(StandardCharsets.UTF_8)));
    }

    @Override
    public void close() {
        for (Replica replica : replicas.values()) {
            replica.process().destroy();
        }
    }
}
