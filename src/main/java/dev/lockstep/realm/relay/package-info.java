/**
 * The relay: one session with PostgreSQL, and any number of subscribers who hear by HTTP what it hears.
 *
 * <pre>
 *   PostgreSQL ──one session──> source ──> newest events, in memory ──> streams of event loop 1, 2, …
 *                                  ↑                                        │
 *                                  └──── older than memory: asks the log ───┘
 * </pre>
 *
 * <p>A stream is a response in the form of server-sent events that does not end. Each event carries the log's epoch and number as
 * its id, and a mark of the record; who was away sends the last one back, and is told what follows: from memory, else page by
 * page from the log. Relays know nothing of each other, since an id means the same to all of them; one that is behind another
 * asks the log whether there is such a record, and tells the subscriber what follows when it has read as far itself.
 *
 * <p>No stream has a queue: all are sent from the same memory, each from where it is, as fast as its connection takes it. So
 * one costs a socket and a few hundred bytes, whatever its speed; and one that takes nothing, or falls behind a limit, is cut.
 *
 * <p>What a failure costs:
 *
 * <ul>
 *   <li>PostgreSQL cannot be reached: streams stay, and are told later what was said meanwhile; {@code /healthz} says 503.
 *   <li>The relay dies: its subscribers go to another, or come back, with the last id they have.
 *   <li>What a subscriber missed is pruned, of another log, or not in the log's history any more: an event {@code gap} says so
 *       before anything else, with the place from which it goes on.
 *   <li>Somebody notifies without the log: those who are connected are told, without an id. Who was away then cannot know;
 *       where that happens, each return begins with a gap.
 *   <li>A subscriber dies without a word: a sign of life that it does not acknowledge ends the connection in time.
 * </ul>
 */
package dev.lockstep.realm.relay;
