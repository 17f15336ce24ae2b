package dev.lockstep.cli;

import dev.lockstep.db.Trouble;
import dev.lockstep.profile.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The demo's builds: three processes that need the same module, and a publish that comes while one of them builds. */
final class DemoTranspile implements AutoCloseable {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final String MODULE = "cards/person.gts";
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** Notes that it was run, takes its time, and writes its input in capitals. */
    private static final String SLOW = "echo built >> \"$0/builds\"; sleep 1; tr a-z A-Z";

    /** Reads its input, says so, and goes on when it is told. */
    private static final String HELD =
            "x=$(tr a-z A-Z); : > \"$0/started\"; while [ ! -e \"$0/go\" ]; do sleep 0.1; done; printf '%s' \"$x\"";

    private final DemoCommand.Stage stage;
    private final Path directory;
    private final Path source;
    private final List<Process> processes = new ArrayList<>();

    DemoTranspile(DemoCommand.Stage stage) {
        this.stage = stage;
        try {
            Path state = Files.createDirectories(stage.databases().environment().stateDirectory());
            this.directory = Files.createTempDirectory(state, "demo-");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.source = directory.resolve("person.gts");
    }

    void play() throws InterruptedException {
        stage.title("transpile: one build for the whole fleet, and never a stale one");
        stage.type(ExitCode.OK, "transpile", "init", "--pg", "embedded");
        stage.type(ExitCode.OK, "transpile", "tombstone", REALM, "--all", "--yes", "-q", "--pg", "embedded");
        oneBuild();
        publishDuringABuild();
    }

    private void oneBuild() throws InterruptedException {
        write(source, "let version = 1;");
        stage.say("  Three processes need the same module at once; the build command takes a second:");
        List<Process> fleet = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            fleet.add(run("report-" + i, SLOW));
        }
        for (int i = 0; i < fleet.size(); i++) {
            String artifact = output(fleet.get(i));
            stage.say("  process " + (i + 1) + " (" + role("report-" + i) + ") got: " + artifact);
            stage.expect("the artifact", "LET VERSION = 1;", artifact);
        }
        stage.say("  builds: " + read(directory.resolve("builds")).size());
        stage.expect("builds", 1, read(directory.resolve("builds")).size());
    }

    private void publishDuringABuild() throws InterruptedException {
        stage.say("  Now a build that has read the old source is still running when the new one is published:");
        write(source, "let version = 2;");
        stage.type(ExitCode.OK, "transpile", "tombstone", REALM, MODULE, "--pg", "embedded");
        Process slow = run("report-old", HELD);
        await(directory.resolve("started"), slow);
        write(source, "let version = 3;");
        stage.type(ExitCode.OK, "transpile", "tombstone", REALM, MODULE, "--pg", "embedded");
        write(directory.resolve("go"), "");
        stage.say("  whoever asked before gets: " + output(slow));
        stage.say("  the late artifact was " + data("report-old").get("stored") + ", so nobody else does:");
        stage.expect(
                "what became of the late artifact", "stale", data("report-old").get("stored"));
        String fresh = stage.type(
                ExitCode.OK,
                "transpile",
                "run",
                REALM,
                MODULE,
                "--source",
                source.toString(),
                "--pg",
                "embedded",
                "--",
                "tr",
                "a-z",
                "A-Z");
        stage.expect("the artifact after the publish", "LET VERSION = 3;", fresh);
    }

    private Process run(String report, String build) {
        List<String> command = new ArrayList<>(DemoCommand.Stage.self());
        command.addAll(List.of("transpile", "run", REALM, MODULE, "--source", source.toString()));
        command.addAll(List.of("--report", directory.resolve(report).toString(), "--pg", "embedded"));
        command.addAll(List.of("--", "sh", "-c", build, directory.toString()));
        try {
            Process process = new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            processes.add(process);
            return process;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        throw new Trouble("a process of the demo wrote no report", "its message is above");
    }

    private static void await(Path file, Process process) throws InterruptedException {
        Deadline deadline = Deadline.in(java.util.Optional.of(PATIENCE));
        while (!Files.exists(file)) {
            if (!process.isAlive() || deadline.left().isZero()) {
                throw new Trouble("a build of the demo did not begin", "its message is above");
            }
            process.waitFor(20, java.util.concurrent.TimeUnit.MILLISECONDS);
        }
    }

    private static void write(Path file, String text) {
        try {
            Files.writeString(file, text);
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
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
