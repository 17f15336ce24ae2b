package dev.lockstep.cli.demo;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.support.Deadline;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The demo's builds: three processes that need the same module, and a publish that comes while one of them builds. */
final class DemoTranspile implements AutoCloseable {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final String MODULE = "cards/person.gts";
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final int PROCESSES = 3;

    /** Reads its input, notes what it makes of it, takes a while, goes on when it may, and writes its input in capitals. */
    private static final String BUILD = "x=$(tr a-z A-Z); echo \"$x\" >> \"$0/builds\"; sleep 0.3;"
            + " until [ -e \"$0/go\" ]; do sleep 0.02; done; printf '%s' \"$x\"";

    private final DemoCommand.Stage stage;
    private final Path directory;
    private final Path source;
    private final List<Process> processes = new ArrayList<>();

    DemoTranspile(DemoCommand.Stage stage) {
        this.stage = stage;
        this.directory = stage.directory();
        this.source = directory.resolve("person.gts");
    }

    void play() throws InterruptedException {
        stage.title("transpile: one build for the whole fleet, and never a stale one");
        stage.type(ExitCode.OK, "transpile", "init", "--pg", stage.url());
        stage.type(ExitCode.OK, "transpile", "tombstone", REALM, MODULE, "--pg", stage.url());
        oneBuild();
        publishDuringABuild();
    }

    private void oneBuild() throws InterruptedException {
        write(source, "let version = 1;");
        write(directory.resolve("go"), "");
        stage.say("  Three processes need the same module at once, and each would build it:");
        stage.say("  $ lockstep transpile run " + REALM + " " + MODULE + " --source person.gts -- tr a-z A-Z");
        tell(fleet(), "LET VERSION = 1;");
        told("LET VERSION = 1;");
    }

    private void publishDuringABuild() throws InterruptedException {
        stage.say("  The module changes, and three processes need it. While one builds, it is published again:");
        publish("let version = 2;");
        delete(directory.resolve("go"));
        List<Process> fleet = fleet();
        awaitBuilds(2, fleet);
        publish("let version = 3;");
        write(directory.resolve("go"), "");
        tell(fleet, "LET VERSION = 3;");
        told("LET VERSION = 1;", "LET VERSION = 2;", "LET VERSION = 3;");
        stage.say("  The build of version 2 came too late: its artifact was refused, and nobody got it.");
    }

    private void publish(String text) {
        write(source, text);
        stage.type(ExitCode.OK, "transpile", "tombstone", REALM, "--all", "--broadcast", "--yes", "--pg", stage.url());
    }

    private List<Process> fleet() {
        List<Process> fleet = new ArrayList<>();
        for (int i = 0; i < PROCESSES; i++) {
            fleet.add(run("report-" + i));
        }
        return fleet;
    }

    private void tell(List<Process> fleet, String artifact) throws InterruptedException {
        for (int i = 0; i < fleet.size(); i++) {
            String output = output(fleet.get(i));
            stage.say("    process " + (i + 1) + ", " + role("report-" + i) + ": " + output);
            stage.expect("the artifact", artifact, output);
        }
    }

    private void told(String... builds) {
        stage.say("  built so far: " + String.join(" ", read(directory.resolve("builds"))));
        stage.expect("the builds", List.of(builds), read(directory.resolve("builds")));
    }

    private Process run(String report) {
        List<String> command = new ArrayList<>(List.of("transpile", "run", REALM, MODULE));
        command.addAll(List.of("--source", source.toString()));
        command.addAll(List.of("--report", directory.resolve(report).toString(), "--pg", stage.url()));
        command.addAll(List.of("--", "sh", "-c", BUILD, directory.toString()));
        Process process = stage.start(command);
        processes.add(process);
        return process;
    }

    private String output(Process process) throws InterruptedException {
        try {
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            stage.expect("the exit status of a process", 0, process.waitFor());
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Object role(String report) {
        return data(report).get("role");
    }

    private Map<?, ?> data(String report) {
        Object envelope = Json.parse(String.join("", read(directory.resolve(report))));
        if (envelope instanceof Map<?, ?> map && map.get("data") instanceof Map<?, ?> data) {
            return data;
        }
        throw new LockstepException("a process of the demo wrote no report", "its message is above");
    }

    private void awaitBuilds(int count, List<Process> fleet) throws InterruptedException {
        Deadline deadline = Deadline.after(PATIENCE);
        while (read(directory.resolve("builds")).size() < count) {
            if (deadline.passed() || fleet.stream().noneMatch(Process::isAlive)) {
                throw new LockstepException("a build of the demo did not begin", "its message is above");
            }
            fleet.get(0).waitFor(20, TimeUnit.MILLISECONDS);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void delete(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> read(Path file) {
        try {
            return Files.readAllLines(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        processes.forEach(Process::destroy);
    }
}
