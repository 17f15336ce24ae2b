/**
 * What every layer needs and none owns. It depends on nothing of lockstep.
 *
 * <p>{@link dev.lockstep.support.ProcessIdentity} names a process so that another can tell, later, whether it is still there.
 * {@link dev.lockstep.support.ShellWord} quotes a word for a shell. {@link dev.lockstep.support.Excerpts} shows two long texts where
 * they differ.
 */
package dev.lockstep.support;
