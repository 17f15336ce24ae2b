/**
 * MariaDB and MySQL: finding the server as its own clients do, logging in, how a transaction goes, and what an error or
 * a warning means.
 *
 * <p>{@link dev.lockstep.db.mariadb.MariaDbTarget} reads a URL, and what it leaves open from where the server's own
 * clients look; {@link dev.lockstep.db.mariadb.MariaDbConnector} logs in. What the server would do otherwise is set for
 * each session, and asked for again, since a proxy may keep its own: strict mode, or it cuts and rounds values in
 * silence; utf8mb4, or it replaces characters; names in double quotes, so that one {@link dev.lockstep.db.Identifier}
 * serves every engine; UTC; READ COMMITTED. Of two transactions in a deadlock it rolls back one as a whole and would let
 * it go on without what it had written: such a transaction cannot be committed. DDL commits the transaction that it
 * stands in.
 */
package dev.lockstep.db.mariadb;
