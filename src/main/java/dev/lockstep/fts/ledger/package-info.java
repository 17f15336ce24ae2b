/** What is deferred, by whom, and where the triggers are stored meanwhile: lockstep's own ledger and the application's. */
package dev.lockstep.fts.ledger;
