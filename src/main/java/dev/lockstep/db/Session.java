package dev.lockstep.db;

import java.time.Duration;

/**
 * What a connection is for; the connector of each server makes it so.
 *
 * @param application what {@code pg_stat_activity} shows, unless the user has set an application name
 * @param statementTimeout after which the server cancels a statement; zero: never
 * @param lockTimeout after which the server gives up waiting for a lock; zero: never
 * @param grace how long after the statement's timeout an answer may take, before the connection counts as lost
 */
public record Session(
        String application, Use use, Duration statementTimeout, Duration lockTimeout, Duration grace, Backend backend) {
    /** The server ends an overlong statement; if it cannot even do that, the socket ends the wait. */
    private static final Duration GRACE = Duration.ofSeconds(10);

    /** What a connection is for. */
    public enum Use {
        /** Statements that may write. */
        WRITE,
        /** Statements that cannot write even by mistake. */
        READ,
        /** Waiting for notifications, without a limit. */
        LISTEN
    }

    /** Which backends of the server may answer. */
    public enum Backend {
        /** One, from the first statement to the last; unless a pooler is seen. */
        OWN,
        /** With each transaction another one, though no pooler may be seen. */
        ANY
    }

    /** A session without limits. */
    public static Session of(String application, Use use) {
        return new Session(application, use, Duration.ZERO, Duration.ZERO, GRACE, Backend.OWN);
    }

    public Session withStatementTimeout(Duration timeout) {
        return new Session(application, use, timeout, lockTimeout, grace, backend);
    }

    public Session withLockTimeout(Duration timeout) {
        return new Session(application, use, statementTimeout, timeout, grace, backend);
    }

    /** For whoever must notice a silent link sooner than the usual grace allows. */
    public Session withGrace(Duration other) {
        return new Session(application, use, statementTimeout, lockTimeout, other, backend);
    }

    /** For whoever is to get along with any pooler. */
    public Session onAnyBackend() {
        return new Session(application, use, statementTimeout, lockTimeout, grace, Backend.ANY);
    }
}
