package dev.lockstep.db.listen;

import dev.lockstep.db.Connector;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.listen.ListenEvent.Gap;
import dev.lockstep.db.listen.ListenEvent.GapReason;
import dev.lockstep.db.listen.ListenEvent.Notification;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** The thread that reads a {@link PgListener}'s connection, and replaces it. */
final class ListenLoop {
    /** How long a new subscription, or the end, may go unnoticed; the driver cannot be woken. */
    private static final Duration SLICE = Duration.ofMillis(200);

    private static final Duration FIRST_PAUSE = Duration.ofMillis(200);
    private static final Duration FAREWELL = Duration.ofSeconds(1);

    /** How a connection was lost. */
    private record Loss(GapReason reason, DbException why, long sinceNanos) {}

    private final PgListener hub;
    private final Connector connector;
    private final PgListener.Options options;
    private final Thread reader = new Thread(this::run, "lockstep-listen");
    private final CountDownLatch stop = new CountDownLatch(1);
    private final Set<Channel> listening = new HashSet<>();
    private volatile ListenSession session;

    ListenLoop(PgListener hub, Connector connector, PgListener.Options options) {
        this.hub = hub;
        this.connector = connector;
        this.options = options;
        reader.setDaemon(true);
    }

    void start() {
        reader.start();
    }

    /** Ends the threads and the connection; breaks the connection if it does not end by itself. */
    void stop() {
        stop.countDown();
        try {
            reader.join(FAREWELL.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        ListenSession left = session;
        if (reader.isAlive() && left != null) {
            left.abort();
        }
    }

    private void run() {
        RuntimeException failure = null;
        try {
            establish();
            while (!stopped()) {
                Loss loss = readUntilLost();
                if (loss != null) {
                    replace(loss);
                }
            }
        } catch (RuntimeException e) {
            failure = stopped() ? null : e;
        } finally {
            stop.countDown();
            release(failure);
            hub.ended(failure);
        }
    }

    /** Opens a session that listens to all that is wanted now. */
    private void establish() {
        ListenSession opened = ListenSession.open(connector);
        try {
            Set<Channel> wanted = hub.wanted();
            opened.listen(wanted);
            opened.prove(connector, options.patience());
            listening.clear();
            listening.addAll(wanted);
            session = opened;
        } catch (RuntimeException e) {
            close(opened, e);
            throw e;
        }
    }

    /** @return null when it was told to stop */
    private Loss readUntilLost() {
        long heard = System.nanoTime();
        try {
            while (!stopped()) {
                follow();
                List<Notification> notifications = session.poll(SLICE);
                if (!notifications.isEmpty()) {
                    hub.dispatch(notifications);
                    heard = System.nanoTime();
                } else if (since(heard).compareTo(options.heartbeat()) >= 0) {
                    long asked = System.nanoTime();
                    if (!session.isAlive(options.patience())) {
                        return unanswered(heard, asked);
                    }
                    heard = System.nanoTime();
                }
            }
            return null;
        } catch (DbException e) {
            GapReason reason = session.lossBy(e);
            return new Loss(reason, e, reason == GapReason.SILENT ? heard : System.nanoTime());
        }
    }

    /** Listens to what somebody has begun to want, and no longer to what nobody wants. */
    private void follow() {
        Set<Channel> wanted = hub.wanted();
        if (!wanted.equals(listening)) {
            Set<Channel> unwanted = new HashSet<>(listening);
            unwanted.removeAll(wanted);
            session.unlisten(unwanted);
            listening.removeAll(unwanted);
            wanted.removeAll(listening);
            session.listen(wanted);
            listening.addAll(wanted);
        }
        hub.listening(listening);
    }

    private Loss unanswered(long heard, long asked) {
        boolean late = since(asked).compareTo(options.patience()) >= 0;
        String what = late ? "no answer for " + options.patience().toSeconds() + " s" : "the connection broke";
        DbException why = new DbException(Reason.CONNECTION_LOST, "08006", what, null, null);
        return late ? new Loss(GapReason.SILENT, why, heard) : new Loss(GapReason.CLOSED, why, asked);
    }

    /** @throws DbException the loss itself, if no connection is to follow */
    private void replace(Loss loss) {
        release(loss.why());
        if (options.onLoss() == PgListener.OnLoss.END) {
            throw loss.why();
        }
        hub.lost(loss.why());
        Backoff backoff = new Backoff(FIRST_PAUSE, options.longestPause(), Backoff.Jitter.FULL, Clock.SYSTEM);
        while (!stoppedWithin(backoff.next())) {
            try {
                establish();
                hub.resumed(listening, new Gap(loss.reason(), since(loss.sinceNanos())));
                return;
            } catch (LockstepException e) {
                hub.lost(e);
            }
        }
    }

    private void release(RuntimeException cause) {
        ListenSession left = session;
        session = null;
        if (left != null) {
            close(left, cause);
        }
    }

    private static void close(ListenSession session, RuntimeException cause) {
        try {
            session.close();
        } catch (DbException e) {
            if (cause != null) {
                cause.addSuppressed(e);
            }
        }
    }

    private boolean stopped() {
        return stop.getCount() == 0;
    }

    private boolean stoppedWithin(Duration time) {
        try {
            return stop.await(time.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            // Nobody else knows this thread: an interrupt can only mean that it should end.
            return true;
        }
    }

    private static Duration since(long nanos) {
        return Duration.ofNanos(System.nanoTime() - nanos);
    }
}
