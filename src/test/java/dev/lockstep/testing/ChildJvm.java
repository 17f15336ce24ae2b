package dev.lockstep.testing;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Another JVM with this one's class path, for what only a process can do: die, stop, or be one of several.
 *
 * <p>It inherits no environment but {@code PATH} and the mark of the test run, reads nothing from standard input, and leaves nothing in the temporary
 * folder even when it is killed. Closing it kills it.
 */
public final class ChildJvm implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final Process process;
    private final Drain stdout;
    private final Drain stderr;

    private ChildJvm(Process process) {
        this.process = process;
        this.stdout = new Drain(process.getInputStream());
        this.stderr = new Drain(process.getErrorStream());
    }

    /**
     * Starts the main class.
     *
     * @param environment all that the child sees besides {@code PATH} and a UTF-8 locale
     */
    public static ChildJvm start(Class<?> main, Map<String, String> environment, String... arguments) {
        List<String> command = command();
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return start(command, environment);
    }

    /** Starts the main class as one for whom the permissions of files count, as they do not for root. */
    public static ChildJvm startUnprivileged(Class<?> main, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>();
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(List.of("unshare", "-U"));
        }
        command.addAll(command());
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return start(command, environment);
    }

    /** Starts a source file, as {@code java FILE} does. */
    public static ChildJvm startSource(Path file, Map<String, String> environment, String... arguments) {
        List<String> command = command();
        command.add(file.toString());
        command.addAll(List.of(arguments));
        return start(command, environment);
    }

    /** The words before the name of a class: java, its options and the class path. */
    public static List<String> command() {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                // Its file in the temporary folder would outlive a kill.
                "-XX:-UsePerfData",
                "--enable-native-access=ALL-UNNAMED"));
        for (String name : List.of("lockstep.native", "org.sqlite.tmpdir", "java.io.tmpdir")) {
            if (System.getProperty(name) != null) {
                command.add("-D" + name + "=" + System.getProperty(name));
            }
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        return command;
    }

    private static ChildJvm start(List<String> command, Map<String, String> environment) {
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("PATH", System.getenv("PATH"));
        variables.put("LC_ALL", "C.UTF-8");
        variables.putAll(environment);
        return exec(Path.of(""), variables, command.toArray(String[]::new));
    }

    /**
     * Starts a program that becomes, or is, a JVM.
     *
     * @param environment all that the program sees, but for the mark of the test run
     */
    public static ChildJvm exec(Path directory, Map<String, String> environment, String... command) {
        List<String> words = new ArrayList<>(Signals.heeding());
        words.addAll(List.of(command));
        ProcessBuilder builder = new ProcessBuilder(words)
                .directory(directory.toAbsolutePath().toFile())
                .redirectInput(new File("/dev/null"));
        builder.environment().clear();
        Leftovers.mark(builder.environment());
        builder.environment().putAll(environment);
        try {
            return new ChildJvm(builder.start());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public long pid() {
        return process.pid();
    }

    public boolean isAlive() {
        return process.isAlive();
    }

    /** The exit code, of a child that ends by itself within 30 s. */
    public int exitCode() {
        return exitCode(PATIENCE);
    }

    /**
     * The exit code; 128 and the signal's number if a signal ended it.
     *
     * @throws AssertionError with all that it printed, if it does not end in time
     */
    public int exitCode(Duration limit) {
        try {
            if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("still running after " + limit.toMillis() + " ms: " + this);
            }
            stdout.finish();
            stderr.finish();
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + this, e);
        }
    }

    /** What it has printed so far; all of it once {@link #exitCode()} has returned. */
    public String stdout() {
        return stdout.text();
    }

    public String stderr() {
        return stderr.text();
    }

    /** Waits until its standard output holds the text. */
    public void awaitStdout(String text) {
        awaitText(stdout, text);
    }

    /** Waits until its standard error holds the text. */
    public void awaitStderr(String text) {
        awaitText(stderr, text);
    }

    private void awaitText(Drain drain, String text) {
        try {
            Await.until("\"" + text + "\"", PATIENCE, () -> drain.text().contains(text) || !process.isAlive());
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + " from " + this, e);
        }
        if (!process.isAlive()) {
            exitCode();
        }
        if (!drain.text().contains(text)) {
            throw new AssertionError("ended without \"" + text + "\": " + this);
        }
    }

    /** SIGKILL; returns when it is gone. */
    public void kill() {
        process.destroyForcibly();
        exitCode();
    }

    /** SIGSTOP: it does nothing, and holds what it has, until {@link #resume()}. */
    public void stop() {
        signal("STOP");
        awaitStopped();
    }

    /** Waits until a SIGSTOP, of a fault for instance, has taken effect. */
    public void awaitStopped() {
        Await.until("a stop of " + pid(), PATIENCE, () -> Signals.isStopped(pid()));
    }

    /** SIGCONT. */
    public void resume() {
        signal("CONT");
    }

    /**
     * Sends a signal.
     *
     * @param name without SIG: {@code INT}, {@code TERM}, {@code HUP} …
     */
    public void signal(String name) {
        Signals.send(name, pid());
    }

    @Override
    public void close() {
        kill();
    }

    @Override
    public String toString() {
        return "process %d%s%nstdout: %s%nstderr: %s"
                .formatted(pid(), isAlive() ? "" : " (ended " + process.exitValue() + ")", stdout(), stderr());
    }

    /** Reads one of the child's streams as it comes, so that the child never waits for a reader. */
    private static final class Drain {
        private final StringWriter text = new StringWriter();
        private final Thread reader;

        Drain(InputStream stream) {
            reader = new Thread(() -> read(stream), "drain");
            reader.setDaemon(true);
            reader.start();
        }

        private void read(InputStream stream) {
            try (InputStreamReader decoder = new InputStreamReader(stream, StandardCharsets.UTF_8)) {
                decoder.transferTo(text);
            } catch (IOException e) {
                text.append("<" + e + ">");
            }
        }

        String text() {
            return text.toString();
        }

        /** A grandchild may still hold the stream: that is not waited for long. */
        void finish() throws InterruptedException {
            reader.join(PATIENCE.toMillis());
        }
    }
}
