/** Tries triggers in a savepoint that is undone: what they write, what else they do, and what they cost. */
package dev.lockstep.fts.trial;
