package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.Command;
import dev.lockstep.cli.kit.Invocation;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.metrics.Monitoring;
import dev.lockstep.cli.option.Opt;
import dev.lockstep.cli.option.Options;
import dev.lockstep.cli.option.TimeLimit;
import dev.lockstep.cli.process.Hook;
import dev.lockstep.cli.progress.WhereaboutsSignal;
import dev.lockstep.db.Session;
import dev.lockstep.db.listen.Channel;
import dev.lockstep.db.listen.ListenEvent;
import dev.lockstep.db.listen.ListenEvent.Gap;
import dev.lockstep.db.listen.ListenEvent.Lost;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.ListenEvent.Ready;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.listen.PgListener.OnLoss;
import dev.lockstep.db.listen.Subscription;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Model.CommandSpec;

/** {@code lockstep realm listen}. */
public final class ListenCommand implements Command {
    private static final Opt<List<String>> CHANNEL = Opt.texts(
            "C", "A channel, exactly as it is spelled. Repeatable. None: " + FileChange.CHANNEL + ".", "--channel");
    private static final Opt<List<String>> REALM =
            Opt.texts("URL", "Of the file changes, only those in this realm. Repeatable.", "--realm");
    private static final Opt<Integer> COUNT = Opt.count("End with 0 after this many events; a gap is none.", "--count");
    private static final Opt<Duration> TIMEOUT =
            Opt.duration("End after this time: with 0, or with 5 if --count was not reached.", "--timeout");
    private static final Opt<String> EXEC = Opt.text(
            "CMD",
            "Run a program for each event, one after the other. It finds the event in its environment:"
                    + " LOCKSTEP_CHANNEL, LOCKSTEP_REALM, LOCKSTEP_PATH, LOCKSTEP_PAYLOAD. No shell is involved;"
                    + " quotes group words. What it prints goes to standard error.",
            "--exec");
    private static final Opt<Boolean> NO_RECONNECT =
            Opt.flag("End with the error when the connection is lost.", "--no-reconnect");

    static final Duration TURN = Duration.ofSeconds(5);

    /** A hook may take long. */
    private static final Duration STUCK = Duration.ofMinutes(5);

    @Override
    public void declare(CommandSpec spec) {
        spec.usageMessage().description("Show what replicas are told, as it is told.");
        Options.add(spec, CHANNEL, REALM, COUNT, TIMEOUT, EXEC, NO_RECONNECT);
        DurableListening.declare(spec);
        Options.postgres(spec);
        Monitoring.declare(spec);
    }

    @Override
    public Result run(Invocation call) throws InterruptedException {
        Optional<Hook> hook = call.get(EXEC)
                .map(command -> Hook.of("--exec", command, call.databases().environment(), call.output()));
        Set<Channel> channels = channels(call);
        Set<String> realms = realms(call, channels);
        TimeLimit limit = TimeLimit.of(call.get(TIMEOUT));
        try (Monitoring monitoring = Monitoring.start(call, STUCK)) {
            ListenOutput output = new ListenOutput(call.output(), monitoring, realms, hook, limit);
            try (WhereaboutsSignal signal = WhereaboutsSignal.of(call.output(), output::whereabouts)) {
                return listen(call, channels, output, limit);
            }
        }
    }

    private static Result listen(Invocation call, Set<Channel> channels, ListenOutput output, TimeLimit limit)
            throws InterruptedException {
        if (DurableListening.isWanted(call)) {
            checkForLog(call);
            DurableListening listening = new DurableListening(call, output, limit);
            call.output().soFar(output::result);
            return listening.listen(call.get(COUNT));
        }
        PgListener.Options options =
                PgListener.Options.DEFAULT.with(call.has(NO_RECONNECT) ? OnLoss.END : OnLoss.RECONNECT);
        DurableListening.checkForNoLog(call);
        try (PgListener listener =
                call.databases().listener(call.postgres(), call.session(Session.Use.LISTEN), options)) {
            call.output().soFar(output::result);
            return listen(listener.subscribe(channels), output, call.get(COUNT), limit);
        }
    }

    private static void checkForLog(Invocation call) {
        if (call.has(CHANNEL)) {
            throw LockstepException.usage(
                    "the durable log is about " + FileChange.CHANNEL + " alone", "leave --channel out");
        }
        if (call.has(NO_RECONNECT)) {
            throw LockstepException.usage("--no-reconnect and the durable log exclude each other", "leave it out");
        }
    }

    private static Result listen(
            Subscription subscription, ListenOutput output, Optional<Integer> count, TimeLimit limit)
            throws InterruptedException {
        while (count.isEmpty() || output.heard() < count.get()) {
            Optional<ListenEvent> next = subscription.next(limit.turn(TURN));
            output.turned();
            if (next.isEmpty()) {
                if (limit.left().isZero()) {
                    return output.timedOut(count);
                }
                continue;
            }
            ListenEvent event = next.get();
            if (event instanceof Notification notification) {
                output.notified(notification);
            } else if (event instanceof Ready ready) {
                output.ready(names(ready.channels()));
            } else if (event instanceof Lost lost) {
                output.lost(lost.why());
            } else if (event instanceof Gap gap) {
                output.gap(gap);
            }
        }
        return output.result();
    }

    private static Set<Channel> channels(Invocation call) {
        Set<Channel> channels = new LinkedHashSet<>();
        for (String name : call.all(CHANNEL)) {
            channels.add(new Channel(name));
        }
        return channels.isEmpty() ? Set.of(FileChange.CHANNEL) : channels;
    }

    private static Set<String> names(Set<Channel> channels) {
        Set<String> names = new TreeSet<>();
        for (Channel channel : channels) {
            names.add(channel.name());
        }
        return names;
    }

    /** Names as they come in payloads: URLs, and the prefixes under which some realms are known. */
    private static Set<String> realms(Invocation call, Set<Channel> channels) {
        Set<String> realms = new LinkedHashSet<>();
        for (String typed : call.all(REALM)) {
            realms.add(
                    RealmUrl.isPrefix(typed)
                            ? typed
                            : RealmUrl.read(typed).url().value());
        }
        if (!realms.isEmpty() && !channels.contains(FileChange.CHANNEL)) {
            throw LockstepException.usage(
                    "--realm chooses among the events of " + FileChange.CHANNEL + ", which is not listened to",
                    "add --channel " + FileChange.CHANNEL);
        }
        return realms;
    }
}
