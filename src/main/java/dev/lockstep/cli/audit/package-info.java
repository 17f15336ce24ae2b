/** The commands {@code audit}. */
package dev.lockstep.cli.audit;
