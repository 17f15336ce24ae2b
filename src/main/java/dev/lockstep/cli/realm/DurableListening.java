package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Deadline;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
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
import dev.lockstep.support.LockstepException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** {@code realm listen} by way of the durable log: with a name, or by looking now and then. */
final class DurableListening {
    private final Invocation call;
    private final ListenOutput hearing;
    private final Deadline deadline;

    DurableListening(Invocation call, ListenOutput hearing, Deadline deadline) {
        this.call = call;
        this.hearing = hearing;
        this.deadline = deadline;
    }

    Result listen(Optional<Integer> count) throws InterruptedException {
        try (InvalidationFeed feed = open()) {
            while (count.isEmpty() || hearing.heard() < count.get()) {
                Optional<FeedEvent> next = feed.next(deadline.left());
                if (next.isEmpty()) {
                    return hearing.timedOut(count);
                }
                hear(next.get());
            }
            feed.applied();
            return hearing.result();
        }
    }

    private InvalidationFeed open() {
        PgTarget target = call.postgres();
        Optional<String> name = call.get(ListenCommand.DURABLE);
        Emitters emitters = call.has(ListenCommand.FOREIGN_EMITTERS) ? Emitters.SOME_DO_NOT : Emitters.ALL_USE_THE_LOG;
        return call.get(ListenCommand.POLL)
                .map(interval -> InvalidationFeed.polling(call.databases(), target, name, interval))
                .orElseGet(() -> InvalidationFeed.listening(call.databases(), target, name, emitters));
    }

    private void hear(FeedEvent event) throws InterruptedException {
        String channel = FileChange.CHANNEL.name();
        if (event instanceof Changed changed) {
            String payload = changed.change().payload();
            hearing.changed(payload, Optional.of(changed.change()), changed.senderPid(), changed.seq());
            stopIfHookFailed(changed.seq());
        } else if (event instanceof Malformed malformed) {
            hearing.changed(malformed.payload(), Optional.empty(), malformed.senderPid(), OptionalLong.empty());
        } else if (event instanceof Resync resync) {
            hearing.resync(resync);
        } else if (event instanceof Lost lost) {
            hearing.lost(lost.why());
        } else if (event instanceof Ready) {
            hearing.ready(Set.of(channel));
        }
    }

    /** What its hook has not applied is not applied: the next run gets it again. */
    private void stopIfHookFailed(OptionalLong seq) {
        if (hearing.hookFailures() > 0 && seq.isPresent()) {
            throw new LockstepException(
                    LockstepException.Kind.INCOMPLETE,
                    "hook-failed",
                    "the hook failed at number " + seq.getAsLong() + "; what came before it is applied",
                    "the same command goes on from there",
                    null);
        }
    }
}
