/** Deferring the triggers of indexes, and restoring them: each step a transaction, each state one that the next run can tell. */
package dev.lockstep.fts.deferral;
