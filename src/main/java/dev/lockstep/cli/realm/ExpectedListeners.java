package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.realm.log.NamedListeners.Listener;
import dev.lockstep.realm.log.NamedListeners.State;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;

/**
 * How many must be listening when something is sent. A listener whose session has ended hears nothing and says nothing, so
 * only whoever knows the fleet's size can tell that one is missing.
 */
final class ExpectedListeners {
    private static final Opt<Long> EXPECT = Opt.number(
            "End with 3 if fewer sessions than this listen when it is sent, and say which do: a replica whose session"
                    + " has ended stays deaf.",
            "--expect");

    private final Optional<Long> expected;
    private final List<Listener> listening = new ArrayList<>();
    private final List<String> away = new ArrayList<>();

    private ExpectedListeners(Optional<Long> expected) {
        this.expected = expected;
    }

    static void declare(CommandSpec spec) {
        EXPECT.addTo(spec);
    }

    /** Looks who listens, if that was asked for; before this process listens itself. */
    static ExpectedListeners look(Db db, Invocation call) {
        ExpectedListeners all = new ExpectedListeners(call.get(EXPECT));
        if (all.expected.isPresent()) {
            db.autocommit(tx -> all.look(tx, call.output()));
        }
        return all;
    }

    private Void look(Tx tx, Output output) {
        listening.clear();
        away.clear();
        if (InvalidationLog.isPresent(tx)) {
            for (Listener listener : NamedListeners.all(tx)) {
                if (listener.state() == State.LIVE) {
                    listening.add(listener);
                } else {
                    away.add(listener.name());
                }
            }
        }
        listening.addAll(NamedListeners.others(tx));
        if (isShort()) {
            ListenerReport.warnOfHidden(tx, output);
        }
        return null;
    }

    private boolean isShort() {
        return expected.isPresent() && listening.size() < expected.get();
    }

    /** What was sent, with who was there to hear it. */
    Result of(Result sent, Map<String, Object> data, Output output) {
        if (expected.isEmpty()) {
            return sent;
        }
        List<Object> heard = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (Listener listener : listening) {
            heard.add(ListenerReport.fields(listener, listener.lag().isPresent()));
            names.add(ListenerReport.name(listener) + " on " + listener.client());
        }
        data.put("expected", expected.get());
        data.put("listening", heard);
        data.put("away", away);
        if (!isShort()) {
            return sent;
        }
        output.warn(
                "deaf",
                "sent to " + listening.size() + " of " + expected.get() + " listeners: "
                        + (names.isEmpty() ? "nobody listens" : String.join(", ", names))
                        + (away.isEmpty() ? "" : "; away: " + String.join(", ", away))
                        + "; restart the replicas that are not among them");
        return sent.with(ExitCode.DIFFERS);
    }
}
