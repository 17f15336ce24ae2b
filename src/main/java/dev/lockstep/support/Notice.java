package dev.lockstep.support;

import java.util.Optional;

/**
 * Something that a person should know and that is no failure.
 *
 * @param code a stable name for programs, in lower case with hyphens
 * @param message may be empty where the remedy says all
 * @param remedy what lockstep offers to do about it
 */
public record Notice(String code, String message, Optional<Remedy> remedy) {
    public Notice(String code, String message) {
        this(code, message, Optional.empty());
    }

    public Notice(String code, String message, Remedy remedy) {
        this(code, message, Optional.of(remedy));
    }

    /** What to do about something that has been said elsewhere. */
    public static Notice hintOf(LockstepException said) {
        return said.remedy().isPresent()
                ? new Notice(said.code(), "", said.remedy())
                : new Notice(said.code(), said.hint());
    }

    /** That something was refused, and what to do about it, where the rest goes on. */
    public static Notice of(String code, LockstepException refusal) {
        return refusal.remedy().isPresent() || refusal.hint() == null
                ? new Notice(code, refusal.getMessage(), refusal.remedy())
                : new Notice(code, refusal.getMessage() + "; " + refusal.hint());
    }
}
