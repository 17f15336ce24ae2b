/** FTS5 tables and their triggers as SQLite stores them, and what a trigger writes. It changes nothing. */
package dev.lockstep.fts.schema;
