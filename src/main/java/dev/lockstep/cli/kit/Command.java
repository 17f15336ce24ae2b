package dev.lockstep.cli.kit;

import picocli.CommandLine.Model.CommandSpec;

/** One leaf of the command line: it declares what it takes, and does one job with what it got. */
public interface Command {
    /** Adds the description, the options and the parameters. Called once, before parsing. */
    void declare(CommandSpec spec);

    /**
     * Does the job.
     *
     * @throws dev.lockstep.support.LockstepException what a person must know; it becomes the error and the exit code
     * @throws InterruptedException when a signal asked the command to stop
     */
    Result run(Invocation call) throws InterruptedException;
}
