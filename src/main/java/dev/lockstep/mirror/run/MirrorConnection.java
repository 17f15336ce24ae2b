package dev.lockstep.mirror.run;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.support.Backoff;
import dev.lockstep.support.Clock;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The connection to the mirror, made again when it breaks: a piece of work that lost it is done once more, from its
 * beginning, with waits in between that grow, for as long as the patience lasts.
 */
public final class MirrorConnection implements AutoCloseable {
    private static final Duration FIRST_WAIT = Duration.ofMillis(100);
    private static final Duration MAX_WAIT = Duration.ofSeconds(5);

    private final Supplier<Db> opener;
    private final Duration patience;
    private final Consumer<String> messages;
    private final Clock clock;
    private Consumer<Db> onReconnect = db -> {};
    private Db db;
    private boolean lost;

    /**
     * Connects; the first time is not tried again, for what is wrong may be the address.
     *
     * @param messages takes what is worth saying to people
     */
    public MirrorConnection(Supplier<Db> opener, Duration patience, Consumer<String> messages) {
        this(opener, patience, messages, Clock.SYSTEM);
    }

    public MirrorConnection(Supplier<Db> opener, Duration patience, Consumer<String> messages, Clock clock) {
        this.opener = opener;
        this.patience = patience;
        this.messages = messages;
        this.clock = clock;
        this.db = opener.get();
    }

    public Db db() {
        return db;
    }

    /** By which it waits. */
    Clock clock() {
        return clock;
    }

    /** What to do with each new connection. */
    void onReconnect(Consumer<Db> action) {
        onReconnect = action;
    }

    /** Whether the connection has been lost before: what an earlier attempt has done is not known. */
    boolean wasLost() {
        return lost;
    }

    /** Runs the work in one transaction; all of it again if the connection breaks, even while it commits. */
    public <T> T transact(Function<Tx, T> work) {
        return attempt(connected -> connected.transact(work));
    }

    /** Runs the work in one transaction that sees one snapshot and writes nothing; all of it again if the connection breaks. */
    public <T> T read(Function<Tx, T> work) {
        return attempt(connected -> connected.read(work));
    }

    private <T> T attempt(Function<Db, T> work) {
        long begun = clock.nanos();
        Backoff backoff = new Backoff(FIRST_WAIT, MAX_WAIT, Backoff.Jitter.NONE, clock);
        while (true) {
            try {
                if (db == null) {
                    connect();
                }
                return work.apply(db);
            } catch (DbException e) {
                if (!isAway(e) || clock.nanos() - begun + backoff.limit().toNanos() > patience.toNanos()) {
                    throw e;
                }
                lose(e);
                pause(backoff, e);
            }
        }
    }

    /** Connects anew, whatever is under way: a connection that was told to stop starts nothing any more. */
    void renew() {
        if (db != null) {
            db.abort();
            db.close();
            db = null;
        }
        db = opener.get();
        onReconnect.accept(db);
    }

    private void connect() {
        db = opener.get();
        onReconnect.accept(db);
        messages.accept("connected to the mirror again");
    }

    private void lose(DbException e) {
        lost = true;
        if (db != null) {
            messages.accept("the mirror is away: " + e.getMessage());
            try {
                db.abort();
                db.close();
            } catch (DbException suppressed) {
                e.addSuppressed(suppressed);
            }
            db = null;
        }
    }

    private static void pause(Backoff backoff, DbException e) {
        try {
            backoff.pause();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            e.addSuppressed(interrupted);
            throw e;
        }
    }

    private static boolean isAway(DbException e) {
        return switch (e.reason()) {
            case UNREACHABLE, CONNECTION_LOST, COMMIT_UNKNOWN, TOO_MANY_CONNECTIONS -> true;
            default -> false;
        };
    }

    @Override
    public void close() {
        if (db != null) {
            db.close();
        }
    }

    /** A table that cannot be copied does not keep the others from it; a mirror that is gone does. */
    public static boolean endsTheRun(LockstepException e) {
        if (Thread.currentThread().isInterrupted() || e.code().equals("superseded")) {
            return true;
        }
        return e instanceof DbException db
                && switch (db.reason()) {
                    case CANCELLED, UNREACHABLE, CONNECTION_LOST, COMMIT_UNKNOWN, TOO_MANY_CONNECTIONS -> true;
                    default -> false;
                };
    }
}
