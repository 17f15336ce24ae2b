/**
 * Realms: trees of files, each named by a URL, whose bytes every replica caches in memory.
 *
 * <p>A replica drops what it cached when it hears of a change. One channel carries that, {@code realm_file_changes}, and one
 * payload format ({@link dev.lockstep.realm.FileChange}); both are those of replicas that were not built with lockstep.
 *
 * <pre>
 *   file written ──> pg_notify ──> commit ──> every session that listens ──> cached bytes dropped
 *                                    └──────> our own ear (the echo)
 * </pre>
 *
 * <p>{@link dev.lockstep.realm.invalidate.RealmInvalidator} makes the shared layers forget in the transaction that notifies, so nobody is
 * woken to read what is about to be forgotten. {@link dev.lockstep.realm.invalidate.Definitions} is one of those layers, tombstones in
 * {@link dev.lockstep.transpile} are the other.
 *
 * <p>Whatever names a file is read by {@link dev.lockstep.realm.RealmPath}: {@code my%20card.gts} and its whole URL are the local
 * path {@code my card.gts}, {@code p1} is each of {@code p1.gts}, {@code p1.json} and the like. Notifications go source first:
 * {@code realm_file_changes}, then {@code module_cache_invalidated}, and then, if the realm or its {@code realm.json} has changed,
 * the realm's URL on {@code realm_index_updated}, upon which replicas drop its name, icon and routes.
 *
 * <h2>Locks</h2>
 *
 * <p>Boxel's ({@link dev.lockstep.realm.lock.LockScope}): the realm's key, exclusive; or shared, and then a key of each file. The realm
 * {@code http://localhost:4201/luke/my-realm/} has {@code 77324559412694263}, its file {@code cards/person.json} has
 * {@code 366881110740516408}. All wait in the server's queue.
 *
 * <h2>The durable log</h2>
 *
 * <pre>
 *   emitter:   cause, tombstones ──> lock the head, seq := seq + 1 ──> log row ──> pg_notify ──> commit
 *   listener:  LISTEN, committed ──> rows after the cursor, until there are none ──> wait: notified, gap, 5 s ──┐
 *                                             └──────────────────────────────←───────────────────────────────┘
 * </pre>
 *
 * <p>{@link dev.lockstep.realm.log.InvalidationLog} holds its head locked from the number to the commit, so numbers are committed
 * in order and a rollback leaves no hole: what is visible beyond a cursor is the next piece, whole. LISTEN is committed
 * before the first look, so what that look does not see is notified. {@link dev.lockstep.realm.log.InvalidationFeed} is that
 * loop, {@link dev.lockstep.realm.log.RealmListener} runs it for a handler.
 *
 * <h2>Publishing</h2>
 *
 * <p>{@link dev.lockstep.realm.publish.Publisher} takes the realm's write lock ({@link dev.lockstep.realm.lock.RealmLock}), copies aside, turns
 * a symbolic link to the copy, and commits one invalidation on the connection that holds the lock. {@code PublishedTree} draws
 * the files, {@code VersionSwitch} the order of steps.
 *
 * <p>What a failure costs:
 *
 * <ul>
 *   <li>The realm's name is spelled otherwise than replicas spell it: nobody would listen. {@link dev.lockstep.realm.RealmUrl}
 *       corrects what can be said in one word, and refuses the rest.
 *   <li>A payload is longer than PostgreSQL takes: the whole transaction would fail. A path that is too long becomes the
 *       wildcard of its realm, which drops more than needed and never less.
 *   <li>The emitter dies before its commit: nothing is sent. While it commits: sent or not, and the error says so;
 *       sending again is harmless.
 *   <li>A listener is cut off: it cannot hear, and {@link dev.lockstep.db.listen.PgListener} tells it of the gap once it can
 *       again. Whoever then drops all that it cached serves nothing stale. With the log it is told exactly what it has
 *       missed; if that is pruned, or the log is another one, it is told once that anything may have changed.
 *   <li>A server takes over that lacks the last numbers, or is restored from a backup, and gives them out again: a listener
 *       knows the record that it heard last by its id and its time, and does not find it there. It is told once that
 *       anything may have changed; until then nothing is remembered under its name in that log. A server that was
 *       replaced, and still runs, tells nobody so: whoever stays connected to it hears what is said there.
 *   <li>A listener dies with an event in hand: the next run of its name is told the event again.
 *   <li>A publisher dies: readers see the old tree or the new one, whole. A note on the disk makes the next run tell
 *       everybody, and show the old tree again if there is none. The database cannot be reached: the old tree is shown
 *       again, and the note stays.
 *   <li>The connection that holds the write lock is lost: the invalidation cannot commit, so the files are put back; a
 *       program under {@code realm lock} is told to stop.
 * </ul>
 */
package dev.lockstep.realm;
