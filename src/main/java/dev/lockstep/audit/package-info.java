/**
 * The audit log of an application: indexes that its hot queries really use, and bulk writes that are all or nothing.
 *
 * <h2>Indexes</h2>
 *
 * <p>A profile says which indexes there should be and which queries need them. An index is compared by what it is (its table,
 * its columns in order, direction, uniqueness, predicate, method, and whether the database uses it), never by its name
 * alone: an index of the right name over other columns makes {@code create index if not exists} succeed and helps nobody.
 * {@code check} asks the planner besides: each query must find its rows by the index and must not sort. Of few rows a
 * planner rightly prefers a scan, so "could use it" and "uses it now" are told apart, and the first one decides. It asks with
 * the values of a row that has them all; if there is none, for values that nobody knows.
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
 *
 * <p>PostgreSQL makes none of a partitioned table concurrently. There the index of the whole is declared, each partition gets
 * its own concurrently, or keeps one that is as good, and they are attached; the whole is valid with the last of them.
 *
 * <h2>Suggestions</h2>
 *
 * <p>One index serves a query if the columns that are compared for equality stand first, so that the rows it wants stand
 * together, and then those of its order, so that they stand sorted. A query that the primary key, or the beginning of a longer
 * index, serves needs none; what no index serves is named with its place. {@link dev.lockstep.audit.index.IndexAdvisor} says so, and tries
 * it where that costs nobody anything: on an empty copy of a SQLite table's schema and statistics, in memory, and with
 * PostgreSQL's HypoPG.
 *
 * <h2>Writing</h2>
 *
 * <p>The application goes on after the newest generation that it finds, so half a generation would stay half for ever: each is
 * one transaction, however many statements it takes. Statements are bounded by rows, by the number of values that the engine
 * binds, and by bytes.
 *
 * <p><b>Replay.</b> The table has no key but a number that the database gives, and it is the application's, so we add
 * none. What tells a generation from another is its registry and its number, and that is enough, because it is there whole or
 * not at all: in the transaction that would write it, with other writers of the registry shut out, the newest number of the
 * registry is read. The next number is written. One that is there is compared, row by row in the order in which they stand, by
 * everything but the id and the times of storing: the same is counted as unchanged, something else is refused. So a file can
 * be written again after whatever happened, and two files that disagree cannot both be written. A row's identity is thus
 * (registry, generation, ordinal), without a column for the ordinal; a table without an id has no order, so there each row has
 * to be found once, wherever it is. Whether COMMIT succeeded need not be known. A refusal after an earlier generation of the
 * run was written says that something has changed.
 *
 * <p>A profile need not name all columns. Registry and generation it must, for writing and reading; what it does not name is
 * taken and compared by its own name, and CADT's rules for what a generation holds are left aside.
 *
 * <pre>
 *   number = newest + 1 ──write──> stored        number &lt;= newest: same rows ──> unchanged, other rows ──> refused
 *   number &gt; newest + 1 ──> refused: a gap       nothing but rows without a number ──> refused: unknown, and not 0
 * </pre>
 *
 * <p><b>The mirror.</b> The transaction that writes a generation also writes a row of {@code lockstep_audit_owed}: this mirror
 * lacks it. When the mirror has committed the generation, with the ids that the source gave, the row goes. Whatever happens
 * in between, the row is there, and the next run pays first; a generation that is there already, with the same ids, is left
 * alone, so nothing depends on what is known of the mirror's COMMIT. {@code mirror backfill} brings it too, as it brings every
 * row. What it has recorded of the table's pages is forgotten in the transaction that writes there.
 *
 * <p>A backfill that is under way may read a snapshot of the source from before the generation, and would delete its rows as too
 * many. It raises its fence before it takes its snapshot, and we look for a running one after the source has committed; so if
 * we see none, every backfill whose snapshot lacks the generation has ended. If we see one, the generation stays owed.
 *
 * <table>
 *   <caption>Failures</caption>
 *   <tr><th>what happens<th>what follows
 *   <tr><td>killed between two statements or batches<td>the generation was never there; the next run writes it
 *   <tr><td>killed after COMMIT, or its answer is lost<td>the next run finds it and adds nothing
 *   <tr><td>the mirror is away, slow, refuses a row, or its COMMIT is not answered<td>the source goes on; the rest of the
 *       run leaves the mirror alone; what it lacks is recorded, and said
 *   <tr><td>a line is bad<td>nothing of its generation is written, nor of what may have been its generation; with
 *       {@code --max-errors} the others are, but none that would leave a gap
 *   <tr><td>two write one registry<td>one waits; then it finds what it wanted to write, or is refused
 * </table>
 */
package dev.lockstep.audit;
