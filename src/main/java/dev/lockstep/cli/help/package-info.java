/** The commands {@code help}, {@code completion} and {@code version}. */
package dev.lockstep.cli.help;
