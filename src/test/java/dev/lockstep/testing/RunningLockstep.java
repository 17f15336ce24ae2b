package dev.lockstep.testing;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;

/** A lockstep command that is under way in this process, and whose output can be read meanwhile. Closing it interrupts it. */
public final class RunningLockstep implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Thread thread;
    private volatile Integer exit;

    private RunningLockstep(Map<String, String> environment, String input, String... arguments) {
        Lockstep lockstep = new Lockstep(
                new Databases(new Environment(environment)),
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, false, StandardCharsets.UTF_8),
                new PrintStream(err, false, StandardCharsets.UTF_8));
        thread = new Thread(() -> exit = lockstep.run(arguments), "lockstep " + String.join(" ", arguments));
        thread.setDaemon(true);
        thread.start();
    }

    public static RunningLockstep start(Map<String, String> environment, String... arguments) {
        return new RunningLockstep(environment, "", arguments);
    }

    /**
     * Starts a command that reads.
     *
     * @param input all of its standard input
     */
    public static RunningLockstep startReading(String input, Map<String, String> environment, String... arguments) {
        return new RunningLockstep(environment, input, arguments);
    }

    /** Waits until its standard output holds the text. */
    public void awaitStdout(String text) {
        Await.until("\"" + text + "\" in: " + stdout(), PATIENCE, () -> stdout().contains(text) || exit != null);
        if (!stdout().contains(text)) {
            throw new AssertionError("ended with %d without \"%s\": %s%s".formatted(exit, text, stdout(), stderr()));
        }
    }

    /** Waits until its standard error holds the text. */
    public void awaitStderr(String text) {
        Await.until("\"" + text + "\"", PATIENCE, () -> stderr().contains(text));
    }

    /** Waits until it has ended. */
    public LockstepRun ended() {
        Await.until("the end of " + thread.getName(), PATIENCE, () -> exit != null);
        return new LockstepRun(exit, stdout(), stderr());
    }

    public String stdout() {
        return out.toString(StandardCharsets.UTF_8);
    }

    public String stderr() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        thread.interrupt();
        ended();
    }
}
