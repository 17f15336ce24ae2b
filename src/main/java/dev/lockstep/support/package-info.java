/**
 * What every layer needs and none owns. It depends on nothing of lockstep.
 *
 * <p>{@link dev.lockstep.support.ProcessIdentity} names a process so that another can tell, later, whether it is still there.
 */
package dev.lockstep.support;
