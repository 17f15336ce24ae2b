/** A realm's directory of files, and what is said of things that were made from them. */
package dev.lockstep.cli.source;
