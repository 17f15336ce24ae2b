package dev.lockstep.support;

import java.util.Locale;
import java.util.Optional;

/**
 * What went wrong, what it means, and what to try: the root of every error that lockstep raises on purpose.
 *
 * <p>The message is one line that names its input; the hint, which may be null, is the next thing to run or to change. Where
 * that is something which lockstep offers, the {@link #remedy} says so to programs, with its arguments.
 * Neither shows what looks like a password ({@link Redactor}). Anything else that reaches the top is a bug in lockstep.
 */
public class LockstepException extends RuntimeException {
    /** What it means for whoever asked; the command line makes one exit code of each. */
    public enum Kind {
        /** Tried and failed; running it again helps only after a change. */
        FAILED,
        /** Nothing was attempted: the request itself is wrong. */
        USAGE,
        /** A check ran to its end and the answer is no. */
        DIFFERS,
        /** Could not connect or log in. */
        UNREACHABLE,
        /** A limit ran out. */
        TIMEOUT,
        /** A safety rule; nothing changed. */
        REFUSED,
        /** Part is done and kept; the same request continues it. */
        INCOMPLETE,
        /** An optimistic write lost. */
        CONFLICT
    }

    private static final long serialVersionUID = 1;

    private final Kind kind;
    private final String code;
    private final String hint;
    private Remedy remedy;

    /** Something was tried and failed. */
    public LockstepException(String what, String hint) {
        this(Kind.FAILED, what, hint);
    }

    public LockstepException(Kind kind, String what, String hint) {
        this(kind, kind.name().toLowerCase(Locale.ROOT), what, hint, null);
    }

    /** @param code a stable name of this very trouble for programs, in lower case with hyphens */
    public LockstepException(Kind kind, String code, String what, String hint, Throwable cause) {
        super(Redactor.withoutLikely(what), cause);
        this.kind = kind;
        this.code = code;
        this.hint = Redactor.withoutLikely(hint);
    }

    public static LockstepException usage(String what, String hint) {
        return new LockstepException(Kind.USAGE, what, hint);
    }

    public static LockstepException refused(String what, String hint) {
        return new LockstepException(Kind.REFUSED, what, hint);
    }

    /** With a code for programs, such as {@code index-damaged}. */
    public static LockstepException refused(String code, String what, String hint) {
        return new LockstepException(Kind.REFUSED, code, what, hint, null);
    }

    public final Kind kind() {
        return kind;
    }

    public final String code() {
        return code;
    }

    /** The same, with what lockstep offers to do about it; said once, where it is made. */
    public LockstepException advising(Remedy offered) {
        remedy = offered;
        return this;
    }

    /** What to try next, or null. */
    public final String hint() {
        return remedy == null ? hint : Redactor.withoutLikely(remedy.toString());
    }

    /** What lockstep offers to do about it, if that is what to try next. */
    public final Optional<Remedy> remedy() {
        return Optional.ofNullable(remedy);
    }
}
