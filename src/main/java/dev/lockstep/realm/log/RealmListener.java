package dev.lockstep.realm.log;

import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.Channel;
import dev.lockstep.db.listen.ListenEvent;
import dev.lockstep.db.listen.ListenEvent.Gap;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.listen.Subscription;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.DefinitionChange;
import dev.lockstep.realm.DefinitionHandler;
import dev.lockstep.realm.FileChange;
import dev.lockstep.realm.RealmHandler;
import dev.lockstep.realm.log.FeedEvent.Changed;
import dev.lockstep.realm.log.FeedEvent.Ready;
import dev.lockstep.realm.log.FeedEvent.Resync;
import dev.lockstep.realm.log.InvalidationFeed.Emitters;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * Tells a handler what changes, from a thread of its own, for as long as it is open; over lost connections too.
 *
 * <p>It ends by itself only when it cannot go on: the first connection fails, another run takes the name, the handler throws.
 * {@link #awaitReady} and {@link #close} throw what ended it.
 */
public final class RealmListener implements AutoCloseable {
    private static final Duration SLICE = Duration.ofMillis(200);

    private final CompletableFuture<Void> ready = new CompletableFuture<>();
    private final Thread thread;
    private volatile boolean closing;
    private volatile RuntimeException failure;

    private RealmListener(Loop loop) {
        thread = new Thread(() -> run(loop), "lockstep-realm");
        thread.setDaemon(true);
        thread.start();
    }

    /** Hears notifications; after a lost connection the handler is told of a gap. */
    public static RealmListener listening(Databases databases, PgTarget target, RealmHandler handler) {
        return hearing(
                databases,
                target,
                FileChange.CHANNEL,
                payload -> FileChange.parse(payload).ifPresent(change -> tell(change, handler)),
                gap -> handler.gap("connection lost for " + gap.downFor().toMillis() + " ms"));
    }

    /** Hears which definitions are no longer true; after a lost connection the handler is told that none may be. */
    public static RealmListener definitions(Databases databases, PgTarget target, DefinitionHandler handler) {
        return hearing(
                databases,
                target,
                DefinitionChange.CHANNEL,
                payload -> DefinitionChange.parse(payload).ifPresent(change -> change.tell(handler)),
                gap -> handler.everything());
    }

    private static RealmListener hearing(
            Databases databases, PgTarget target, Channel channel, Consumer<String> payloads, Consumer<Gap> gaps) {
        Session session = Session.of("lockstep listener", Session.Use.LISTEN);
        return new RealmListener(listener -> {
            try (PgListener hub = databases.listener(target, session, PgListener.Options.DEFAULT)) {
                listener.hear(hub.subscribe(Set.of(channel)), payloads, gaps);
            }
        });
    }

    /**
     * Reads the durable log; after a lost connection the handler is told exactly what it has missed. Meanwhile it moves what
     * is in the outbox, if there is one, and it may.
     */
    public static RealmListener durable(Databases databases, PgTarget target, String name, RealmHandler handler) {
        return new RealmListener(listener -> {
            try (InvalidationFeed feed =
                            InvalidationFeed.listening(databases, target, Optional.of(name), Emitters.ALL_USE_THE_LOG);
                    Sequencing sequencing = Sequencing.beside(databases, target, Sequencing.DEFAULT_INTERVAL)) {
                listener.read(feed, handler);
            }
        });
    }

    /**
     * Hears what a relay hears, without a session of the database; after a lost connection the handler is told exactly what it has
     * missed, or that nobody can say.
     */
    public static RealmListener relayed(RelayEndpoint endpoint, RealmHandler handler) {
        return new RealmListener(listener -> {
            try (RelayFeed feed = new RelayFeed(endpoint)) {
                listener.read(feed, handler);
            }
        });
    }

    /** Looks into the durable log now and then: on a standby, and behind a transaction pooler. */
    public static RealmListener polling(Databases databases, PgTarget target, Duration interval, RealmHandler handler) {
        return new RealmListener(listener -> {
            try (InvalidationFeed feed = InvalidationFeed.polling(databases, target, Optional.empty(), interval);
                    Sequencing sequencing = Sequencing.beside(databases, target, Sequencing.DEFAULT_INTERVAL)) {
                listener.read(feed, handler);
            }
        });
    }

    /**
     * Returns when nothing that is committed from now on goes unheard.
     *
     * @throws dev.lockstep.support.LockstepException why that cannot be
     */
    public RealmListener awaitReady() {
        try {
            ready.join();
            return this;
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
    }

    /** Whether it goes on: it hears, or connects anew to hear again. */
    public boolean isRunning() {
        return thread.isAlive();
    }

    /**
     * Ends it, once the handler has returned.
     *
     * @throws dev.lockstep.support.LockstepException what had ended it before
     */
    @Override
    public void close() {
        closing = true;
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (failure != null) {
            throw failure;
        }
    }

    private void run(Loop loop) {
        try {
            loop.run(this);
        } catch (InterruptedException e) {
            // Only close() knows this thread.
            closing = true;
        } catch (RuntimeException e) {
            failure = e;
        } finally {
            ready.completeExceptionally(
                    failure == null ? new IllegalStateException("the listener is closed") : failure);
        }
    }

    private void hear(Subscription subscription, Consumer<String> payloads, Consumer<Gap> gaps)
            throws InterruptedException {
        while (!closing) {
            Optional<ListenEvent> event = subscription.next(SLICE);
            if (event.isEmpty()) {
                continue;
            }
            if (event.get() instanceof Notification notification) {
                payloads.accept(notification.payload());
            } else if (event.get() instanceof Gap gap) {
                gaps.accept(gap);
            } else if (event.get() instanceof ListenEvent.Ready) {
                ready.complete(null);
            }
        }
    }

    private void read(RealmFeed feed, RealmHandler handler) throws InterruptedException {
        while (!closing) {
            FeedEvent event = feed.next(SLICE).orElse(null);
            if (event instanceof Changed changed) {
                tell(changed.change(), handler);
            } else if (event instanceof Resync resync) {
                handler.gap("the log does not say what was missed: " + resync.reason());
            } else if (event instanceof Ready) {
                ready.complete(null);
            }
            feed.applied();
        }
    }

    private static void tell(FileChange change, RealmHandler handler) {
        if (change.isWildcard()) {
            handler.realm(change.realm());
        } else {
            handler.path(change.realm(), change.path());
        }
    }

    private interface Loop {
        void run(RealmListener listener) throws InterruptedException;
    }
}
