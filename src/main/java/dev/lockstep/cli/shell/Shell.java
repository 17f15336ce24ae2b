package dev.lockstep.cli.shell;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Printer;
import dev.lockstep.cli.kit.Program;
import dev.lockstep.cli.kit.SignalHandler;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.shell.ShellStatements.Statement;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Clock;
import dev.lockstep.support.FileError;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Runs the lines of a shell: commands, as the command line takes them, and the shell's own, which begin with a backslash.
 * What a line changes (a connection, a variable, where output goes) holds for the lines after it.
 */
final class Shell {
    private static final int INTERRUPTED = 130;

    private static final String HELP = """
            COMMAND …          as on the command line; help shows them
            COMMAND | PROGRAM  its output for a program: | less
            ; \\ # exit quit    several on a line; go on in the next; comment; leave
            \\c pg|db|to|profile [VALUE]  set a default; without a value: unset it
            \\conninfo          show the defaults and what is connected
            \\o [FILE]          send results to a file; without one: back here
            \\set [NAME VALUE]  ON_ERROR_STOP on|off, OUTPUT text|json|jsonl, PAGER on|off
            \\timing [on|off]   say how long each command takes
            \\watch [D]         run the last command every D (2s) until Ctrl-C, or until it fails
            \\? \\q              this help; leave (or Ctrl-D)
            """;

    private final Program program;
    private final Databases databases;
    private final ShellDefaults defaults;
    private final InputStream in;
    private final PrintStream err;
    private final PrintStream standard;
    private final Map<String, String> variables =
            new LinkedHashMap<>(Map.of("ON_ERROR_STOP", "on", "OUTPUT", "text", "PAGER", "off"));
    private PrintStream out;
    private boolean timing;
    private boolean ended;
    private boolean stopsInside;
    private Statement last;
    private volatile SignalHandler running;

    Shell(Invocation call) {
        program = call.program();
        databases = call.databases();
        defaults = new ShellDefaults(databases);
        in = call.in();
        standard = call.output().out();
        out = standard;
        err = call.output().err();
        for (Opt<String> option : List.of(Options.PG, Options.DB, Options.PROFILE)) {
            call.get(option).ifPresent(value -> defaults.remember(option.name().substring(2), value));
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
        return defaults.get(name);
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

    /** Runs what was typed or pasted, one statement after the other, and returns the last status that was not 0. */
    int run(String text) throws InterruptedException {
        int last = 0;
        for (Statement statement : ShellStatements.of(text)) {
            int status = runOne(statement);
            last = status == 0 ? last : status;
            if (ended || status == INTERRUPTED || (stopsInside && !goesOn(status))) {
                return last;
            }
        }
        return last;
    }

    /** From now on what follows a failure in a text is not run, as in a script. */
    void stopAtFailures() {
        stopsInside = true;
    }

    private int runOne(Statement statement) throws InterruptedException {
        String text = statement.command();
        long start = System.nanoTime();
        int status;
        try {
            if (text.startsWith("\\")) {
                status = own(text.substring(1));
            } else if (text.equals("exit") || text.equals("quit")) {
                ended = true;
                status = 0;
            } else {
                last = statement;
                status = command(statement);
            }
        } catch (LockstepException e) {
            status = new Output(out, err, redactor()).fail(e);
        }
        if (timing) {
            err.println("time: " + Duration.ofNanos(System.nanoTime() - start).toMillis() + " ms");
        }
        return status;
    }

    private int command(Statement statement) throws InterruptedException {
        List<String> words = new ArrayList<>(ShellWords.of(statement.command()));
        if (!words.isEmpty() && words.get(0).equals("lockstep")) {
            words.remove(0);
        }
        if (words.isEmpty()) {
            return 0;
        }
        if (words.get(0).equals("shell")) {
            throw LockstepException.usage("this is a shell already", "\\? shows what it can do");
        }
        if (!variables.get("OUTPUT").equals("text") && !words.contains("-o") && !words.contains("--json")) {
            words.addAll(0, List.of("-o", variables.get("OUTPUT")));
        }
        Optional<ShellPipe> pipe = statement.reader().map(ShellPipe::toProgram).or(this::pager);
        return pipe.isEmpty()
                ? program(words, out)
                : pipe.get().run(databases.environment(), out, reader -> program(words, reader));
    }

    /** What shows results on a terminal, if they are not to scroll away. */
    private Optional<ShellPipe> pager() {
        return variables.get("PAGER").equals("on") && Printer.isTerminal(out)
                ? Optional.of(ShellPipe.toPager(databases.environment()))
                : Optional.empty();
    }

    private int program(List<String> words, PrintStream to) {
        SignalHandler handler = SignalHandler.ofCommand();
        running = handler;
        try {
            return program.run(databases, in, to, err, handler, words.toArray(String[]::new));
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
            case "c", "connect" -> defaults.connect(first, second);
            case "conninfo" -> defaults.show(standard);
            case "timing" -> timing = onOff(first.orElse(timing ? "off" : "on"));
            case "o" -> redirect(first);
            case "set" -> set(first, second);
            case "watch" -> {
                if (second.isPresent()) {
                    throw LockstepException.usage("\\watch repeats the last command, and takes none", "\\watch 2s");
                }
                return watch(first);
            }
            default -> throw LockstepException.usage("unknown command \\" + verb, "\\? shows what there is");
        }
        standard.flush();
        return 0;
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
            case "ON_ERROR_STOP", "PAGER" -> onOff(value.orElse("on"));
            case "OUTPUT" -> Options.Format.of(value.orElse("text"));
            default ->
                throw LockstepException.usage("no variable " + name.get(), "there are ON_ERROR_STOP, OUTPUT and PAGER");
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
        if (last == null) {
            throw LockstepException.usage("there is no command to repeat", null);
        }
        do {
            String header = LocalDateTime.now(ZoneId.systemDefault()).withNano(0) + ", every " + every.orElse("2s")
                    + ": " + last.command();
            (variables.get("OUTPUT").equals("text") ? out : err)
                    .println(redactor().redact(header));
            int status = command(last);
            // What is watched is, mostly, whether the answer is still no.
            if (status != ExitCode.OK.status()
                    && status != ExitCode.DIFFERS.status()
                    && status != ExitCode.INCOMPLETE.status()) {
                return status;
            }
        } while (!isStoppedWithin(pause));
        return 0;
    }

    private boolean isStoppedWithin(Duration time) throws InterruptedException {
        SignalHandler handler = SignalHandler.ofCommand();
        running = handler;
        try {
            Clock.SYSTEM.sleep(time);
            return false;
        } catch (InterruptedException e) {
            if (handler.status() == 0) {
                throw e;
            }
            return true;
        } finally {
            running = null;
        }
    }
}
