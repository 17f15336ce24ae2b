package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Durations;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.ListenSession;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.Broadcast;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.log.InvalidationLog.Appended;
import dev.lockstep.realm.log.LogPosition;
import dev.lockstep.realm.log.LogRetention;
import dev.lockstep.realm.log.NamedListeners;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import picocli.CommandLine.Model.CommandSpec;

/** {@code realm broadcast} by way of the durable log. */
final class DurableBroadcast {
    private static final Opt<Boolean> DURABLE =
            Opt.flag("Also write the durable log, for listeners that are away now: they will be told.", "--durable");
    private static final Opt<String> ID = Opt.text(
            "UUID",
            "Name this broadcast: however often it is repeated, the log has it once. Implies --durable.",
            "--id");
    private static final Opt<Boolean> WAIT =
            Opt.flag("Return when every live named listener has applied it. Implies --durable.", "--wait");
    private static final Opt<Duration> WAIT_TIMEOUT =
            Opt.duration("How long --wait waits (default 30s).", "--wait-timeout");

    private static final Duration ECHO = Duration.ofSeconds(2);
    private static final Duration STATEMENT = Duration.ofSeconds(10);
    private static final Duration DEFAULT_WAIT = Duration.ofSeconds(30);

    private final Invocation call;
    private final PgTarget target;
    private final UUID id;

    /** @throws LockstepException usage: the id is none */
    DurableBroadcast(Invocation call, PgTarget target) {
        this.call = call;
        this.target = target;
        this.id = call.get(ID).map(DurableBroadcast::id).orElseGet(UUID::randomUUID);
    }

    static void declare(CommandSpec spec) {
        Options.add(spec, DURABLE, ID, WAIT, WAIT_TIMEOUT);
    }

    /** Whether an option asks for the log, or implies it. */
    static boolean isWanted(Invocation call) {
        return call.has(DURABLE) || call.has(ID) || call.has(WAIT);
    }

    static void checkAgainstOutbox(Invocation call) {
        OutboxEmission.checkAlone(DURABLE, call);
        OutboxEmission.checkAlone(ID, call);
        OutboxEmission.checkAlone(WAIT, call);
    }

    private static UUID id(String text) {
        try {
            return UUID.fromString(text);
        } catch (IllegalArgumentException e) {
            throw LockstepException.usage("--id is not a UUID: " + text, "uuidgen makes one");
        }
    }

    Result send(Broadcast.Plan plan, List<RealmUrl> realms, Map<String, Object> data, List<String> lines)
            throws InterruptedException {
        Session session = call.session(Session.Use.WRITE).withStatementTimeout(STATEMENT);
        try (ListenSession listener = call.databases().listenSession(target, call.session(Session.Use.LISTEN));
                Db emitter = call.databases().postgres(target, session)) {
            RealmArguments.checkRecipients(emitter, realms, call);
            RealmArguments.warnOfOtherSpellings(emitter, realms, call.all(BroadcastCommand.PATH), call.output());
            InvalidationLog.prepare(emitter);
            ExpectedListeners listeners = ExpectedListeners.look(emitter, call);
            Broadcast broadcast = new Broadcast(emitter, listener)
                    .telling(() -> call.output().soFar(() -> Result.changed(data, lines)));
            Broadcast.Logged logged = log(broadcast, plan);
            LogPosition position = logged.entry().position();
            LogRetention.tidy(emitter, position, plan.changes().size());
            data.put("echoMs", logged.echo().toMillis());
            data.put("seq", Long.toString(position.seq()));
            data.put("id", id.toString());
            if (call.has(WAIT)) {
                await(emitter, position);
            }
            if (logged.entry().appended() == Appended.KNOWN) {
                Result known = Result.unchanged(data, List.of("sent before, as number " + position.seq()));
                return listeners.of(known, data, call.output());
            }
            lines.add("logged as number " + position.seq() + ", heard again after "
                    + logged.echo().toMillis() + " ms");
            return listeners.of(Result.changed(data, lines), data, call.output());
        }
    }

    private Broadcast.Logged log(Broadcast broadcast, Broadcast.Plan plan) {
        try {
            return broadcast.log(plan, id, ECHO);
        } catch (DbException e) {
            if (e.reason() == Reason.COMMIT_UNKNOWN) {
                throw new LockstepException(
                        e.kind(),
                        e.code(),
                        e.getMessage(),
                        "run the same with --id " + id + ": then it is sent once, whatever has become of this one",
                        e);
            }
            throw e;
        }
    }

    private void await(Db db, LogPosition position) throws InterruptedException {
        Duration limit = call.get(WAIT_TIMEOUT).orElse(DEFAULT_WAIT);
        List<String> behind = NamedListeners.await(db, position, limit);
        if (!behind.isEmpty()) {
            throw new LockstepException(
                    LockstepException.Kind.TIMEOUT,
                    "not-applied",
                    "sent, but not applied after " + Durations.render(limit) + " by: " + String.join(", ", behind),
                    "they will be told; 'lockstep realm listeners' shows how far each is",
                    null);
        }
    }
}
