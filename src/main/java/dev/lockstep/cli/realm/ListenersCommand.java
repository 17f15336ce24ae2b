package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.realm.log.NamedListeners.Listener;
import dev.lockstep.realm.log.OutboxState;
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
                                + " far as the server tells, sessions that listen without it; and, where there is an outbox,"
                                + " who takes what is in it, and how long the oldest has waited.");
        Options.postgres(spec);
    }

    @Override
    public Result run(Invocation call) {
        Session session = call.session(Session.Use.READ).withStatementTimeout(STATEMENT);
        List<Object> data = new ArrayList<>();
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("listeners", data);
        List<String> text = new ArrayList<>();
        try (Db db = call.databases().postgres(call.postgres(), session)) {
            db.autocommit(tx -> {
                if (InvalidationLog.isPresent(tx)) {
                    for (Listener listener : NamedListeners.all(tx)) {
                        data.add(ListenerReport.fields(listener, true));
                        text.add(ListenerReport.line(listener));
                    }
                } else {
                    InvalidationLog.checkForAnother(tx);
                }
                for (Listener listener : NamedListeners.others(tx)) {
                    data.add(ListenerReport.fields(listener, false));
                    text.add(ListenerReport.line(listener) + ", not by name");
                }
                ListenerReport.warnOfHidden(tx, call.output());
                outbox(tx, all, text);
                return null;
            });
            RealmArguments.warnOfFullQueue(db, call.output());
        }
        if (data.isEmpty()) {
            text.add(0, "nobody listens");
        }
        return Result.unchanged(all, text);
    }

    /** Null for programs where there is none, or none that this login may look into. */
    private static void outbox(Tx tx, Map<String, Object> all, List<String> text) {
        Map<String, Object> outbox = null;
        switch (OutboxState.access(tx)) {
            case ABSENT -> {}
            case HIDDEN -> text.add("outbox: this login may not look into it");
            case READ, MOVE -> {
                OutboxState state = OutboxState.of(tx);
                outbox = new LinkedHashMap<>();
                OutboxEmission.report(state, outbox);
                text.add(OutboxEmission.line(state));
            }
        }
        all.put("outbox", outbox);
    }
}
