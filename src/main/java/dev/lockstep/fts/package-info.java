/** SQLite full-text indexes. */
package dev.lockstep.fts;
