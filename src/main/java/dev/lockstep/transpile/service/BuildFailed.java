package dev.lockstep.transpile.service;

import dev.lockstep.support.LockstepException;

/** A build ended without an artifact. Nothing is stored, and the next request builds again. */
public final class BuildFailed extends LockstepException {
    private static final long serialVersionUID = 1;

    public BuildFailed(String what, Throwable cause) {
        super(Kind.FAILED, "build-failed", what, null, cause);
    }
}
