/**
 * A copy of SQLite tables in PostgreSQL, MariaDB or SQLite: made equal, proved equal, kept equal.
 *
 * <h2>Who does what</h2>
 *
 * <ul>
 *   <li>{@link dev.lockstep.mirror.source.SourceSchema} reads the source's catalog into {@link dev.lockstep.mirror.source.SourceTable}s: what
 *       tells rows apart, and in which order the table is read; of which tables, rows and columns, a {@link
 *       dev.lockstep.mirror.source.Selection} says, the same one to all who copy, compare and follow.
 *   <li>{@link dev.lockstep.mirror.engine.MirrorEngine} is how one kind of database is a mirror: types, catalog, bulk statements. A {@link
 *       dev.lockstep.mirror.plan.TargetTable} is a table of it, a {@link dev.lockstep.mirror.plan.TargetType} what a column can hold.
 *   <li>{@link dev.lockstep.mirror.plan.Planner} puts the two side by side: a {@link dev.lockstep.mirror.plan.TablePlan}, with what
 *       stands in the way. {@link dev.lockstep.mirror.plan.RowMapper} turns one row into the other, a {@link
 *       dev.lockstep.mirror.plan.MappedRow} of typed values, or says which value does not fit.
 *   <li>{@link dev.lockstep.mirror.run.MirrorConnection} is the connection to the mirror and comes back when it was lost; {@link
 *       dev.lockstep.mirror.run.MirrorRun} the right to write, which every writing transaction proves; {@link
 *       dev.lockstep.mirror.run.MirrorLedger} what the mirror knows of itself, and {@link dev.lockstep.mirror.run.PageLedger} what it holds.
 *   <li>{@link dev.lockstep.mirror.copy.Backfill}: per table {@link dev.lockstep.mirror.copy.TableCopy} takes the shortest way; where
 *       that is a {@link dev.lockstep.mirror.copy.PageComparison}, it decides and {@link dev.lockstep.mirror.copy.PageWriter} writes.
 *   <li>{@link dev.lockstep.mirror.schema.SchemaCopy} gives tables that lockstep has made, as the ledger knows, what the source's have
 *       beside their columns, once the rows are there. What the mirror lacks after that is {@link
 *       dev.lockstep.mirror.plan.NotMirrored}, as its own catalog tells.
 *   <li>{@link dev.lockstep.mirror.verify.Verification} proves: per table a {@link dev.lockstep.mirror.verify.TableVerification} compares what
 *       two {@link dev.lockstep.mirror.proof.RowReader}s hand over. It shares with the copy no more than the plan; what a value
 *       means it finds out by code of its own, and it believes no record.
 *   <li>{@link dev.lockstep.mirror.repair.Repair} makes just the rows right that a verification finds, which come to it one by one as to
 *       every {@link dev.lockstep.mirror.verify.DifferenceVisitor}; {@link dev.lockstep.mirror.repair.RepairScript} writes statements that do so.
 *   <li>{@link dev.lockstep.mirror.follow.Following} keeps a mirror equal: {@link dev.lockstep.mirror.source.FollowTriggers} note keys in a
 *       {@link dev.lockstep.journal.Journal}, and of the {@link dev.lockstep.mirror.follow.FollowedTables} each {@link
 *       dev.lockstep.mirror.follow.FollowedTable} takes the {@link dev.lockstep.mirror.follow.ChangedRows} to the mirror, through a {@link
 *       dev.lockstep.mirror.run.MirrorRun}.
 * </ul>
 *
 * <h2>One run</h2>
 *
 * <pre>{@code
 *   take the lock, raise the fence ──> open one snapshot of the source ──> each table ──> note the end
 *
 *   table:  plan ──> scan ──────────> compare with the ledger ──> prepare ────────> write ─────> finish
 *           │        read every row,  which pages are new,        forget old pages, pages, with  count, sequences,
 *           │        cut into pages,  which are gone              delete extra rows their record statistics
 *           refused  refused: a value                             refused: too many
 *                    does not fit                                 deletes, merging keys
 * }</pre>
 *
 * <p>Nothing of a table is written before all of it has been read and found to fit. The scan cuts pages by content: whether a
 * row is the last of its page is said by the hash of its key, so that a row more or less moves no other page's borders.
 * A page is named by the SHA-256 of its typed rows. Pages that the mirror is seen to hold are not written to it.
 *
 * <p>Two ways are shorter. A table that the mirror has nothing of is filled by a {@link dev.lockstep.mirror.copy.BulkLoad}: each row is
 * sent as soon as it has been found to fit, in one transaction with the records of all pages, and taken back with all others
 * if one does not fit. It is not for what is so large that a kill would undo too much, and not for MariaDB, where to make
 * a table commits. And a table that was copied from the very bytes of which the {@link dev.lockstep.mirror.source.SourceFile}
 * consists now, as their digest tells, and of which the mirror's seal holds, is not read at all.
 *
 * <h2>Why it ends equal</h2>
 *
 * <p><b>Invariant.</b> A recorded page is in the mirror, row for row. It is recorded by the transaction that writes its rows. Before
 * a run writes anything of a table, it forgets every recorded page that is not one of the snapshot's. What is left are pages
 * of one snapshot, which have no key in common, so that a later page overwrites no row of a recorded one; and rows that are deleted
 * have a key that no row of the snapshot has. A run that was killed anywhere leaves recorded pages that hold, and the next
 * goes on with the others: the ledger of pages is the checkpoint.
 *
 * <p><b>Other writers.</b> What was recorded tells what lockstep has written, not what the mirror holds. So it is believed only
 * while the table has the seal that it had when it was found equal ({@link dev.lockstep.mirror.engine.TableDigest}): PostgreSQL where each row's
 * version is and which transaction wrote it, the others the sum of the digests of all rows. Where the seal is broken, digests in parts
 * ({@link dev.lockstep.mirror.proof.RowFingerprint}), computed by the server, say in which pages the rows differ. And a table is
 * complete only if, after all has been written, an {@link dev.lockstep.mirror.copy.EqualityProof} finds its rows to be the
 * scan's, in one snapshot, of which the seal is. So what another session writes in mid-run, or a trigger changes, is found
 * before the table is said to be equal, and what is written later breaks the seal. Only who says that there is no other
 * writer ({@code --sole-writer}) has the records believed; then nothing is compared, and the report says so.
 *
 * <p><b>One writer.</b> Every writing transaction first reads the fence of its run {@code for share}. Taking over raises the
 * fence, waits for the transaction in flight, and makes every later one of the old run fail before it has written. The
 * session lock only tells the living from the dead.
 *
 * <p><b>Rows too many</b> are found by equality: the source's keys are staged in the mirror, and what has no equal there is
 * too many. No range of one collation is ever compared with a range of another. They go before anything comes, so that
 * none is in the way of a unique value; and not at all if there are more than may be deleted, or the source is empty.
 *
 * <p><b>Values.</b> A value keeps its meaning or is refused. A row's digest is over typed bytes. There are two
 * losses, and both are announced: a fraction of a second that a column has no place for; and that in a column without an affinity,
 * if it is no key, a number is not told from the text that spells it.
 * More is lost only where somebody says so: {@link dev.lockstep.mirror.source.UnfitValues} may put NULL in place of what does not fit,
 * or take U+0000 out of a text, never in a key. Each such value is counted and listed. A verification that is told the same has
 * the plan say which values those are, and compares all others by itself.
 *
 * <p><b>Tables of the application's.</b> Where a column has a type of its own (UUID, JSON, a time, an interval, a label, a padded text), a
 * text of the source becomes what it means there, and one that would be changed is refused. Foreign keys are suspended
 * with what they do to other rows, where the role may; then rows that refer to nothing are counted afterwards. Where it may not,
 * tables are written in the order of their keys, and what is refused is tried again, at first without deletions.
 *
 * <h2>Following</h2>
 *
 * <pre>{@code
 *   see to the triggers ──> span = what is noted ──> backfill ──> acknowledge span ──> ship, table by table ──┐
 *          ^                                                                            ^      │             │
 *          │ the schema has changed; it is time to                                      └──────┘ interval    │
 *          └───────────────────────────────────────────────────────────────────────────────────────────────┘
 *
 *   ship:  one read transaction of the source: span = the next entries, their keys, and what the rows are NOW
 *          one transaction of the mirror: fence; forget the table's pages; delete keys that are gone; merge rows; note
 *          then, in the source, when nothing has changed for a while: acknowledge all spans at once
 * }</pre>
 *
 * <p><b>Why it ends equal.</b> There is one applier, and it writes in the order in which it has read. A row that changes after
 * it was read has an entry behind the span, so a later shipment reads it again. What is acknowledged was committed in the
 * mirror before, so a crash anywhere only repeats a shipment, which changes nothing the second time. Each run begins with
 * a backfill, and so does every sweep: that finds what triggers do not see, and what somebody else did to the mirror.
 *
 * <p><b>What cannot go by keys</b> is compared as a whole: a row that does not fit or that the mirror refuses (the backfill finds
 * and names it, or puts it in quarantine), a key that is NULL, a key that the mirror takes for another one. That takes a tenth of
 * the time at most. A table that fails keeps its entries and no other table from going on.
 *
 * <p><b>The schema's version</b> is read in the snapshot of every shipment. If it is not the one of the plan, nothing is shipped, and
 * everything begins anew: an ORM may have made a table again, without its triggers; a VACUUM renumbers the rows of tables
 * without a key.
 *
 * <h2>Why a verification finds it</h2>
 *
 * <p>Each row of either side becomes typed bytes, a {@link dev.lockstep.mirror.proof.CanonicalRow}. Rows go into parts by the hash of
 * their key, so that no order of one database is compared with the order of another; a part is the same if its count and the sum
 * of its rows' SHA-256 are ({@link dev.lockstep.mirror.verify.KeyBuckets}). Of the parts that are not, both sides are read once more, row
 * digests are compared, and the rows that differ are read to say in which columns. A whole table costs one reading
 * of each side, one in which anything differs three. What cannot be read is a failure and not a smaller table: each reading
 * must yield as many rows as the database says there are.
 *
 * <h2>Repairing</h2>
 *
 * <p>A portion of the rows that differ is written in one transaction, under the fence of a {@link dev.lockstep.mirror.run.MirrorRun}:
 * pages forgotten as by a shipment, rows too many deleted, the others merged. Then the table is compared again, until it is equal or a
 * round has made nothing better; so what is said of it at the end was read, in one snapshot, after the last write. How many rows
 * may go is limited as in a backfill. What is not known by its key, or does not fit, is left and named.
 *
 * <h2>What each failure costs</h2>
 *
 * <table>
 *   <caption>Failures</caption>
 *   <tr><th>what happens<th>what follows
 *   <tr><td>the run is killed, the disk is full<td>the transaction in flight never was; the next run goes on
 *   <tr><td>the mirror is away<td>tried again with growing waits; then unreachable, and the next run goes on
 *   <tr><td>the source is none, cut off, or empty; the mirror takes no writes, is the source itself or the source of another
 *       mirror<td>refused before anything is written
 *   <tr><td>two runs begin at once<td>one of them begins, and the other is refused
 *   <tr><td>a pause file is there<td>no transaction that writes begins; the snapshot and the right to write are kept
 *   <tr><td>the answer to a COMMIT is lost<td>the same pages once more, as a merge, which may find nothing to do
 *   <tr><td>the mirror refuses rows<td>the rows are found by halving; the table fails, or the rows are quarantined and the
 *       others arrive
 *   <tr><td>the mirror refuses all rows of a page alike, or a statement without any<td>it is no row's fault: the table fails, and
 *       no row is left out or removed
 *   <tr><td>the mirror takes two keys for one<td>the table is refused; or, where rows are quarantined, the first of them has its
 *       row there, and each other is left out by itself
 *   <tr><td>a row's unique value is still another's in the mirror<td>all rows still to come are taken out and written anew, in
 *       one transaction, once
 *   <tr><td>somebody else writes to the mirror<td>the next run finds the pages that differ and puts them right; if he does so
 *       again and again while it runs, the table fails. With {@code --sole-writer} only a count that is wrong is noticed
 *   <tr><td>an index, a default, an identity or a foreign key cannot be made<td>it is named with why; nothing else is kept from
 *       being made or copied
 *   <tr><td>an upgrade of the application has added a column<td>it is added to a table that lockstep has made; for another, the statement
 *       that adds it is shown
 *   <tr><td>the follower is away<td>the journal grows by a row for each change; the next run ships them
 *   <tr><td>the triggers are removed, the source is replaced by another file<td>the follower ends and says so; the next one compares
 *       everything first
 *   <tr><td>SQLite cannot read a table, for want of a function or a collation of the application; a page of it is damaged
 *       <td>that table is named and fails, and the others go on; a verification reads tables and not their indexes
 *   <tr><td>an entry of the schema makes SQLite refuse all of it<td>the schema is read without it ({@code
 *       DamagedSchema}): it is named and fails like a table, the others go on; 'follow' and every writer are refused
 *   <tr><td>a table is dropped or renamed at the source<td>the mirror's is left and named, until it is told to go ({@link
 *       dev.lockstep.mirror.run.ExtraTables}); if the mirror lacks it, too, it is forgotten
 *   <tr><td>the source has what a mirror does not get<td>it is named: {@link dev.lockstep.mirror.plan.NotMirrored}
 *   <tr><td>one table fails<td>the others go on, and the report and the exit code say so
 * </table>
 */
package dev.lockstep.mirror;
