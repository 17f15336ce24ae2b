/** The commands {@code profile}. */
package dev.lockstep.cli.profile;
