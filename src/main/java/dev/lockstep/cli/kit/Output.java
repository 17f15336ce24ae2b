package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.option.Options.Format;
import dev.lockstep.cli.text.Layout;
import dev.lockstep.db.DbException;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The one printer. Standard output gets the result and nothing else: lines for people, one JSON object for programs, or
 * a stream of them whose last is the same object. Standard error gets messages.
 */
public final class Output {
    /** Standard output takes no more: its reader has gone, or its disk is full; there is nobody left to work for. */
    public static final class Closed extends RuntimeException {
        private static final long serialVersionUID = 1;
    }

    private final PrintStream out;
    private final MessageStream messages;
    private final Redactor redactor;
    private final Envelope envelope = new Envelope();
    private Format format = Format.TEXT;
    private boolean quiet;
    private boolean verbose;
    private boolean debug;
    private boolean bare;
    private boolean lost;
    private RunReport report = RunReport.NONE;
    private volatile Supplier<Result> soFar;
    private String onward;
    private Advice advice = Advice.NONE;
    private Layout layout = Layout.PLAIN;
    private Supplier<Map<String, String>> subject = Map::of;

    /** @param redactor knows what must not be printed */
    public Output(PrintStream out, PrintStream err, Redactor redactor) {
        this.out = out;
        this.messages = new MessageStream(err, redactor);
        this.redactor = redactor;
    }

    /** Says whose output this is: {@code realm broadcast}. */
    public void command(String path) {
        envelope.command(path);
    }

    public void format(Format wanted) {
        this.format = wanted;
    }

    /** Takes over what the options say about talking. */
    public void configure(Invocation call) {
        advice = call.advice();
        quiet = call.has(Options.QUIET);
        verbose = call.has(Options.VERBOSE);
        debug = call.has(Options.DEBUG);
        envelope.dryRun(call.dryRun());
        report = RunReport.of(call);
        subject = () -> RunSubject.of(call, "unreadable, see the command");
        layout = TerminalText.layout(call, out);
        messages.layOut(TerminalText.layout(call, messages.stream()));
    }

    public Format format() {
        return format;
    }

    /**
     * Gives standard output to bytes that are the result themselves: nothing else is printed there, and the envelope
     * goes into a file if there is one.
     */
    public void bare(Optional<Path> envelope) {
        bare = true;
        envelope.ifPresent(file -> report = report.withReport(file));
    }

    /** Bytes that are the result itself; only after {@link #bare}. */
    public void bytes(WholeFile.Content bytes) throws IOException {
        bytes.writeTo(out);
        flush();
    }

    /** Standard output, for commands that have an output of their own. */
    public PrintStream out() {
        return out;
    }

    /** Standard error, for the same. */
    public PrintStream err() {
        return messages.stream();
    }

    /** What this run works on, as {@link RunSubject} says: each sample of its metrics is known by that. */
    public Map<String, String> subject() {
        return subject.get();
    }

    /** Something that a person should know and that is no failure. Codes are stable names in lower case with hyphens. */
    public void warn(String code, String message) {
        String whole = advice.complete(TerminalText.withoutExceptions(message));
        envelope.warning(code, Layout.unmarked(whole));
        messages.warn(envelope.command(), whole);
    }

    /** A question, which the answer follows on the same line. */
    void ask(String question) {
        messages.ask(question);
    }

    /** Shows a line of the terminal that the next one is written over; an empty one takes it away. */
    public void status(String line) {
        messages.show(line);
    }

    /** Answers who asks from outside, from any thread. */
    public void answer(String words) {
        messages.say("lockstep " + envelope.command() + ": " + words);
    }

    /** What is to be said after a signal has stopped the command: what it keeps, and how to go on. */
    public void onward(String hint) {
        onward = hint;
    }

    /** A message for whoever watches; shown with {@code -v}. */
    public void detail(String message) {
        if (verbose) {
            messages.say(message);
        }
    }

    /** A message for whoever watches, unless they asked for quiet. */
    public void message(String message) {
        if (!quiet) {
            messages.say(TerminalText.advised(message, advice));
        }
    }

    /** One record of a stream: {@code -o jsonl} prints it at once, {@code -o json} keeps it for {@code data.events}. */
    public void event(String type, Map<String, Object> fields, String text) {
        Map<String, Object> event = Envelope.event(type, fields);
        switch (format) {
            case TEXT -> lines(List.of(text));
            case JSON -> envelope.event(event);
            case JSONL -> line(Json.write(event));
        }
    }

    /** Ends the command's output; the exit status is the result's. */
    public int finish(Result result) {
        soFar = () -> result;
        if (result.failure().isPresent()) {
            print(result);
            return fail(result.failure().get(), result.status(), result);
        }
        end(result.status(), result.changed() == Result.Change.CHANGED, result.data(), null);
        if (!quiet || result.status() != ExitCode.OK.status()) {
            print(result);
        }
        return result.status();
    }

    private void print(Result result) {
        if (format == Format.TEXT && !bare) {
            lines(TerminalText.advised(result.text(), advice));
        }
    }

    /** Ends the command's output with an error; what was done before it is said too. */
    public int fail(LockstepException trouble) {
        Result done = done();
        if (isChange(done)) {
            print(done);
        }
        return fail(trouble, ExitCode.of(trouble).status(), done);
    }

    private int fail(LockstepException trouble, int status, Result done) {
        Map<String, Object> error = Envelope.error(trouble, redactor.redact(advice.after(trouble)));
        // Part is done and kept, except where a database says so of itself: it means the statement.
        boolean part = trouble.kind() == LockstepException.Kind.INCOMPLETE && !(trouble instanceof DbException);
        return fail(status, part || isChange(done), error, done.data(), trouble);
    }

    /** What the command would answer if it were stopped now, or failed: what has been written, and is there to stay. */
    public void soFar(Supplier<Result> result) {
        soFar = result;
    }

    private Result done() {
        return soFar == null ? Result.unchanged(Map.of(), List.of()) : soFar.get();
    }

    private boolean isChange(Result done) {
        return done.changed() == Result.Change.CHANGED && !envelope.isDryRun();
    }

    /** Ends the output of a command that a signal stopped, with what it has done so far. */
    public int interrupted(int status) {
        Result done = done();
        if (!quiet) {
            print(done);
        }
        Map<String, Object> error = Envelope.error("interrupted", "stopped by a signal", advice.complete(onward));
        return fail(status, isChange(done), error, done.data(), null);
    }

    /** Ends the output of a command whose results could not be printed; a reader that went away knows why. */
    public int closed() {
        Optional<String> reason = Printer.reason(out);
        if (reason.isEmpty()) {
            return ExitCode.CLOSED_PIPE.status();
        }
        lost = true;
        Map<String, Object> error = Envelope.error("output", "cannot write to standard output: " + reason.get(), null);
        Result done = done();
        return fail(ExitCode.FAILED.status(), isChange(done), error, done.data(), null);
    }

    /** Ends the output with what is lockstep's own fault. */
    public int bug(Throwable unexpected) {
        String hint = debug ? null : "this is a bug in lockstep; run it again with --debug for the stack trace";
        Result done = done();
        Map<String, Object> error = Envelope.error("bug", TerminalText.unforeseen(unexpected), hint);
        return fail(ExitCode.BUG.status(), isChange(done), error, done.data(), unexpected);
    }

    /** Text that is the result itself: help, a script. */
    public void plain(String text) {
        out.print(text);
        flush();
    }

    private int fail(
            int status, boolean changed, Map<String, Object> error, Map<String, Object> data, Throwable cause) {
        try {
            end(status, changed, data, error);
        } catch (Closed e) {
            // A full disk must not hide what went wrong first.
            messages.say("lockstep: warning: cannot write to standard output: "
                    + Printer.reason(out).orElseThrow(() -> e));
        }
        messages.failed(envelope.command(), error.get("message"), error.get("hint"));
        if (debug && cause != null) {
            messages.print(TerminalText.trace(cause));
        }
        return status;
    }

    /** Says the end to programs: on standard output if they asked for it there, and in files. */
    private void end(int status, boolean changed, Map<String, Object> data, Map<String, Object> error) {
        boolean printed = format != Format.TEXT && !bare && !lost;
        if (!printed && !report.isWanted()) {
            return;
        }
        Duration took = envelope.took();
        String text = envelope.text(format, status, changed, took, data, error);
        report.write(redactor.redact(text), envelope.command(), status, took, data)
                .ifPresent(problem -> messages.warn(envelope.command(), problem));
        if (printed) {
            line(text);
        }
    }

    private void lines(List<String> texts) {
        // What must not be printed is looked for before a line is broken.
        List<String> laid = layout.lines(texts.stream()
                .map(text -> redactor.withoutKnown(TerminalText.printable(text)))
                .toList());
        if (!laid.isEmpty()) {
            line(String.join(System.lineSeparator(), laid));
        }
    }

    private void line(String text) {
        synchronized (messages) {
            messages.clear();
            out.println(redactor.withoutKnown(text));
            flush();
        }
    }

    /** Java ignores SIGPIPE; that nothing can be written shows only in the stream's error flag, after a flush. */
    private void flush() {
        if (out.checkError()) {
            throw new Closed();
        }
    }
}
