package dev.lockstep.cli.process;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.ExitTrouble;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.SignalHandler;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A program that a command runs for its user, with the user's environment. Its standard error is ours; what it reads and
 * prints goes where the command says. When we are stopped, it is, with all that it has started.
 */
public final class ChildProcess {
    private static final Duration GRACE = Duration.ofSeconds(5);

    /** For what was passed on to take effect. Both together end before we are cut off ourselves: see {@link SignalHandler}. */
    private static final Duration FIRST_GRACE = Duration.ofSeconds(3);

    private static final List<String> RELAY = List.of("/bin/sh", "-c", "exec cat");

    private static final int BUFFER = 1 << 16;

    private final List<String> command;
    private final Map<String, String> environment;
    private final ProcessBuilder.Redirect errors;

    private ChildProcess(List<String> command, Map<String, String> environment, ProcessBuilder.Redirect errors) {
        this.command = command;
        this.environment = environment;
        this.errors = errors;
    }

    /** The same program, whose standard error goes to the end of a file and not to ours. */
    public ChildProcess withErrorsIn(Path file) {
        return new ChildProcess(command, environment, ProcessBuilder.Redirect.appendTo(file.toFile()));
    }

    /**
     * Starts the program.
     *
     * @throws LockstepException with exit code 126 or 127: there is no such program, or it may not be run
     */
    public static ChildProcess of(List<String> command, Environment environment) {
        List<String> whole = new ArrayList<>(command);
        whole.set(0, find(command.get(0), environment));
        return new ChildProcess(whole, environment.variables(), ProcessBuilder.Redirect.INHERIT);
    }

    private static String find(String program, Environment environment) {
        List<Path> candidates = new ArrayList<>();
        if (program.contains("/")) {
            candidates.add(Invocation.file(program).toAbsolutePath());
        } else {
            for (String folder : environment.get("PATH").orElse("/usr/bin:/bin").split(":", -1)) {
                candidates.add(Invocation.file(folder).resolve(program).toAbsolutePath());
            }
        }
        boolean there = false;
        for (Path candidate : candidates) {
            if (Files.isRegularFile(candidate) && Files.isExecutable(candidate)) {
                return candidate.toString();
            }
            there |= Files.exists(candidate);
        }
        if (there) {
            throw new ExitTrouble(ExitCode.CHILD_NOT_EXECUTABLE, "not-executable", "cannot run " + program, null, null);
        }
        throw new ExitTrouble(ExitCode.CHILD_NOT_FOUND, "not-found", "no such program: " + program, null, null);
    }

    /** Takes what a program prints. */
    @FunctionalInterface
    public interface Sink<T> {
        T take(InputStream printed) throws IOException;
    }

    /** How a program ended: its exit status, 128 plus the number of the signal that killed it; and what became of its output. */
    public record Ended<T>(int status, T output) {}

    /**
     * Runs the program to its end.
     *
     * @param input what it reads; closed at the end. Null: nothing
     * @throws IOException what it was to read could not be read, or what it printed not be kept; or whatever the sink throws
     * @throws LockstepException with exit code 124: the limit is over, and it was stopped; with 126: it cannot be run
     */
    public <T> Ended<T> run(Map<String, String> variables, InputStream input, Sink<T> sink, Optional<Duration> limit)
            throws IOException, InterruptedException {
        List<Process> pipeline = start(variables, input);
        Process process = pipeline.get(0);
        Process relay = pipeline.get(1);
        FutureTask<Void> feeder = new FutureTask<>(() -> feed(input, process.getOutputStream()));
        FutureTask<T> reader = new FutureTask<>(() -> keep(process, relay, sink));
        if (input != null) {
            daemon("child input", feeder);
        }
        daemon("child output", reader);
        try {
            await(process, reader, limit);
            T output = result(reader);
            if (relay.waitFor() != 0) {
                throw new IOException("what " + command.get(0) + " printed was not handed on to its end");
            }
            if (input != null) {
                result(feeder);
            }
            return new Ended<>(process.exitValue(), output);
        } finally {
            relay.destroy();
            ProcessTree.end(process, GRACE);
        }
    }

    /**
     * Runs the program to its end, on our own standard input and output. What stops us is passed on to it; SIGTERM follows
     * if it goes on all the same, and SIGKILL. If we are killed, a {@link ParentDeath} ends it.
     *
     * @param check called again and again meanwhile; if it throws, the program is stopped
     * @return its exit status
     */
    public int runOnOurTerminal(Map<String, String> variables, Duration interval, Runnable check)
            throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).inheritIO();
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().putAll(variables);
        try (ParentDeath lifeline = ParentDeath.open()) {
            Process process = builder.start();
            lifeline.hold(process);
            return supervised(process, interval, check);
        } catch (IOException e) {
            throw cannotRun(e);
        }
    }

    private static int supervised(Process process, Duration interval, Runnable check) throws InterruptedException {
        try {
            while (!process.waitFor(interval.toMillis(), TimeUnit.MILLISECONDS)) {
                check.run();
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            ProcessTree.pass(SignalHandler.signalStatus(), process, FIRST_GRACE);
            throw e;
        } finally {
            ProcessTree.end(process, GRACE);
        }
    }

    /**
     * The program, and what hands on to us what it prints: Java closes the pipe of a program that has ended, whoever else
     * still prints into it, and that one's end would be cut off without a word.
     */
    private List<Process> start(Map<String, String> variables, InputStream input) {
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(errors);
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().putAll(variables);
        if (input == null) {
            builder.redirectInput(new File("/dev/null"));
        }
        ProcessBuilder relay = new ProcessBuilder(RELAY).redirectError(ProcessBuilder.Redirect.INHERIT);
        try {
            return ProcessBuilder.startPipeline(List.of(builder, relay));
        } catch (IOException e) {
            throw cannotRun(e);
        }
    }

    private ExitTrouble cannotRun(IOException e) {
        return new ExitTrouble(
                ExitCode.CHILD_NOT_EXECUTABLE, "not-executable", "cannot run " + command.get(0), e.getMessage(), e);
    }

    private static <T> T result(FutureTask<T> task) throws IOException, InterruptedException {
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** It has ended when it is gone and so is whatever else may still print. */
    private void await(Process process, FutureTask<?> reader, Optional<Duration> limit) throws InterruptedException {
        if (limit.isEmpty()) {
            process.waitFor();
            return;
        }
        long deadline = System.nanoTime() + limit.get().toNanos();
        if (!process.waitFor(limit.get().toNanos(), TimeUnit.NANOSECONDS) || !isDone(reader, deadline)) {
            throw new ExitTrouble(
                    ExitCode.CHILD_TIMEOUT,
                    "child-timeout",
                    command.get(0) + " was still running after " + Durations.render(limit.get()) + " and was stopped",
                    null,
                    null);
        }
    }

    private static boolean isDone(FutureTask<?> task, long deadline) throws InterruptedException {
        try {
            task.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
            return true;
        } catch (ExecutionException e) {
            // Whoever asks for its result is told.
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** A program whose output nobody takes any more would wait for ever to be rid of it. */
    private static <T> T keep(Process process, Process relay, Sink<T> sink) throws IOException, InterruptedException {
        try {
            return sink.take(relay.getInputStream());
        } catch (IOException | RuntimeException e) {
            relay.destroy();
            ProcessTree.end(process, GRACE);
            throw e;
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** A program need not read all that it is given; but what cannot be given to it must not pass for all. */
    private static Void feed(InputStream input, OutputStream pipe) throws IOException {
        byte[] buffer = new byte[BUFFER];
        try (input) {
            for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
                try {
                    pipe.write(buffer, 0, n);
                } catch (IOException e) {
                    // The program has closed its end: it wants no more.
                    return null;
                }
            }
            return null;
        } finally {
            close(pipe);
        }
    }

    private static void close(OutputStream pipe) {
        try {
            pipe.close();
        } catch (IOException e) {
            // Nobody reads what was left in it, which is no concern of ours.
            return;
        }
    }
}
