package dev.lockstep.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * One attempt to log in that may not take longer than it should, whatever it hangs on: the resolver, the network, or a
 * server that accepts and stays silent. A connection that comes too late is closed at once.
 */
public final class LoginTimeout<C extends Connection> implements Runnable {
    /** Opens the connection. */
    @FunctionalInterface
    public interface Attempt<C> {
        C connect() throws SQLException;
    }

    /** What to do, after where the address is from. */
    public static final String LONGER = "; connect_timeout=60 waits longer";

    private final Attempt<C> connector;
    private C connection;
    private Throwable failure;
    private boolean done;
    private boolean abandoned;

    private LoginTimeout(Attempt<C> connector) {
        this.connector = connector;
    }

    /**
     * Makes the attempt.
     *
     * @param limit zero for none
     * @throws SQLTimeoutException it took longer
     */
    public static <C extends Connection> C within(Duration limit, Attempt<C> connector) throws SQLException {
        if (limit.isZero()) {
            return connector.connect();
        }
        LoginTimeout<C> login = new LoginTimeout<>(connector);
        Thread thread = new Thread(login, "lockstep login");
        thread.setDaemon(true);
        thread.start();
        return login.await(limit);
    }

    @Override
    public void run() {
        C opened = null;
        Throwable failed = null;
        try {
            opened = connector.connect();
        } catch (SQLException | RuntimeException | Error e) {
            failed = e;
        }
        if (!handOver(opened, failed) && opened != null) {
            try {
                opened.close();
            } catch (SQLException e) {
                // Nobody is left to tell.
            }
        }
    }

    private synchronized boolean handOver(C opened, Throwable failed) {
        connection = opened;
        failure = failed;
        done = true;
        notifyAll();
        return !abandoned;
    }

    private synchronized C await(Duration limit) throws SQLException {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            while (!done && System.nanoTime() < deadline) {
                TimeUnit.NANOSECONDS.timedWait(this, deadline - System.nanoTime());
            }
        } catch (InterruptedException e) {
            abandoned = true;
            Thread.currentThread().interrupt();
            throw new SQLException("interrupted", "57014", e);
        }
        if (!done) {
            abandoned = true;
            throw new SQLTimeoutException("no answer within " + limit.toSeconds() + " s", "08001");
        }
        return result();
    }

    private C result() throws SQLException {
        if (failure instanceof SQLException e) {
            throw e;
        }
        if (failure instanceof RuntimeException e) {
            throw e;
        }
        if (failure instanceof Error e) {
            throw e;
        }
        return connection;
    }
}
