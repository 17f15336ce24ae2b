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
 * <p>What a failure costs:
 *
 * <ul>
 *   <li>The realm's name is spelled otherwise than replicas spell it: nobody would listen. {@link dev.lockstep.realm.RealmUrl}
 *       corrects what can be said in one word, and refuses the rest.
 *   <li>A payload is longer than PostgreSQL takes: the whole transaction would fail. A path that is too long becomes the
 *       wildcard of its realm, which drops more than needed and never less.
 *   <li>The emitter dies before its commit: nothing is sent. While it commits: sent or not, and the error says so;
 *       sending again is harmless.
 *   <li>A listener is cut off: it cannot hear, and {@link dev.lockstep.db.PgListener} tells it of the gap once it can
 *       again. Whoever then drops all that it cached serves nothing stale.
 * </ul>
 */
package dev.lockstep.realm;
