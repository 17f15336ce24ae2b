package dev.lockstep.cli.kit;

import dev.lockstep.cli.option.Options.Format;
import dev.lockstep.cli.text.Layout;
import dev.lockstep.db.DbException;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The one JSON object that a command ends with. What is said while the command runs is collected for it. */
final class Envelope {
    private final long startNanos = System.nanoTime();
    private final List<Object> warnings = new ArrayList<>();
    private final List<Object> events = new ArrayList<>();
    private String command = "";
    private boolean dryRun;

    void command(String path) {
        this.command = path;
    }

    /** Whose it is: {@code realm broadcast}; empty before that is known. */
    String command() {
        return command;
    }

    void dryRun(boolean wanted) {
        this.dryRun = wanted;
    }

    boolean isDryRun() {
        return dryRun;
    }

    void warning(String code, String message) {
        warnings.add(Map.of("code", code, "message", TerminalText.printable(message)));
    }

    /** A record of a stream. */
    static Map<String, Object> event(String type, Map<String, Object> fields) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("type", type);
        event.putAll(fields);
        return event;
    }

    /** One that is not printed as it comes. */
    void event(Map<String, Object> event) {
        events.add(event);
    }

    /** How long the command has run. */
    Duration took() {
        return Duration.ofNanos(System.nanoTime() - startNanos);
    }

    /** @param error null if all went well */
    String text(
            Format format,
            int status,
            boolean changed,
            Duration took,
            Map<String, Object> data,
            Map<String, Object> error) {
        Map<String, Object> envelope = new LinkedHashMap<>();
        if (format == Format.JSONL) {
            envelope.put("type", "summary");
        }
        envelope.put("schema", "lockstep/" + (command.isEmpty() ? "lockstep" : command.replace(' ', '.')) + "/1");
        envelope.put("ok", status == ExitCode.OK.status());
        envelope.put("exitCode", status);
        envelope.put("command", command);
        envelope.put("changed", changed);
        envelope.put("dryRun", dryRun);
        envelope.put("durationMs", took.toMillis());
        Map<String, Object> whole = events.isEmpty() ? data : new LinkedHashMap<>(data);
        if (!events.isEmpty()) {
            whole.put("events", events);
        }
        envelope.put("data", whole);
        envelope.put("warnings", warnings);
        envelope.put("error", error);
        return Json.write(envelope);
    }

    /** @param hint null if there is nothing to try */
    static Map<String, Object> error(LockstepException trouble, String hint) {
        Map<String, Object> error = error(trouble.code(), trouble.getMessage(), hint);
        if (trouble instanceof DbException e) {
            error.put("sqlState", e.sqlState());
            error.put("retryable", e.retryable());
        }
        return error;
    }

    /** The same for what is no exception of ours. */
    static Map<String, Object> error(String code, String message, String hint) {
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("code", code);
        error.put("message", Layout.unmarked(TerminalText.printable(TerminalText.withoutExceptions(message))));
        error.put("hint", hint == null ? null : TerminalText.printable(hint));
        error.put("sqlState", null);
        error.put("retryable", false);
        return error;
    }
}
