package dev.lockstep.db.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.listen.ListenEvent.Lost;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.ListenEvent.Ready;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A subscription with the questions that tests ask of it. */
record TestSubscription(Subscription subscription) {
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** Subscribes, and returns when it is ready. */
    static TestSubscription on(PgListener listener, String... channels) throws InterruptedException {
        TestSubscription subscription = of(listener, channels);
        subscription.awaitReady();
        return subscription;
    }

    /** Subscribes, and returns at once. */
    static TestSubscription of(PgListener listener, String... channels) {
        List<Channel> names = new ArrayList<>();
        for (String channel : channels) {
            names.add(new Channel(channel));
        }
        return new TestSubscription(listener.subscribe(Set.copyOf(names)));
    }

    void awaitReady() throws InterruptedException {
        assertThat(next()).isEqualTo(new Ready(subscription.channels()));
    }

    /** The next event, which must come. */
    ListenEvent next() throws InterruptedException {
        return subscription.next(PATIENCE).orElseThrow(() -> new AssertionError("no event within " + PATIENCE));
    }

    /** The next event, other than that the connection is lost. */
    <E extends ListenEvent> E next(Class<E> type) throws InterruptedException {
        ListenEvent event = next();
        while (event instanceof Lost) {
            event = next();
        }
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    /** The next events, which must be notifications, as {@code channel payload}. */
    List<String> hear(int count) throws InterruptedException {
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Notification notification = next(Notification.class);
            heard.add(notification.channel() + " " + notification.payload());
        }
        return heard;
    }

    /** The next event if it is there already. */
    boolean isSilent() throws InterruptedException {
        return subscription.next(Duration.ZERO).isEmpty();
    }
}
