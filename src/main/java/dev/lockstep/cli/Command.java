package dev.lockstep.cli;

import picocli.CommandLine.Model.CommandSpec;

/** One leaf of the command line: it declares what it takes, and does one job with what it got. */
interface Command {
    /** Adds the description, the options and the parameters. Called once, before parsing. */
    void declare(CommandSpec spec);

    /**
     * Does the job.
     *
     * @throws dev.lockstep.db.Trouble what a person must know; it becomes the error and the exit code
     * @throws InterruptedException when a signal asked the command to stop
     */
    Result run(Invocation call) throws InterruptedException;
}
