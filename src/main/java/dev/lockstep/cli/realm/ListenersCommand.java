package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.kit.TerminalText;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.realm.log.NamedListeners.Listener;
import dev.lockstep.realm.log.NamedListeners.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm listeners}. */
public final class ListenersCommand implements Command {
    private static final Duration STATEMENT = Duration.ofSeconds(10);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage()
                .description(
                        "Show who listens: each named listener of the durable log and how far it is behind, and, as"
                                + " far as the server tells, sessions that listen without it.");
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) {
        Session session = call.session(Session.Use.READ).withStatementTimeout(STATEMENT);
        List<Object> data = new ArrayList<>();
        List<String> text = new ArrayList<>();
        try (Db db = call.databases().postgres(call.postgres(), session)) {
            db.autocommit(tx -> {
                if (InvalidationLog.isPresent(tx)) {
                    for (Listener listener : NamedListeners.all(tx)) {
                        data.add(fields(listener, true));
                        text.add(line(listener));
                    }
                }
                for (Listener listener : NamedListeners.others(tx)) {
                    data.add(fields(listener, false));
                    text.add(line(listener) + ", not by name");
                }
                warnOfHidden(tx, call.output());
                return null;
            });
            RealmArguments.warnOfFullQueue(db, call.output());
        }
        return Result.unchanged(Map.of("listeners", data), text.isEmpty() ? List.of("nobody listens") : text);
    }

    static void warnOfHidden(Tx tx, Output output) {
        long hidden = NamedListeners.hidden(tx);
        if (hidden > 0) {
            output.warn(
                    "hidden-sessions",
                    "this login may not look at " + TerminalText.count(hidden, "session")
                            + ", any of which may listen; pg_read_all_stats would show them");
        }
    }

    static Map<String, Object> fields(Listener listener, boolean durable) {
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("name", listener.name());
        fields.put("pid", listener.pid().orElse(null));
        fields.put("client", listener.client());
        fields.put("lag", listener.lag().orElse(null));
        fields.put("lastSeen", listener.lastSeen());
        fields.put("durable", durable);
        fields.put("live", listener.state() == State.LIVE);
        return fields;
    }

    /** A replica need not say who it is; its backend's number is always there. */
    static String name(Listener listener) {
        String backend = listener.pid().map(pid -> "backend " + pid).orElse("a listener");
        return listener.name() == null || listener.name().isBlank() ? backend : listener.name();
    }

    private static String line(Listener listener) {
        String state = listener.state() == State.LIVE ? "live" : "gone";
        String lag = listener.lag().map(behind -> ", " + behind + " behind").orElse("");
        return name(listener) + ": " + state + lag + ", " + listener.client() + ", seen " + listener.lastSeen();
    }
}
