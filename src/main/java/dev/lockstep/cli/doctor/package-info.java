/** The command {@code doctor}. */
package dev.lockstep.cli.doctor;
