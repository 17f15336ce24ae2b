package dev.lockstep.realm.log;

import dev.lockstep.db.listen.ListenEvent.Notification;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;

/**
 * The notifications that belong to records of the log that were read before they came. One that was not expected is from
 * an emitter that does not use the log. What was expected and did not come within a minute was lost with a connection.
 */
final class PendingNotifications {
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    private record Key(int emitter, String payload) {}

    private static final class Expected {
        private final Key key;
        private final long since = System.nanoTime();
        private boolean taken;

        private Expected(Key key) {
            this.key = key;
        }

        private boolean isOver() {
            return taken || System.nanoTime() - since > PATIENCE.toNanos();
        }
    }

    private final Map<Key, Deque<Expected>> byKey = new HashMap<>();
    private final Deque<Expected> byAge = new ArrayDeque<>();

    void expect(LogPage.Logged logged) {
        while (!byAge.isEmpty() && byAge.getFirst().isOver()) {
            Expected over = byAge.removeFirst();
            if (!over.taken) {
                removeFirst(over.key);
            }
        }
        Expected added = new Expected(new Key(logged.emitter(), logged.change().payload()));
        byKey.computeIfAbsent(added.key, key -> new ArrayDeque<>()).addLast(added);
        byAge.addLast(added);
    }

    /** Whether the notification belongs to a record; it does so once. */
    boolean take(Notification notification) {
        Key key = new Key(notification.senderPid(), notification.payload());
        if (!byKey.containsKey(key)) {
            return false;
        }
        removeFirst(key).taken = true;
        return true;
    }

    private Expected removeFirst(Key key) {
        Deque<Expected> same = byKey.get(key);
        Expected first = same.removeFirst();
        if (same.isEmpty()) {
            byKey.remove(key);
        }
        return first;
    }
}
