/**
 * Locks of servers that have a name and belong to a session: whoever has one loses it with the connection, in whatever way
 * that ends. {@link dev.lockstep.db.lock.AdvisoryLock} is PostgreSQL's, {@link dev.lockstep.db.lock.UserLock} that of MariaDB and
 * MySQL. They say what excludes whom; who is told what, and what is done about a holder that is dead, is each caller's own.
 */
package dev.lockstep.db.lock;
