/**
 * What every layer needs and none owns. It depends on nothing of lockstep.
 *
 * <p>{@link dev.lockstep.support.ProcessIdentity} names a process so that another can tell, later, whether it is still there.
 * {@link dev.lockstep.support.ShellWord} quotes a word for a shell. {@link dev.lockstep.support.Excerpts} shows two long texts where
 * they differ.
 *
 * <p>A {@link dev.lockstep.support.LockstepException} says what happened, to people in a message and to programs by a kind and a
 * code; a {@link dev.lockstep.support.Remedy} is what lockstep offers to do about it. Neither knows the command line. A {@link
 * dev.lockstep.support.Redactor} belongs to an {@link dev.lockstep.support.Environment}, so to one caller of a JVM. Whoever tries
 * again does so by a {@link dev.lockstep.support.Backoff}.
 */
package dev.lockstep.support;
