/** SQLite: opening files and what is left of damaged ones, how a transaction goes, what an error means, and the tokens of its SQL. */
package dev.lockstep.db.sqlite;
