package dev.lockstep.cli.kit;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.support.LockstepException;

/** A trouble whose exit code is another than that of its kind, because a child's status passes through beside it. */
public final class ExitTrouble extends LockstepException {
    private static final long serialVersionUID = 1;

    private final ExitCode exit;

    public ExitTrouble(ExitCode exit, String code, String what, String hint, Throwable cause) {
        super(Kind.FAILED, code, what, hint, cause);
        this.exit = exit;
    }

    /** A trouble of lockstep's own around a child. What is wrong with the request itself stays a usage error. */
    public static LockstepException around(LockstepException trouble) {
        return switch (trouble.kind()) {
            case USAGE, REFUSED -> trouble;
            default ->
                trouble instanceof ExitTrouble
                        ? trouble
                        : new ExitTrouble(
                                ExitCode.AROUND_CHILD,
                                trouble.code(),
                                trouble.getMessage(),
                                Hints.of(trouble),
                                trouble);
        };
    }

    ExitCode exitCode() {
        return exit;
    }
}
