/** The commands {@code fts}. */
package dev.lockstep.cli.fts;
