package dev.lockstep.db.listen;

import dev.lockstep.db.Connector;
import dev.lockstep.db.listen.ListenEvent.Gap;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Notifications of one PostgreSQL database for any number of subscribers, over one connection.
 *
 * <p>The connection is opened for the first subscriber and read by a daemon thread that runs nobody's code: it only
 * moves notifications into the queue of each {@link Subscription}. A subscription says {@link ListenEvent.Ready} when
 * its LISTEN is committed. Silence is broken by heartbeats, so a link that is dead without having said goodbye is noticed
 * within {@code heartbeat + patience}. A lost connection is replaced, with pauses that grow and are random, so that a
 * fleet does not come back all at once; then every subscription hears of the {@link ListenEvent.Gap}.
 *
 * <p>If the first connection fails, every subscription ends with that error, and a later {@link #subscribe} tries anew.
 */
public final class PgListener implements AutoCloseable {
    /** What a lost connection means. */
    public enum OnLoss {
        RECONNECT,
        /** Every subscription ends with the error. */
        END
    }

    /**
     * How a listener behaves.
     *
     * @param heartbeat the silence after which the server is asked for a sign of life
     * @param patience how long it may take to give one; whole seconds
     * @param longestPause the limit up to which the pauses between attempts to connect double
     * @param queueLimit how many events may wait for one subscriber
     */
    public record Options(Duration heartbeat, Duration patience, Duration longestPause, int queueLimit, OnLoss onLoss) {
        public static final Options DEFAULT = new Options(
                Duration.ofSeconds(5), Duration.ofSeconds(3), Duration.ofSeconds(5), 10_000, OnLoss.RECONNECT);

        public Options with(OnLoss other) {
            return new Options(heartbeat, patience, longestPause, queueLimit, other);
        }

        public Options withQueueLimit(int other) {
            return new Options(heartbeat, patience, longestPause, other, onLoss);
        }
    }

    private final Connector connector;
    private final Options options;
    private final Set<Subscription> subscriptions = new LinkedHashSet<>();
    private ListenLoop loop;
    private boolean closed;

    /** @param connector gives connections on which a read may wait for ever */
    public PgListener(Connector connector, Options options) {
        this.connector = connector;
        this.options = options;
    }

    /**
     * Begins to listen, and returns at once: the subscription's first event is {@link ListenEvent.Ready}, or its first
     * {@code next} fails.
     *
     * @param channels at least one
     */
    public synchronized Subscription subscribe(Set<Channel> channels) {
        if (closed) {
            throw new IllegalStateException("the listener is closed");
        }
        if (channels.isEmpty()) {
            throw new IllegalArgumentException("a subscription needs a channel");
        }
        Subscription subscription = new Subscription(Set.copyOf(channels), options.queueLimit(), this::leave);
        subscriptions.add(subscription);
        if (loop == null) {
            loop = new ListenLoop(this, connector, options);
            loop.start();
        }
        return subscription;
    }

    /** Closes every subscription and the connection. */
    @Override
    public void close() {
        ListenLoop running;
        List<Subscription> left;
        synchronized (this) {
            closed = true;
            running = loop;
            left = new ArrayList<>(subscriptions);
        }
        left.forEach(Subscription::close);
        if (running != null) {
            running.stop();
        }
    }

    private synchronized void leave(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    /** The channels that somebody wants now. */
    synchronized Set<Channel> wanted() {
        Set<Channel> wanted = new HashSet<>();
        for (Subscription subscription : subscriptions) {
            wanted.addAll(subscription.channels());
        }
        return wanted;
    }

    /** These channels are listened to. */
    synchronized void listening(Set<Channel> channels) {
        for (Subscription subscription : subscriptions) {
            if (channels.containsAll(subscription.channels())) {
                subscription.listening();
            }
        }
    }

    /** These channels are listened to again, after a time of silence. */
    synchronized void resumed(Set<Channel> channels, Gap gap) {
        for (Subscription subscription : subscriptions) {
            if (channels.containsAll(subscription.channels()) && !subscription.listening()) {
                subscription.gap(gap);
            }
        }
    }

    synchronized void dispatch(List<Notification> notifications) {
        for (Notification notification : notifications) {
            for (Subscription subscription : subscriptions) {
                if (subscription.wants(notification.channel())) {
                    subscription.notified(notification);
                }
            }
        }
    }

    synchronized void lost(LockstepException why) {
        for (Subscription subscription : subscriptions) {
            subscription.lost(why);
        }
    }

    /** The loop has ended; whoever is still subscribed hears nothing more. */
    synchronized void ended(RuntimeException why) {
        for (Subscription subscription : subscriptions) {
            subscription.end(why);
        }
        subscriptions.clear();
        loop = null;
    }
}
