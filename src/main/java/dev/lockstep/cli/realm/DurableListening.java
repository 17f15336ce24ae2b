package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.option.TimeLimit;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.log.FeedEvent;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Lost;
import dev.lockstep.realm.log.FeedEvent.Malformed;
import dev.lockstep.realm.log.FeedEvent.Ready;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.InvalidationFeed;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import dev.lockstep.realm.log.Sequencing;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import picocli.CommandLine.Model.CommandSpec;

/** {@code realm listen} by way of the durable log: with a name, or by looking now and then. */
final class DurableListening {
    private static final Opt<String> DURABLE = Opt.text(
            "NAME",
            "Read the durable log, in order and without a gap, and go on where the last run of this name ended. An"
                    + " event counts as applied when its --exec has ended with 0; LOCKSTEP_SEQ is its number.",
            "--durable");
    private static final Opt<Duration> POLL = Opt.duration(
            "Look into the durable log this often instead of listening: on a standby (without a name), and behind"
                    + " a transaction pooler.",
            "--poll");
    private static final Opt<Boolean> FOREIGN_EMITTERS = Opt.flag(
            "Others notify without the log: after each lost connection, say that anything may have changed.",
            "--foreign-emitters");

    private final Invocation call;
    private final ListenOutput output;
    private final TimeLimit limit;

    /** @throws LockstepException usage: its options exclude each other, or mean nothing */
    DurableListening(Invocation call, ListenOutput output, TimeLimit limit) {
        check(call);
        this.call = call;
        this.output = output;
        this.limit = limit;
    }

    static void declare(CommandSpec spec) {
        Options.add(spec, DURABLE, POLL, FOREIGN_EMITTERS, SequenceCommand.INTERVAL);
    }

    /** Whether the log is to be read. */
    static boolean isWanted(Invocation call) {
        return call.has(DURABLE) || call.has(POLL);
    }

    /** @throws LockstepException usage: an option means something only with the log */
    static void checkForNoLog(Invocation call) {
        if (call.has(SequenceCommand.INTERVAL)) {
            throw LockstepException.usage(
                    SequenceCommand.INTERVAL + " is for those who read the durable log",
                    "--durable NAME, or --poll 1s");
        }
    }

    private static void check(Invocation call) {
        if (call.has(POLL) && call.has(FOREIGN_EMITTERS)) {
            throw LockstepException.usage(
                    "--poll reads the log alone, so it hears nothing of emitters that do not use it",
                    "leave --poll out: listening hears them");
        }
        if (call.get(POLL).filter(Duration::isZero).isPresent()) {
            throw LockstepException.usage("--poll needs some time between two looks", "--poll 1s");
        }
        if (call.get(DURABLE).filter(String::isBlank).isPresent()) {
            throw LockstepException.usage("a listener's name cannot be empty", null);
        }
    }

    /** While it listens, it moves what is in the outbox, if there is one, and it may. */
    Result listen(Optional<Integer> count) throws InterruptedException {
        PgTarget target = call.postgres();
        Duration interval = SequenceCommand.interval(call);
        try (InvalidationFeed feed = open(target);
                Sequencing sequencing = Sequencing.beside(call.databases(), target, interval)) {
            while (count.isEmpty() || output.heard() < count.get()) {
                Optional<FeedEvent> next = feed.next(limit.turn(ListenCommand.TURN));
                output.turned();
                if (next.isEmpty()) {
                    if (limit.left().isZero()) {
                        return output.timedOut(count);
                    }
                    continue;
                }
                hear(next.get());
            }
            feed.applied();
            return output.result();
        }
    }

    private InvalidationFeed open(PgTarget target) {
        Optional<String> name = call.get(DURABLE);
        Emitters emitters = call.has(FOREIGN_EMITTERS) ? Emitters.SOME_DO_NOT : Emitters.ALL_USE_THE_LOG;
        return call.get(POLL)
                .map(interval -> InvalidationFeed.polling(call.databases(), target, name, interval))
                .orElseGet(() -> InvalidationFeed.listening(call.databases(), target, name, emitters));
    }

    private void hear(FeedEvent event) throws InterruptedException {
        String channel = FileChange.CHANNEL.name();
        if (event instanceof Changed changed) {
            String payload = changed.change().payload();
            output.changed(payload, Optional.of(changed.change()), changed.senderPid(), changed.seq());
            stopIfHookFailed(changed.seq());
        } else if (event instanceof Malformed malformed) {
            output.changed(malformed.payload(), Optional.empty(), malformed.senderPid(), OptionalLong.empty());
        } else if (event instanceof Resync resync) {
            output.resync(resync);
        } else if (event instanceof Lost lost) {
            output.lost(lost.why());
        } else if (event instanceof Ready) {
            output.ready(Set.of(channel));
        }
    }

    /** What its hook has not applied is not applied: the next run gets it again. */
    private void stopIfHookFailed(OptionalLong seq) {
        if (output.hookFailures() > 0 && seq.isPresent()) {
            throw new LockstepException(
                    LockstepException.Kind.INCOMPLETE,
                    "hook-failed",
                    "the hook failed at number " + seq.getAsLong() + "; what came before it is applied",
                    "the same command goes on from there",
                    null);
        }
    }
}
