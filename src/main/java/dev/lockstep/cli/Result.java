package dev.lockstep.cli;

import java.util.List;
import java.util.Map;

/**
 * What a command answers.
 *
 * @param status the exit status
 * @param changed whether anything is different now
 * @param data the answer for programs: maps, lists, text, numbers, booleans and nulls
 * @param text the answer for people, line by line
 */
record Result(int status, Change changed, Map<String, Object> data, List<String> text) {
    /** Whether a command changed anything. */
    enum Change {
        CHANGED,
        UNCHANGED
    }

    static Result changed(Map<String, Object> data, List<String> text) {
        return new Result(ExitCode.OK.status(), Change.CHANGED, data, text);
    }

    static Result unchanged(Map<String, Object> data, List<String> text) {
        return new Result(ExitCode.OK.status(), Change.UNCHANGED, data, text);
    }

    /** The same answer of a run that has changed nothing. */
    Result asUnchanged() {
        return new Result(status, Change.UNCHANGED, data, text);
    }

    /** The same answer with another exit status. */
    Result with(ExitCode code) {
        return new Result(code.status(), changed, data, text);
    }
}
