package dev.lockstep.cli.kit;

import dev.lockstep.support.LockstepException;
import java.util.List;

/** The exit codes that scripts may rely on. Signals end with 128 plus their number, and commands that run a child pass its status on. */
public enum ExitCode {
    OK(0),
    FAILED(1),
    USAGE(2),
    DIFFERS(3),
    UNREACHABLE(4),
    TIMEOUT(5),
    REFUSED(6),
    INCOMPLETE(7),
    CONFLICT(8),
    BUG(70),
    /** A child's time was over. */
    CHILD_TIMEOUT(124),
    /** Around a child: it is lockstep that failed. */
    AROUND_CHILD(125),
    CHILD_NOT_EXECUTABLE(126),
    CHILD_NOT_FOUND(127),
    /** Whoever read our standard output has gone. */
    CLOSED_PIPE(141);

    /** Of several that apply, the first one counts. */
    private static final List<ExitCode> PRECEDENCE =
            List.of(USAGE, REFUSED, UNREACHABLE, TIMEOUT, INCOMPLETE, CONFLICT, FAILED, DIFFERS);

    private final int status;

    ExitCode(int status) {
        this.status = status;
    }

    public int status() {
        return status;
    }

    /** The one of several troubles whose exit code counts: of those alike, the first. */
    public static LockstepException gravest(List<LockstepException> troubles) {
        LockstepException gravest = troubles.get(0);
        for (LockstepException trouble : troubles) {
            if (PRECEDENCE.indexOf(of(trouble)) < PRECEDENCE.indexOf(of(gravest))) {
                gravest = trouble;
            }
        }
        return gravest;
    }

    static ExitCode of(LockstepException trouble) {
        if (trouble instanceof ExitTrouble exit) {
            return exit.exitCode();
        }
        return switch (trouble.kind()) {
            case FAILED -> FAILED;
            case USAGE -> USAGE;
            case DIFFERS -> DIFFERS;
            case UNREACHABLE -> UNREACHABLE;
            case TIMEOUT -> TIMEOUT;
            case REFUSED -> REFUSED;
            case INCOMPLETE -> INCOMPLETE;
            case CONFLICT -> CONFLICT;
        };
    }
}
