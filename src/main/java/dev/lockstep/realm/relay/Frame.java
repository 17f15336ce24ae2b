package dev.lockstep.realm.relay;

import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.log.LogPage;
import dev.lockstep.realm.log.LogPosition;
import dev.lockstep.support.Json;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * One event of a stream as its bytes are sent, made once for all who get it. What a payload says is inside JSON, where no line
 * can end.
 */
final class Frame {
    private enum Kind {
        /** Has the number of its id. */
        NUMBERED,
        /** Somebody notified without the log; it came after the number of its id, and has none. */
        UNNUMBERED
    }

    private final EventId id;
    private final Kind kind;
    /** Which it concerns; empty: all. */
    private final Optional<String> realm;

    private final byte[] bytes;

    private Frame(EventId id, Kind kind, Optional<String> realm, byte[] bytes) {
        this.id = id;
        this.kind = kind;
        this.realm = realm;
        this.bytes = bytes;
    }

    /** Where the stream is when it has been sent. */
    EventId id() {
        return id;
    }

    /** Whether it concerns one of these realms; where none is named, it does. */
    boolean concerns(Set<String> realms) {
        return realms.isEmpty() || realm.isEmpty() || realms.contains(realm.get());
    }

    /** What is sent: nobody changes it. */
    byte[] bytes() {
        return bytes;
    }

    /** A change that is in the log. */
    static Frame change(UUID epoch, LogPage.Logged logged) {
        LogPosition position = new LogPosition(epoch, logged.seq());
        return change(new EventId(position, Optional.of(EventId.mark(logged.mark()))), logged.change());
    }

    static Frame change(EventId id, FileChange change) {
        Map<String, Object> data = data(change);
        data.put("seq", Long.toString(id.seq()));
        String realm = change.realm().value();
        return new Frame(id, Kind.NUMBERED, Optional.of(realm), bytes("change", Optional.of(id), data));
    }

    /** A change that somebody told without the log. */
    static Frame unnumbered(EventId after, FileChange change) {
        String realm = change.realm().value();
        return new Frame(after, Kind.UNNUMBERED, Optional.of(realm), bytes("change", Optional.empty(), data(change)));
    }

    /** What was missed cannot be told: anything anywhere may have changed. */
    static Frame gap(EventId now, String reason) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("reason", reason);
        data.put("seq", Long.toString(now.seq()));
        return new Frame(now, Kind.NUMBERED, Optional.empty(), bytes("gap", Optional.of(now), data));
    }

    /** From here on nothing goes untold. */
    static byte[] ready(EventId from, Duration heartbeat, long retryMillis) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("epoch", from.position().epoch().toString());
        data.put("seq", Long.toString(from.seq()));
        data.put("heartbeatMs", heartbeat.toMillis());
        return joined(
                ("retry: " + retryMillis + "\n").getBytes(StandardCharsets.UTF_8),
                bytes("ready", Optional.of(from), data));
    }

    /** A sign of life. Where a filter leaves out what comes, it moves the place on all the same. */
    static byte[] heartbeat(Optional<EventId> reached) {
        return (": heartbeat\n" + reached.map(id -> "id: " + id + "\n").orElse("") + "\n")
                .getBytes(StandardCharsets.UTF_8);
    }

    private static Map<String, Object> data(FileChange change) {
        Map<String, Object> data = new LinkedHashMap<>();
        data.put("realm", change.realm().value());
        data.put("path", change.path());
        data.put("wildcard", change.isWildcard());
        return data;
    }

    private static byte[] bytes(String event, Optional<EventId> id, Map<String, Object> data) {
        String text = id.map(known -> "id: " + known + "\n").orElse("") + "event: " + event + "\ndata: "
                + Json.write(data) + "\n\n";
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] joined(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    /** Orders by number, and what has none after what has it. */
    long key() {
        return id.seq() * 2 + (kind == Kind.NUMBERED ? 0 : 1);
    }
}
