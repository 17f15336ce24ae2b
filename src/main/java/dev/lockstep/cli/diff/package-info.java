/** Rows in which a mirror differs, for people: side by side, as values one can tell apart, and as statements. */
package dev.lockstep.cli.diff;
