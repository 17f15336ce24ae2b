package dev.lockstep.cli.shell;

import dev.lockstep.cli.kit.Confirmation;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Printer;
import dev.lockstep.cli.kit.Program;
import dev.lockstep.cli.kit.SignalHandler;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.Environment;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the lines of a shell: commands, as the command line takes them, and the shell's own, which begin with a backslash.
 * What a line changes (a connection, a variable, where output goes) holds for the lines after it.
 */
final class Shell {
    private static final String HELP = """
            COMMAND …          as on the command line; help shows them
            \\c pg|db|to|profile [VALUE]  set a default; without a value: unset it
            \\conninfo          show the defaults and what is connected
            \\o [FILE]          send results to a file; without one: back here
            \\set [NAME VALUE]  ON_ERROR_STOP on|off, OUTPUT text|json|jsonl
            \\timing [on|off]   say how long each command takes
            \\watch [D]         run the last command every D (2s) until Ctrl-C
            \\? \\q              this help; leave (or Ctrl-D)
            """;

    private static final List<String> CONNECTIONS = List.of("pg", "db", "to", "profile");

    private final Program program;
    private final Databases databases;
    private final InputStream in;
    private final PrintStream err;
    private final PrintStream standard;
    private final Map<String, String> variables = new LinkedHashMap<>(Map.of("ON_ERROR_STOP", "on", "OUTPUT", "text"));
    private PrintStream out;
    private boolean timing;
    private boolean ended;
    private String last = "";
    private volatile SignalHandler running;

    Shell(Invocation call) {
        program = call.program();
        databases = call.databases();
        in = call.in();
        standard = call.output().out();
        out = standard;
        err = call.output().err();
        for (Opt<String> option : List.of(Options.PG, Options.DB, Options.PROFILE)) {
            call.get(option).ifPresent(value -> remember(option.name().substring(2), value));
        }
    }

    /** Whether {@code \q} was said. */
    boolean ended() {
        return ended;
    }

    /** Whether a script goes on after a command that ended so. */
    boolean goesOn(int status) {
        return !ended && (status == 0 || variables.get("ON_ERROR_STOP").equals("off"));
    }

    /** What {@code \c} has set, or the environment says. */
    Optional<String> connection(String name) {
        return databases.environment().get(variable(name));
    }

    Databases databases() {
        return databases;
    }

    /** Knows the passwords that have been named here. */
    Redactor redactor() {
        return databases.environment().redactor();
    }

    /** Stops the command that runs now, and nothing else; false if there is none. Called from any thread. */
    boolean stopCommand(Thread worker) {
        SignalHandler now = running;
        if (now != null) {
            now.stopCommand(worker, databases::cancel);
        }
        return now != null;
    }

    /** Runs one line and returns the exit status of its command. */
    int run(String line) throws InterruptedException {
        String text = line.strip();
        long start = System.nanoTime();
        int status;
        try {
            status = text.startsWith("\\") ? own(text.substring(1)) : command(text);
        } catch (LockstepException e) {
            status = new Output(out, err, redactor()).fail(e);
        }
        if (timing && !text.isEmpty()) {
            err.println("time: " + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
        }
        return status;
    }

    private int command(String line) {
        List<String> words = new ArrayList<>(ShellWords.of(line));
        if (!words.isEmpty() && words.get(0).equals("lockstep")) {
            words.remove(0);
        }
        if (words.isEmpty()) {
            return 0;
        }
        if (words.get(0).equals("shell")) {
            throw LockstepException.usage("this is a shell already", "\\? shows what it can do");
        }
        last = line;
        if (!variables.get("OUTPUT").equals("text") && !words.contains("-o") && !words.contains("--json")) {
            words.addAll(0, List.of("-o", variables.get("OUTPUT")));
        }
        SignalHandler handler = SignalHandler.ofCommand();
        running = handler;
        try {
            return program.run(databases, in, out, err, handler, words.toArray(String[]::new));
        } finally {
            handler.ended();
            running = null;
            // A signal that came when the command was done concerns nothing that comes after it.
            Thread.interrupted();
        }
    }

    private int own(String line) throws InterruptedException {
        List<String> words = ShellWords.of(line);
        String verb = words.isEmpty() ? "" : words.get(0);
        Optional<String> first = words.size() > 1 ? Optional.of(words.get(1)) : Optional.empty();
        Optional<String> second = words.size() > 2 ? Optional.of(words.get(2)) : Optional.empty();
        switch (verb) {
            case "?" -> standard.print(HELP);
            case "q" -> ended = true;
            case "c", "connect" -> connect(first, second);
            case "conninfo" -> conninfo();
            case "timing" -> timing = onOff(first.orElse(timing ? "off" : "on"));
            case "o" -> redirect(first);
            case "set" -> set(first, second);
            case "watch" -> {
                return watch(first);
            }
            default -> throw LockstepException.usage("unknown command \\" + verb, "\\? shows what there is");
        }
        standard.flush();
        return 0;
    }

    private void connect(Optional<String> name, Optional<String> value) {
        if (name.isEmpty() || !CONNECTIONS.contains(name.get())) {
            throw LockstepException.usage("\\c takes pg, db, to or profile, and a value", null);
        }
        value.ifPresent(given -> check(name.get(), given));
        remember(name.get(), value.orElse(""));
    }

    /** What is wrong with a default is said when it is set; whether anybody answers there, when it is used. */
    private void check(String name, String value) {
        Environment environment = databases.environment();
        switch (name) {
            case "pg" -> PgTarget.resolve(value, Options.sources(environment));
            case "db" -> {
                if (!Files.isRegularFile(Invocation.file(value))) {
                    throw LockstepException.usage("no such file: " + value, "lockstep opens databases that exist");
                }
            }
            case "to" ->
                Targets.resolve(
                        value,
                        Options.sources(environment)
                                .called("\\c to", Options.PASSWORD_FILE.name())
                                .withVariable("LOCKSTEP_TO"));
            default -> Profile.load(value);
        }
    }

    private void remember(String name, String value) {
        Map<String, String> changed = new HashMap<>(databases.environment().variables());
        changed.put(variable(name), value);
        databases.use(databases.environment().with(changed));
    }

    private static String variable(String name) {
        return switch (name) {
            case "pg" -> "LOCKSTEP_PG";
            case "db" -> "LOCKSTEP_DB";
            case "to" -> "LOCKSTEP_TO";
            default -> "LOCKSTEP_PROFILE";
        };
    }

    private void conninfo() {
        for (String name : CONNECTIONS) {
            String value = connection(name).orElseGet(() -> name.equals("pg") ? unnamed() : "none");
            standard.println(redactor().redact(name + ": " + value));
        }
        standard.println("PostgreSQL connections open: " + databases.keptConnections());
    }

    /** The PostgreSQL that is used while none is set. */
    private String unnamed() {
        if (PgTarget.resolve(null, Options.sources(databases.environment())).isNamed()) {
            return "as the PG* variables say";
        }
        return Confirmation.isAttended() ? "embedded" : "none";
    }

    private static boolean onOff(String word) {
        return switch (word) {
            case "on" -> true;
            case "off" -> false;
            default -> throw LockstepException.usage("'" + word + "' is neither on nor off", null);
        };
    }

    private void redirect(Optional<String> file) {
        if (out != standard) {
            out.close();
        }
        out = standard;
        if (file.isPresent()) {
            try {
                out = Printer.to(file.get());
            } catch (IOException e) {
                throw LockstepException.usage("cannot write " + file.get() + ": " + FileError.reason(e), null);
            }
        }
    }

    private void set(Optional<String> name, Optional<String> value) {
        if (name.isEmpty()) {
            variables.forEach((known, now) -> standard.println(known + " = " + now));
            return;
        }
        switch (name.get()) {
            case "ON_ERROR_STOP" -> onOff(value.orElse("on"));
            case "OUTPUT" -> Options.Format.of(value.orElse("text"));
            default -> throw LockstepException.usage("no variable " + name.get(), "there are ON_ERROR_STOP and OUTPUT");
        }
        variables.put(name.get(), value.orElse(name.get().equals("OUTPUT") ? "text" : "on"));
    }

    /** Ends when the command fails, or is stopped. */
    private int watch(Optional<String> every) throws InterruptedException {
        Duration pause;
        try {
            pause = new Durations().convert(every.orElse("2s"));
        } catch (picocli.CommandLine.TypeConversionException e) {
            throw LockstepException.usage(e.getMessage(), null);
        }
        if (last.isEmpty()) {
            throw LockstepException.usage("there is no command to repeat", null);
        }
        SignalHandler handler = SignalHandler.ofCommand();
        int status = 0;
        while (status == 0) {
            status = command(last);
            running = handler;
            try {
                Thread.sleep(status == 0 ? pause.toMillis() : 0);
            } catch (InterruptedException e) {
                if (handler.status() == 0) {
                    throw e;
                }
                return 0;
            } finally {
                running = null;
            }
        }
        return status;
    }
}
