package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.log.OutboxState;
import dev.lockstep.realm.log.OutboxState.Access;
import dev.lockstep.realm.outbox.Outbox;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** {@code realm invalidate} and {@code broadcast} by way of the outbox. */
final class OutboxEmission {
    static final Opt<Boolean> OUTBOX = Opt.flag(
            "Put it into the outbox that 'realm init --outbox' makes, and wait for nobody: whoever sequences the outbox"
                    + " tells replicas, and listeners that are away now. It takes no more than the right to execute the"
                    + " outbox's functions.",
            "--outbox");

    private static final Duration STATEMENT = Duration.ofSeconds(10);

    private OutboxEmission() {}

    /** @throws LockstepException usage: another way is wanted, too */
    static void checkAlone(Opt<?> other, Invocation call) {
        if (call.has(OUTBOX) && call.has(other)) {
            throw LockstepException.usage(
                    OUTBOX + " and " + other + " exclude each other",
                    "what is in the outbox gets into the durable log when it is sequenced");
        }
    }

    /** Puts it in, and says if nobody takes it out. */
    static ExpectedListeners put(
            Outbox.Call kind, List<RealmUrl> realms, List<String> paths, PgTarget target, Invocation call) {
        Session session = call.session(Session.Use.WRITE).withStatementTimeout(STATEMENT);
        try (Db db = call.databases().postgres(target, session)) {
            RealmArguments.checkRecipients(db, realms, call);
            ExpectedListeners listeners = ExpectedListeners.look(db, call);
            db.run(tx -> Outbox.put(tx, kind, realms, paths));
            warnIfAbandoned(db, call.output());
            return listeners;
        }
    }

    static void warnIfAbandoned(Db db, Output output) {
        Access access = db.autocommit(OutboxState::access);
        if (access != Access.READ && access != Access.MOVE) {
            output.detail("this login may not see whether anybody sequences the outbox");
        } else if (db.autocommit(OutboxState::of).isAbandoned()) {
            output.warn(
                    "not-sequenced",
                    "nobody sequences the outbox: replicas are told when 'lockstep realm sequence' runs, or a"
                            + " durable listener that may do it");
        }
    }

    /** Who sequences, and what waits, for programs. */
    static void report(OutboxState state, Map<String, Object> data) {
        data.put("waiting", state.waiting());
        data.put("oldestMs", state.oldest().map(Duration::toMillis).orElse(null));
        data.put("sequenced", !state.isAbandoned());
        data.put(
                "sequencer", state.sequencer().map(OutboxState.LastStep::client).orElse(null));
        data.put(
                "sequencerPid", state.sequencer().map(OutboxState.LastStep::pid).orElse(null));
        data.put("lastStep", state.sequencer().map(OutboxState.LastStep::at).orElse(null));
    }

    /** The same in one line. */
    static String line(OutboxState state) {
        String waiting = state.waiting() < OutboxState.COUNTED
                ? Long.toString(state.waiting())
                : "at least " + OutboxState.COUNTED;
        String rows = waiting + " waiting"
                + state.oldest()
                        .map(age -> ", the oldest for " + age.toMillis() + " ms")
                        .orElse("");
        String last = state.sequencer()
                .map(step -> "; last sequenced by " + step.client() + ", backend " + step.pid() + ", "
                        + step.ago().toMillis() + " ms ago")
                .orElse("");
        return "outbox: " + rows + last + (state.isAbandoned() ? "; NOBODY sequences it" : "");
    }
}
