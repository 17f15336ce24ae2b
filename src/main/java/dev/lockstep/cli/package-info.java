/**
 * The command line: parses, calls an engine, prints. The only package that knows the command line's library and the
 * process's streams.
 *
 * <p>A {@link dev.lockstep.cli.kit.Command} declares what it takes and does one job; {@link dev.lockstep.cli.Lockstep} finds
 * it, and {@link dev.lockstep.cli.kit.Output} prints what it answers. Only the command that runs is built.
 */
package dev.lockstep.cli;
