package dev.lockstep.db;

import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Redactor;
import dev.lockstep.support.Remedy;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** A database said no. Branch on {@link #reason()}; the message is for people. */
public final class DbException extends LockstepException {
    /** What an SQLSTATE, or a SQLite result code, means for whoever has to decide what to do next. */
    public enum Reason {
        UNREACHABLE(Kind.UNREACHABLE, false),
        LOGIN_REFUSED(Kind.UNREACHABLE, false),
        CONNECTION_LOST(Kind.UNREACHABLE, false),
        /** The connection broke between COMMIT and its answer: only the database knows whether it is done. */
        COMMIT_UNKNOWN(Kind.UNREACHABLE, false),
        /** COMMIT was answered with ROLLBACK. */
        NOT_COMMITTED(Kind.FAILED, false),
        TOO_MANY_CONNECTIONS(Kind.TIMEOUT, false),
        /** Somebody else holds the lock, and the time to wait for it is over. */
        BUSY(Kind.TIMEOUT, false),
        TIMED_OUT(Kind.TIMEOUT, false),
        /** Serialization failure or deadlock: the same transaction may pass when it is run again. */
        CONFLICT(Kind.CONFLICT, true),
        /** Somebody asked this process to stop. */
        CANCELLED(Kind.FAILED, false),
        DUPLICATE(Kind.FAILED, false),
        /** Another constraint, or a value that the column cannot hold. */
        BAD_VALUE(Kind.FAILED, false),
        NO_SUCH_OBJECT(Kind.FAILED, false),
        NO_PRIVILEGE(Kind.FAILED, false),
        READ_ONLY(Kind.USAGE, false),
        /** A reader alone cannot undo what a writer left when it died. */
        HALF_WRITTEN(Kind.REFUSED, false),
        FULL(Kind.INCOMPLETE, false),
        CORRUPT(Kind.REFUSED, false),
        NOT_A_DATABASE(Kind.USAGE, false),
        OTHER(Kind.FAILED, false);

        private final Kind kind;
        private final boolean retryable;

        Reason(Kind kind, boolean retryable) {
            this.kind = kind;
            this.retryable = retryable;
        }

        Kind kind() {
            return kind;
        }
    }

    private static final long serialVersionUID = 1;

    private final Reason reason;
    private final String sqlState;
    private String constraint;

    /** @param sqlState as the server gave it, or the name of SQLite's result code */
    public DbException(Reason reason, String sqlState, String what, String hint, Throwable cause) {
        this(reason.kind, reason, sqlState, what, hint, cause);
    }

    /** @param kind if it means something else here than such a reason mostly does */
    public DbException(Kind kind, Reason reason, String sqlState, String what, String hint, Throwable cause) {
        super(kind, reason.name().toLowerCase(Locale.ROOT).replace('_', '-'), what, hint, cause);
        this.reason = reason;
        this.sqlState = sqlState;
    }

    /** The same, said of something: {@code the mirror: permission denied}. */
    public DbException about(String subject) {
        return new DbException(kind(), reason, sqlState, subject + ": " + getMessage(), hint(), this)
                .naming(constraint)
                .advising(remedy().orElse(null));
    }

    /** The same, by the constraint that said no; null if the server names none. */
    public DbException naming(String violated) {
        constraint = violated;
        return this;
    }

    @Override
    public DbException advising(Remedy offered) {
        super.advising(offered);
        return this;
    }

    /** The same without the passwords that the connection was made with. */
    public DbException redacted(Redactor redactor) {
        String what = redactor.redact(getMessage());
        String advised = redactor.redact(hint());
        boolean same = what.equals(getMessage()) && Objects.equals(advised, hint());
        return same
                ? this
                : new DbException(kind(), reason, sqlState, what, advised, getCause())
                        .naming(constraint)
                        .advising(remedy().orElse(null));
    }

    public Reason reason() {
        return reason;
    }

    /** The SQLSTATE, or the name of SQLite's result code ({@code SQLITE_BUSY}); may be null. */
    public String sqlState() {
        return sqlState;
    }

    /** The name of the constraint that said no, as the catalog has it, where the server tells. */
    public Optional<String> constraint() {
        return Optional.ofNullable(constraint);
    }

    /** Whether the same transaction, run again at once, may succeed. */
    public boolean retryable() {
        return reason.retryable;
    }
}
