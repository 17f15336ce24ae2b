package dev.lockstep.testing;

import dev.lockstep.db.Connector;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One thing that goes wrong at the Nth call to a database.
 *
 * <p>A call is whatever waits for the database: connecting, a statement, a batch, a commit, a rollback; SQLite's
 * {@code BEGIN} and {@code COMMIT} are statements. All connections that are opened {@linkplain #around around} one fault count
 * together.
 */
public final class Fault {
    /** What happens at the Nth call. */
    public enum Mode {
        /** The call fails and was not run; the connection lives on. */
        THROW_BEFORE,
        /** SQLite says that another process has the lock; the call was not run, the connection lives on. */
        BUSY,
        /** The database says that the disk is full; the call was not run, the connection lives on. */
        FULL,
        /** The call was run, but the connection broke before the answer came: a lost acknowledgement. */
        THROW_AFTER,
        /** The connection, if there is one yet, is closed before the call, so that the driver itself says so. */
        CLOSE,
        /** The process is gone at once, with exit code 137, before the call. */
        HALT,
        /** The process stops as by SIGSTOP before the call, and goes on with it at SIGCONT. */
        STOP,
        /** The call is made later than it was meant to. */
        SLEEP,
        /** The call is not made before {@link #release}. */
        HOLD,
        /** Something else is done before the call. */
        MEANWHILE
    }

    /** As the shell reports a process that was killed by signal 9. */
    public static final int KILLED = 137;

    private static final String CONNECTION_FAILURE = "08006";
    private static final String DISK_FULL = "53100";
    private static final int SQLITE_BUSY = 5;
    private static final int SQLITE_IOERR = 10;

    private final int call;
    private final Mode mode;
    private final Duration delay;
    private final SqlAction meanwhile;
    private final AtomicInteger calls = new AtomicInteger();
    private final CountDownLatch released = new CountDownLatch(1);
    private volatile String hitAt;

    private Fault(int call, Mode mode, Duration delay) {
        this(call, mode, delay, () -> {});
    }

    private Fault(int call, Mode mode, Duration delay, SqlAction meanwhile) {
        this.meanwhile = meanwhile;
        this.call = call;
        this.mode = mode;
        this.delay = delay;
    }

    /** Breaks call number {@code call}, of which the first is 1. */
    public static Fault at(int call, Mode mode) {
        return new Fault(call, mode, Duration.ofSeconds(1));
    }

    /** Delays call number {@code call}. */
    public static Fault sleepAt(int call, Duration delay) {
        return new Fault(call, Mode.SLEEP, delay);
    }

    /** Lets call number {@code call} wait until it is released. */
    public static Fault holdAt(int call) {
        return new Fault(call, Mode.HOLD, Duration.ZERO);
    }

    /** Has something else done before call number {@code call}. */
    public static Fault meanwhile(int call, SqlAction action) {
        return new Fault(call, Mode.MEANWHILE, Duration.ZERO, action);
    }

    /** Lets the call that is held, or will be, go on. */
    public void release() {
        released.countDown();
    }

    /** Nothing goes wrong, but calls are counted. */
    public static Fault none() {
        return new Fault(Integer.MAX_VALUE, Mode.THROW_BEFORE, Duration.ZERO);
    }

    /** What {@link dev.lockstep.db.open.Databases} takes to put this fault around each of its connections. */
    public Connector around(Connector connector) {
        return new FaultyConnector(connector, this);
    }

    public int call() {
        return call;
    }

    public Mode mode() {
        return mode;
    }

    /** Calls so far. */
    public int calls() {
        return calls.get();
    }

    /** Whether the Nth call came. */
    public boolean hit() {
        return hitAt != null;
    }

    /** Says that another process, which had this fault, died of it. */
    public void hitElsewhere() {
        hitAt = "in another process";
    }

    /**
     * Makes one call, or what the fault makes of it.
     *
     * @param full the number by which the database says that its disk is full, if it says so by a number
     */
    <T> T call(String what, Callable<T> real, SqlAction close, int full) throws Exception {
        if (calls.incrementAndGet() != call) {
            return real.call();
        }
        hitAt = what;
        switch (mode) {
            case THROW_BEFORE -> throw failure("not run", CONNECTION_FAILURE, SQLITE_IOERR);
            case BUSY -> throw failure("not run, busy", CONNECTION_FAILURE, SQLITE_BUSY);
            case FULL -> throw failure("not run, full", DISK_FULL, full);
            case THROW_AFTER -> {
                real.call();
                close.run();
                throw failure("run, answer lost", CONNECTION_FAILURE, SQLITE_IOERR);
            }
            case CLOSE -> close.run();
            case HALT -> Runtime.getRuntime().halt(KILLED);
            case STOP -> Signals.stopThisProcess();
            case SLEEP -> Thread.sleep(delay.toMillis());
            case HOLD -> released.await();
            case MEANWHILE -> meanwhile.run();
        }
        return real.call();
    }

    /** What the driver of any engine would say of a broken connection or disk: one of them looks at the state, the others at the number. */
    private SQLException failure(String how, String state, int number) {
        return new SQLException("injected at call %d, %s: %s".formatted(call, how, hitAt), state, number);
    }

    @Override
    public String toString() {
        return mode + " at call " + call + (hitAt == null ? " of " + calls + ", not reached" : ": " + hitAt);
    }

    /** Something done to a connection. */
    @FunctionalInterface
    public interface SqlAction {
        void run() throws SQLException;
    }
}
