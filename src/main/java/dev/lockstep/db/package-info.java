/**
 * One open database: its connection, transactions, rows, names and errors. What an engine does in its own way is behind
 * {@link dev.lockstep.db.EngineDriver}; {@link dev.lockstep.db.Db#engine()} says which one answers.
 *
 * <p>This package and those below it are the only ones that import {@code java.sql} and the drivers. Where a database is
 * ({@link dev.lockstep.db.DbTarget}), and how one logs in to it, is a matter of the engines' packages; all are opened by {@code
 * db.open}.
 */
package dev.lockstep.db;
