package dev.lockstep.cli.kit;

import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a command answers.
 *
 * @param status the exit status
 * @param changed whether anything is different now
 * @param data the answer for programs: maps, lists, text, numbers, booleans and nulls
 * @param text the answer for people, line by line
 * @param failure why the command has failed, if it has and there is an answer all the same
 */
public record Result(
        int status, Change changed, Map<String, Object> data, List<String> text, Optional<LockstepException> failure) {
    /** Whether a command changed anything. */
    public enum Change {
        CHANGED,
        UNCHANGED
    }

    public Result(int status, Change changed, Map<String, Object> data, List<String> text) {
        this(status, changed, data, text, Optional.empty());
    }

    public static Result changed(Map<String, Object> data, List<String> text) {
        return new Result(ExitCode.OK.status(), Change.CHANGED, data, text);
    }

    public static Result unchanged(Map<String, Object> data, List<String> text) {
        return new Result(ExitCode.OK.status(), Change.UNCHANGED, data, text);
    }

    /** The answer of a command that has failed, and has more to say than why. */
    public static Result failed(LockstepException why, Map<String, Object> data, List<String> text) {
        return new Result(ExitCode.of(why).status(), Change.UNCHANGED, data, text, Optional.of(why));
    }

    /** The same answer of a run that has changed nothing. */
    public Result asUnchanged() {
        return new Result(status, Change.UNCHANGED, data, text, failure);
    }

    /** The same answer of a run that has changed something. */
    public Result asChanged() {
        return new Result(status, Change.CHANGED, data, text, failure);
    }

    /** The same answer with another exit status. */
    public Result with(ExitCode code) {
        return new Result(code.status(), changed, data, text, failure);
    }
}
