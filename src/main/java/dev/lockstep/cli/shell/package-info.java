/** The interactive shell. */
package dev.lockstep.cli.shell;
