/**
 * The audit log of an application: indexes that its hot queries really use, and bulk writes that are all or nothing.
 *
 * <h2>Indexes</h2>
 *
 * <p>A profile says which indexes there should be and which queries need them. An index is compared by what it is (its table,
 * its columns in order, direction, uniqueness, predicate, method, and whether the database uses it), never by its name
 * alone: an index of the right name over other columns makes {@code create index if not exists} succeed and helps nobody.
 * {@code check} asks the planner besides: each query must find its rows by the index and must not sort. Of few rows a
 * planner rightly prefers a scan, so "could use it" and "uses it now" are told apart, and the first one decides.
 *
 * <pre>
 *   nothing ──create──> PRESENT &lt;──rebuild── INVALID        DIFFERENT ──refused, or replaced on request
 * </pre>
 *
 * <p>Making one never waits inside a queue for longer than the lock timeout, because whoever comes behind us in that queue,
 * writers too, would wait as long; it is tried again, after a pause, until the time that was given is over. PostgreSQL
 * makes it concurrently; what is left behind by a build that failed is not valid, so after any error we look again.
 * MariaDB makes it online. On both, one process at a time works on a table, under a lock that is asked for again and again
 * rather than waited for: on PostgreSQL a waiter holds a snapshot for which a concurrent build waits, a deadlock. SQLite
 * has no such way: an index is made in one write transaction, in which readers (in WAL mode) go on and writers wait.
 */
package dev.lockstep.audit;
