package dev.lockstep.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.listen.Channel;
import dev.lockstep.db.listen.ListenEvent;
import dev.lockstep.db.listen.ListenEvent.Lost;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.ListenEvent.Ready;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.listen.Subscription;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** A subscription with the questions that tests ask of it. */
public record Ear(Subscription subscription) {
    public static final Duration PATIENCE = Duration.ofSeconds(15);

    /** Subscribes, and returns when it is ready. */
    public static Ear on(PgListener listener, String... channels) throws InterruptedException {
        Ear ear = of(listener, channels);
        ear.awaitReady();
        return ear;
    }

    /** Subscribes, and returns at once. */
    public static Ear of(PgListener listener, String... channels) {
        List<Channel> names = new ArrayList<>();
        for (String channel : channels) {
            names.add(new Channel(channel));
        }
        return new Ear(listener.subscribe(Set.copyOf(names)));
    }

    public void awaitReady() throws InterruptedException {
        assertThat(next()).isEqualTo(new Ready(subscription.channels()));
    }

    /** The next event, which must come. */
    public ListenEvent next() throws InterruptedException {
        return subscription.next(PATIENCE).orElseThrow(() -> new AssertionError("no event within " + PATIENCE));
    }

    /** The next event, other than that the connection is lost. */
    public <E extends ListenEvent> E next(Class<E> type) throws InterruptedException {
        ListenEvent event = next();
        while (event instanceof Lost) {
            event = next();
        }
        assertThat(event).isInstanceOf(type);
        return type.cast(event);
    }

    /** The next events, which must be notifications, as {@code channel payload}. */
    public List<String> hear(int count) throws InterruptedException {
        List<String> heard = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            Notification notification = next(Notification.class);
            heard.add(notification.channel() + " " + notification.payload());
        }
        return heard;
    }

    /** The next event if it is there already. */
    public boolean isSilent() throws InterruptedException {
        return subscription.next(Duration.ZERO).isEmpty();
    }
}
