/** The commands {@code transpile}. */
package dev.lockstep.cli.transpile;
