package dev.lockstep.cli;

import dev.lockstep.db.ListenEvent.Gap;
import dev.lockstep.db.ListenEvent.Notification;
import dev.lockstep.db.Trouble;
import dev.lockstep.realm.FeedEvent.Resync;
import dev.lockstep.realm.FileChange;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** What one {@code realm listen} hears: printed, handed to the hook, and counted. */
final class Hearing {
    private final Output output;
    private final Set<String> realms;
    private final Optional<Hook> hook;
    private final Deadline deadline;
    private boolean ready;
    private boolean deaf;
    private int heard;
    private int gaps;
    private int hookFailures;

    /** @param realms the realms whose file changes count; empty: all */
    Hearing(Output output, Set<String> realms, Optional<Hook> hook, Deadline deadline) {
        this.output = output;
        this.realms = realms;
        this.hook = hook;
        this.deadline = deadline;
    }

    /** How many events were for us. */
    int heard() {
        return heard;
    }

    void ready(Set<String> channels) {
        ready = true;
        output.event("ready", Map.of("channels", List.copyOf(channels)), "listening to " + String.join(", ", channels));
    }

    void lost(Trouble why) {
        if (deaf) {
            output.detail("still not connected: " + why.getMessage());
        } else {
            output.warn("connection-lost", "the connection is lost, connecting again: " + why.getMessage());
        }
        deaf = true;
    }

    void gap(Gap gap) {
        deaf = false;
        gaps++;
        String reason = gap.reason().name().toLowerCase(Locale.ROOT);
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("reason", reason);
        fields.put("downMs", gap.downFor().toMillis());
        output.event("gap", fields, "gap (" + reason + ", " + gap.downFor().toMillis() + " ms): events may be missing");
    }

    void notified(Notification notification) throws InterruptedException {
        boolean fileChange = notification.channel().equals(FileChange.CHANNEL.name());
        Optional<FileChange> change = fileChange ? FileChange.parse(notification.payload()) : Optional.empty();
        if (fileChange) {
            changed(notification.payload(), change, notification.senderPid(), OptionalLong.empty());
        } else {
            event(notification, change, OptionalLong.empty(), false);
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
            event(notification, change, seq, change.isEmpty());
        }
    }

    /** What was missed is not known: everything may have changed. */
    void resync(Resync resync) {
        deaf = false;
        gaps++;
        String reason = resync.reason().name().toLowerCase(Locale.ROOT).replace('_', '-');
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("reason", reason);
        fields.put("seq", Long.toString(resync.now().seq()));
        output.event("resync", fields, "resync (" + reason + "): anything may have changed");
    }

    int hookFailures() {
        return hookFailures;
    }

    private void event(Notification notification, Optional<FileChange> change, OptionalLong seq, boolean malformed)
            throws InterruptedException {
        heard++;
        deaf = false;
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("channel", notification.channel());
        change.ifPresent(c -> {
            fields.put("realm", c.realm().value());
            fields.put("path", c.path());
            fields.put("wildcard", c.isWildcard());
        });
        fields.put("payload", notification.payload());
        if (malformed) {
            fields.put("malformed", true);
        }
        fields.put("senderPid", notification.senderPid());
        seq.ifPresent(number -> fields.put("seq", Long.toString(number)));
        output.event("event", fields, text(notification) + (malformed ? " (malformed)" : ""));
        if (hook.isPresent()) {
            run(hook.get(), notification, change, seq);
        }
    }

    private static boolean isAmong(Set<String> realms, Optional<FileChange> change) {
        return change.isPresent() && realms.contains(change.get().realm().value());
    }

    private static String text(Notification notification) {
        return notification.channel() + " " + notification.payload().replace("\n", "\\n");
    }

    private void run(Hook program, Notification notification, Optional<FileChange> change, OptionalLong seq)
            throws InterruptedException {
        Map<String, String> event = new LinkedHashMap<>();
        event.put("LOCKSTEP_CHANNEL", notification.channel());
        event.put("LOCKSTEP_REALM", change.map(c -> c.realm().value()).orElse(""));
        event.put("LOCKSTEP_PATH", change.map(FileChange::path).orElse(""));
        event.put("LOCKSTEP_PAYLOAD", notification.payload());
        seq.ifPresent(number -> event.put("LOCKSTEP_SEQ", Long.toString(number)));
        Optional<String> failure = program.run(event, deadline);
        if (failure.isPresent()) {
            hookFailures++;
            output.warn("hook-failed", failure.get() + ", for: " + text(notification));
        }
    }

    /**
     * The end, because the time ran out.
     *
     * @throws Trouble timeout: it was to hear more
     */
    Result timedOut(Optional<Integer> count) {
        String limit = deadline.toString();
        if (!ready) {
            throw new Trouble(Trouble.Kind.TIMEOUT, "not listening yet after " + limit, "a longer --timeout");
        }
        if (count.isPresent()) {
            throw new Trouble(
                    Trouble.Kind.TIMEOUT, "heard " + heard + " of " + count.get() + " events in " + limit, null);
        }
        return result();
    }

    Result result() {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("received", heard);
        data.put("gaps", gaps);
        data.put("hookFailures", hookFailures);
        Result result = Result.unchanged(data, List.of("events: " + heard + ", gaps: " + gaps));
        return hookFailures == 0 ? result : result.with(ExitCode.INCOMPLETE);
    }
}
