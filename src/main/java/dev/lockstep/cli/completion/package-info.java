/**
 * What completes a line that is being typed: scripts for the shells, which know commands, options and words by themselves
 * and let the shell complete files, and a hidden command that names what is in the databases, within a second or not at all.
 */
package dev.lockstep.cli.completion;
