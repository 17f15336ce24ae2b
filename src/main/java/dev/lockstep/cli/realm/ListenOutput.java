package dev.lockstep.cli.realm;

import dev.lockstep.cli.kit.ExitCode;
import dev.lockstep.cli.kit.Output;
import dev.lockstep.cli.kit.Result;
import dev.lockstep.cli.metrics.MetricFamily;
import dev.lockstep.cli.metrics.Monitoring;
import dev.lockstep.cli.option.TimeLimit;
import dev.lockstep.cli.process.Hook;
import dev.lockstep.cli.text.Count;
import dev.lockstep.db.listen.ListenEvent.Gap;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.realm.DefinitionChange;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.support.LockstepException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/** What one {@code realm listen} hears: printed, handed to the hook, and counted. */
final class ListenOutput {
    private static final Set<String> UNDERSTOOD = Set.of(FileChange.CHANNEL.name(), DefinitionChange.CHANNEL.name());

    /**
     * What a payload says, as far as its channel is known.
     *
     * @param realm empty if it names none
     * @param path empty if it names none
     * @param fields what there is to print of it; nothing if it says nothing
     */
    private record Meaning(String realm, String path, Map<String, Object> fields) {
        private static final Meaning NONE = new Meaning("", "", Map.of());

        private static Meaning of(FileChange change) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("realm", change.realm().value());
            fields.put("path", change.path());
            fields.put("wildcard", change.isWildcard());
            return new Meaning(change.realm().value(), change.path(), fields);
        }

        private static Meaning of(DefinitionChange change) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("scope", change.scope().name().toLowerCase(Locale.ROOT));
            if (!change.realm().isEmpty()) {
                fields.put("realm", change.realm());
            }
            if (!change.modules().isEmpty()) {
                fields.put("modules", change.modules());
            }
            return new Meaning(change.realm(), "", fields);
        }
    }

    private final Output output;
    private final Set<String> realms;
    private final Optional<Hook> hook;
    private final TimeLimit limit;
    private final Monitoring monitoring;
    private final MetricFamily events;
    private final MetricFamily lastEvent;
    private boolean ready;
    private volatile boolean disconnected = true;
    private boolean lossTold;
    private final AtomicInteger heard = new AtomicInteger();
    private final AtomicInteger gaps = new AtomicInteger();
    private final AtomicInteger hookFailures = new AtomicInteger();

    /**
     * @param monitoring gets the counts
     * @param realms the realms whose file changes count; empty: all
     */
    ListenOutput(Output output, Monitoring monitoring, Set<String> realms, Optional<Hook> hook, TimeLimit limit) {
        this.output = output;
        this.monitoring = monitoring;
        this.events = monitoring.counter("lockstep_listener_events", "Events that were heard.", "channel");
        this.lastEvent = monitoring.gauge(
                "lockstep_listener_last_event_timestamp_seconds",
                "When the last event was heard, in seconds since 1970.");
        monitoring
                .counter("lockstep_listener_gaps", "Times when events may have been missed.")
                .show(gaps::get);
        monitoring
                .counter("lockstep_listener_hook_failures", "Events whose program failed.")
                .show(hookFailures::get);
        monitoring
                .gauge("lockstep_listener_connected", "Whether it listens: 1 or 0.")
                .show(() -> disconnected ? 0 : 1);
        this.realms = realms;
        this.hook = hook;
        this.limit = limit;
    }

    /** How many events were for us. */
    int heard() {
        return heard.get();
    }

    void ready(Set<String> channels) {
        ready = true;
        connected();
        channels.forEach(channel -> events.add(0, channel));
        monitoring.ready("listening to " + String.join(", ", channels));
        output.event("ready", Map.of("channels", List.copyOf(channels)), "listening to " + String.join(", ", channels));
    }

    void lost(LockstepException why) {
        if (lossTold) {
            output.detail("still not connected: " + why.getMessage());
        } else {
            output.warn("connection-lost", "the connection is lost, connecting again: " + why.getMessage());
        }
        disconnected = true;
        lossTold = true;
    }

    private void connected() {
        disconnected = false;
        lossTold = false;
    }

    /** It has been looked whether there is an event. */
    void turned() {
        monitoring.beat();
    }

    /** For who asks where it is. */
    String whereabouts() {
        return (disconnected ? "not connected, " : "listening, ") + Count.of(heard.get(), "event") + " heard, "
                + Count.of(gaps.get(), "gap");
    }

    void gap(Gap gap) {
        connected();
        gaps.incrementAndGet();
        String reason = gap.reason().name().toLowerCase(Locale.ROOT);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("reason", reason);
        fields.put("downMs", gap.downFor().toMillis());
        output.event("gap", fields, "gap (" + reason + ", " + gap.downFor().toMillis() + " ms): events may be missing");
    }

    /** The payloads of other channels than these two are only shown. */
    void notified(Notification notification) throws InterruptedException {
        String payload = notification.payload();
        if (notification.channel().equals(FileChange.CHANNEL.name())) {
            changed(payload, FileChange.parse(payload), notification.senderPid(), OptionalLong.empty());
        } else if (notification.channel().equals(DefinitionChange.CHANNEL.name())) {
            event(
                    notification,
                    DefinitionChange.parse(payload).map(Meaning::of).orElse(Meaning.NONE),
                    OptionalLong.empty());
        } else {
            event(notification, Meaning.NONE, OptionalLong.empty());
        }
    }

    /**
     * Files have changed, or so somebody said.
     *
     * @param seq the number in the durable log, if it is from there
     */
    void changed(String payload, Optional<FileChange> change, int senderPid, OptionalLong seq)
            throws InterruptedException {
        if (realms.isEmpty() || isAmong(realms, change)) {
            Notification notification = new Notification(FileChange.CHANNEL.name(), payload, senderPid);
            event(notification, change.map(Meaning::of).orElse(Meaning.NONE), seq);
        }
    }

    /** What was missed is not known: everything may have changed. */
    void resync(Resync resync) {
        connected();
        gaps.incrementAndGet();
        String reason = resync.reason().label();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("reason", reason);
        fields.put("seq", Long.toString(resync.now().seq()));
        output.event("resync", fields, "resync (" + reason + "): anything may have changed");
    }

    int hookFailures() {
        return hookFailures.get();
    }

    private void event(Notification notification, Meaning meaning, OptionalLong seq) throws InterruptedException {
        heard.incrementAndGet();
        connected();
        events.add(1, notification.channel());
        lastEvent.set(System.currentTimeMillis() / 1e3);
        boolean malformed =
                UNDERSTOOD.contains(notification.channel()) && meaning.fields().isEmpty();
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("channel", notification.channel());
        fields.putAll(meaning.fields());
        fields.put("payload", notification.payload());
        if (malformed) {
            fields.put("malformed", true);
        }
        fields.put("senderPid", notification.senderPid());
        seq.ifPresent(number -> fields.put("seq", Long.toString(number)));
        output.event("event", fields, text(notification) + (malformed ? " (malformed)" : ""));
        if (hook.isPresent()) {
            run(hook.get(), notification, meaning, seq);
        }
    }

    private static boolean isAmong(Set<String> realms, Optional<FileChange> change) {
        return change.isPresent() && realms.contains(change.get().realm().value());
    }

    private static String text(Notification notification) {
        return notification.channel() + " " + notification.payload().replace("\n", "\\n");
    }

    private void run(Hook program, Notification notification, Meaning meaning, OptionalLong seq)
            throws InterruptedException {
        Map<String, String> event = new LinkedHashMap<>();
        event.put("LOCKSTEP_CHANNEL", notification.channel());
        event.put("LOCKSTEP_REALM", meaning.realm());
        event.put("LOCKSTEP_PATH", meaning.path());
        event.put("LOCKSTEP_PAYLOAD", notification.payload());
        seq.ifPresent(number -> event.put("LOCKSTEP_SEQ", Long.toString(number)));
        Optional<String> failure = program.run(event, limit);
        if (failure.isPresent()) {
            hookFailures.incrementAndGet();
            output.warn("hook-failed", failure.get() + ", for: " + text(notification));
        }
    }

    /**
     * The end, because the time ran out.
     *
     * @throws LockstepException timeout: it was to hear more
     */
    Result timedOut(Optional<Integer> count) {
        if (!ready) {
            throw new LockstepException(
                    LockstepException.Kind.TIMEOUT,
                    "not listening yet after " + limit,
                    "a longer --timeout; 'lockstep doctor' shows what stands between here and the server");
        }
        if (count.isPresent()) {
            throw new LockstepException(
                    LockstepException.Kind.TIMEOUT,
                    "heard " + heard.get() + " of " + count.get() + " events in " + limit,
                    null);
        }
        return result();
    }

    Result result() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("received", heard.get());
        data.put("gaps", gaps.get());
        data.put("hookFailures", hookFailures.get());
        Result result = Result.unchanged(data, List.of("events: " + heard.get() + ", gaps: " + gaps.get()));
        return hookFailures.get() == 0 ? result : result.with(ExitCode.INCOMPLETE);
    }
}
