/** The commands {@code realm} and {@code definitions}. */
package dev.lockstep.cli.realm;
