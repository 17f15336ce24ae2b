/**
 * The outbox: what a transaction that is in a hurry wants everybody to be told, written beside its own change and told
 * later by somebody else.
 *
 * <pre>
 *   application:  its change, lockstep_invalidate(realm, path) ──> row in the outbox ──> COMMIT: tombstones, definitions
 *   sequencer:    own transaction: rows of the outbox ──> numbers of the log, one pg_notify a distinct payload
 * </pre>
 *
 * <p>PostgreSQL lets transactions that notify commit one by one, in the whole cluster, and the log's head is locked from the
 * number to the commit. A row in a table costs neither: writers commit together. What is locked for the shared caches is
 * locked by a deferred trigger, while the transaction commits, and once for all that it has called; so a transaction
 * that has called and stays open is in nobody's way. {@link dev.lockstep.realm.log.Sequencer} takes the rows of committed
 * transactions, and meets with no writer in any lock.
 *
 * <p>A row is in the outbox or in the log, since one transaction moves it; numbers are given to committed rows alone, under
 * the lock of the log's head; so listeners of the log need know nothing of all this. What one transaction has committed before
 * another one began comes before it. Between the commit and the step the shared caches have forgotten, and a replica
 * may still serve what is in its own memory; never after the step.
 *
 * <p>The functions belong to whoever ran {@code realm init}, and do with that role's rights what they do. Whoever may
 * execute them needs no other privilege.
 *
 * <p>What a failure costs:
 *
 * <ul>
 *   <li>Nobody sequences: rows wait, replicas keep what is in their memory; {@code doctor} and {@code realm listeners} say so.
 *   <li>A sequencer dies within a step: the step never was, and whoever comes next takes it.
 *   <li>The server crashes and loses a step, whose commit does not wait for the disk: its rows are in the outbox still, and
 *       get numbers again. Whoever had heard the first ones finds that the log ends before them, or by the record's mark that
 *       it is another one, as after a failover: one resync. What is on the disk is a prefix of the log, since whoever emits
 *       without the outbox takes the head after it; and a listener's place was written after what it is the place of.
 *   <li>The owner may not write a shared cache: the caller's transaction fails when it commits. {@code realm init} refuses to
 *       get there, as far as the tables are there then.
 *   <li>A caller under REPEATABLE READ meets a change of the same cache row since its snapshot: 40001, as with any write.
 *   <li>The rows of an old transaction commit long after others: they get the next numbers then.
 * </ul>
 */
package dev.lockstep.realm.outbox;
