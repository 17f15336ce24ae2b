package dev.lockstep.cli.demo;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.db.Db;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.LockstepException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import picocli.CommandLine.Model.CommandSpec;

/**
 * {@code lockstep demo}: every mechanism on real databases, embedded ones unless told otherwise, told step by step.
 *
 * <p>What it shows are the commands themselves, as one would type them, and what they really print; a step whose outcome
 * is not what the story says ends the demo as failed.
 */
public final class DemoCommand implements Command {
    static final Opt<String> PG = Opt.text(
            "URL",
            "Play on this PostgreSQL, in a database that is made for it and dropped at the end; the account must"
                    + " be allowed to make one. Unset: embedded, whatever else is configured.",
            "--pg");

    private static final Opt<Boolean> KEEP =
            Opt.flag("Stay up at the end and print how to use the databases from another terminal.", "--keep");

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Run every mechanism on real databases and tell what happens.");
        PG.addTo(spec);
        KEEP.addTo(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        try (DemoServer server = DemoServer.of(call);
                Stage stage = new Stage(call, server);
                DemoRealm realm = new DemoRealm(stage);
                DemoTranspile transpile = new DemoTranspile(stage)) {
            if (server.isGiven()) {
                stage.say("On " + server.title() + ", in a new database " + server.database()
                        + ", which is dropped at the end.");
            }
            DemoSearch search = new DemoSearch(stage);
            realm.play();
            transpile.play();
            new DemoAudit(stage).play();
            search.play();
            new DemoMirror(stage, search.file()).play();
            stage.say("");
            stage.say("All of it was real: PostgreSQL " + realm.serverVersion() + " and SQLite"
                    + (server.isGiven() ? "." : ", on this machine."));
            if (call.has(KEEP)) {
                stage.say(
                        "PostgreSQL stays up for  lockstep ... --pg " + server.url() + "  and the search database is");
                stage.say("  " + search.file());
                stage.say("until you press Ctrl-C.");
                Thread.currentThread().join();
            }
            return Result.changed(Map.of("steps", stage.commands), List.of());
        }
    }

    /** Where the demo plays: tells, runs commands as a shell would, and shows what they print. */
    static final class Stage implements AutoCloseable {
        private final Invocation call;
        private final DemoServer server;
        private final List<Object> commands = new ArrayList<>();
        private final List<Path> directories = new ArrayList<>();

        Stage(Invocation call, DemoServer server) {
            this.call = call;
            this.server = server;
        }

        Databases databases() {
            return call.databases();
        }

        /** A new directory, which is deleted at the end. */
        Path directory() {
            try {
                Path state = Files.createDirectories(databases().environment().stateDirectory());
                Path directory = Files.createTempDirectory(state, "demo-");
                directories.add(directory);
                return directory;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            for (Path directory : directories) {
                try (Stream<Path> files = Files.walk(directory)) {
                    for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                        Files.delete(file);
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
        }

        /** The server that everything here plays on. */
        Db postgres() {
            return server.open();
        }

        /** What a command is given after {@code --pg} or {@code --to}. */
        String url() {
            return server.url();
        }

        /** Whether the server is lockstep's own. */
        boolean isEmbedded() {
            return !server.isGiven();
        }

        void title(String text) {
            say("");
            say("== " + text);
        }

        void say(String text) {
            call.output().event("say", Map.of("text", text), text);
        }

        /** Runs a command as if typed, shows it and its output, and fails if its status is not the expected one. */
        String type(ExitCode expected, String... args) {
            ByteArrayOutputStream printed = new ByteArrayOutputStream();
            PrintStream stream = new PrintStream(printed, false, StandardCharsets.UTF_8);
            ByteArrayInputStream none = new ByteArrayInputStream(new byte[0]);
            int status = call.program().run(call.databases(), none, stream, stream, null, args);
            String output = printed.toString(StandardCharsets.UTF_8).stripTrailing();
            show(List.of(args), status, output);
            if (status != expected.status()) {
                throw new LockstepException("the demo's command ended with " + status, "its output above says why");
            }
            return output;
        }

        private void show(List<String> args, int status, String output) {
            Map<String, Object> step = new LinkedHashMap<>();
            step.put("command", args);
            step.put("exitCode", status);
            step.put("output", output);
            commands.add(step);
            StringBuilder text = new StringBuilder("  $ lockstep");
            for (String arg : args) {
                text.append(' ').append(arg.indexOf(' ') < 0 ? arg : "'" + arg + "'");
            }
            if (!output.isEmpty()) {
                text.append("\n    ").append(output.replace("\n", "\n    "));
            }
            call.output().event("command", step, text.toString());
        }

        /**
         * Starts lockstep in a process of its own, which finds the variables that this command was given. Its standard error
         * is ours.
         */
        Process start(List<String> args) {
            List<String> command = new ArrayList<>(self());
            command.addAll(args);
            ProcessBuilder builder = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT);
            builder.environment().clear();
            builder.environment().putAll(databases().environment().variables());
            try {
                return builder.start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        /** What starts lockstep: its launcher, or this very Java on this very class path. */
        private List<String> self() {
            String home = System.getProperty("lockstep.home");
            if (home != null && Files.isExecutable(Path.of(home, "bin", "lockstep"))) {
                return List.of(Path.of(home, "bin", "lockstep").toString());
            }
            return List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-cp",
                    System.getProperty("java.class.path"),
                    call.program().mainClass());
        }

        /** The story holds, or the demo fails. */
        void expect(String what, Object wanted, Object found) {
            if (!wanted.equals(found)) {
                throw new LockstepException("the demo expected " + what + ": " + wanted + ", and found " + found, null);
            }
        }
    }
}
