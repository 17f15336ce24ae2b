package dev.lockstep.cli.process;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.option.TimeLimit;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A program that a command runs now and then, with what it is about in its environment.
 *
 * <p>No shell reads anything. The program gets our environment, but no variable that holds, or may hold, a password of a
 * database. Its output is a message, up to a limit; it may write more, which is dropped.
 */
public final class Hook {
    /** Words, and quoted parts of words, which may touch. A backslash stands for itself. */
    private static final Pattern WORD = Pattern.compile("(?:[^\\s\"']+|\"[^\"]*\"|'[^']*')+");

    private static final List<String> SECRETS =
            List.of("PGPASSWORD", "PGSSLPASSWORD", "MYSQL_PWD", "LOCKSTEP_PG", "LOCKSTEP_TO");

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final int OUTPUT_LIMIT = 64 * 1024;

    private final List<String> command;
    private final Map<String, String> environment;
    private final Output output;

    private Hook(List<String> command, Map<String, String> environment, Output output) {
        this.command = command;
        this.environment = environment;
        this.output = output;
    }

    /**
     * Reads what an option says.
     *
     * @throws LockstepException usage: there is no such program, or it may not be run
     */
    public static Hook of(String option, String text, Environment environment, Output output) {
        List<String> command = words(option, text);
        if (command.isEmpty()) {
            throw LockstepException.usage(option + " names no program", null);
        }
        command.set(0, find(option, command.get(0), environment));
        return new Hook(command, harmless(environment), output);
    }

    private static List<String> words(String option, String text) {
        List<String> words = new ArrayList<>();
        Matcher word = WORD.matcher(text);
        while (word.find()) {
            words.add(word.group().replaceAll("\"([^\"]*)\"|'([^']*)'", "$1$2"));
        }
        if (!word.replaceAll("").isBlank()) {
            throw LockstepException.usage("a quote in " + option + " is not closed: " + text, null);
        }
        return words;
    }

    private static String find(String option, String program, Environment environment) {
        if (program.contains("/")) {
            Path file = Invocation.file(program).toAbsolutePath();
            if (!Files.isRegularFile(file)) {
                throw LockstepException.usage(option + ": no such program: " + program, null);
            }
            if (!Files.isExecutable(file)) {
                throw LockstepException.usage(option + ": not executable: " + program, "chmod +x " + program);
            }
            return file.toString();
        }
        for (String folder : environment.get("PATH").orElse("/usr/bin:/bin").split(":", -1)) {
            Path file = Invocation.file(folder).resolve(program);
            if (Files.isRegularFile(file) && Files.isExecutable(file)) {
                return file.toAbsolutePath().toString();
            }
        }
        throw LockstepException.usage(option + ": no such program in PATH: " + program, "give its path");
    }

    private static Map<String, String> harmless(Environment environment) {
        Map<String, String> harmless = new HashMap<>(environment.variables());
        SECRETS.forEach(harmless::remove);
        return harmless;
    }

    /**
     * Runs the program and waits until it ends, or until the limit is over, when it is stopped.
     *
     * @return what went wrong, if anything
     * @throws InterruptedException the program was stopped with us
     */
    public Optional<String> run(Map<String, String> event, TimeLimit limit) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(ProcessTree.leading(command))
                .redirectErrorStream(true)
                .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")));
        builder.environment().clear();
        builder.environment().putAll(environment);
        builder.environment().putAll(event);
        try {
            return outcome(builder.start(), limit);
        } catch (IOException e) {
            return Optional.of("cannot run " + command.get(0) + ": " + e.getMessage());
        }
    }

    private Optional<String> outcome(Process process, TimeLimit limit) throws InterruptedException {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        Thread reader = new Thread(() -> read(process.getInputStream(), said), "hook-output");
        reader.setDaemon(true);
        reader.start();
        boolean ended;
        try {
            ended = process.waitFor(TimeUnit.NANOSECONDS.convert(limit.left()), TimeUnit.NANOSECONDS);
        } finally {
            ProcessTree.endGroup(process, GRACE);
        }
        // Somebody it left behind may keep the pipe open; that is not waited for.
        reader.join(GRACE.toMillis());
        show(said);
        if (!ended) {
            return Optional.of(command.get(0) + " was still running after " + limit + " and was stopped");
        }
        int status = process.exitValue();
        return status == 0 ? Optional.empty() : Optional.of(command.get(0) + " ended with " + status);
    }

    /** Reads to the end, so that the program is never held up, and keeps the beginning. */
    private static void read(InputStream in, ByteArrayOutputStream said) {
        byte[] buffer = new byte[8192];
        try (in) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                synchronized (said) {
                    said.write(buffer, 0, Math.min(n, OUTPUT_LIMIT - said.size()));
                }
            }
        } catch (IOException e) {
            // The program is gone, and with it what it had left to say.
            return;
        }
    }

    private void show(ByteArrayOutputStream said) {
        synchronized (said) {
            String text = said.toString(StandardCharsets.UTF_8).stripTrailing();
            if (!text.isEmpty()) {
                output.message(text);
            }
        }
    }
}
