package dev.lockstep.db;

import java.time.Duration;

/**
 * What a connection is for; all of it travels in the packet that opens the connection.
 *
 * @param application what {@code pg_stat_activity} shows, unless the user has set an application name
 * @param statementTimeout after which the server cancels a statement; zero: never
 * @param lockTimeout after which the server gives up waiting for a lock; zero: never
 */
public record PgSession(String application, Use use, Duration statementTimeout, Duration lockTimeout) {
    /** What a connection is for. */
    public enum Use {
        /** Statements that may write. */
        WRITE,
        /** Statements that cannot write even by mistake. */
        READ,
        /** Waiting for notifications, without a limit. */
        LISTEN
    }

    /** A session without limits. */
    public static PgSession of(String application, Use use) {
        return new PgSession(application, use, Duration.ZERO, Duration.ZERO);
    }

    public PgSession withStatementTimeout(Duration timeout) {
        return new PgSession(application, use, timeout, lockTimeout);
    }

    public PgSession withLockTimeout(Duration timeout) {
        return new PgSession(application, use, statementTimeout, timeout);
    }
}
