package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.realm.log.NamedListeners.Listener;
import java.time.Duration;
import java.util.ArrayList;
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
                        data.add(ListenerReport.fields(listener, true));
                        text.add(ListenerReport.line(listener));
                    }
                }
                for (Listener listener : NamedListeners.others(tx)) {
                    data.add(ListenerReport.fields(listener, false));
                    text.add(ListenerReport.line(listener) + ", not by name");
                }
                ListenerReport.warnOfHidden(tx, call.output());
                return null;
            });
            RealmArguments.warnOfFullQueue(db, call.output());
        }
        return Result.unchanged(Map.of("listeners", data), text.isEmpty() ? List.of("nobody listens") : text);
    }
}
