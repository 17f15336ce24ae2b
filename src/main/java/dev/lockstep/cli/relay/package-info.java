/** The command {@code realm relay}. */
package dev.lockstep.cli.relay;
