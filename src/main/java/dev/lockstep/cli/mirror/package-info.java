/** The commands {@code mirror}. */
package dev.lockstep.cli.mirror;
