/**
 * SQLite full-text indexes that triggers keep: deferring the triggers for bulk work, and bringing them back.
 *
 * <h2>States of an index</h2>
 *
 * <pre>{@code
 *                      Deferral: store, drop
 *            ┌──────────────────────────────────────────┐
 *            │                                          ▼
 *        ┌────────┐                               ┌──────────┐
 *        │ ACTIVE │                               │ DEFERRED │── Deferral ──> itself: the first snapshot counts
 *        └────────┘                               └──────────┘
 *            ▲                                          │
 *            └──────────────────────────────────────────┘
 *              Restoration: create, rebuild, prove, forget           refused ──> itself, with the reason
 *
 *        UNREADABLE: SQLite cannot open it, or tell what belongs into it; its own trouble, the others go on
 *        UNTRIGGERED: triggers are gone, all or those of one event, and stored nowhere; never made here. From a profile: Restoration ──> ACTIVE
 * }</pre>
 *
 * <p>Each arrow is one transaction that begins with the write lock ({@code BEGIN IMMEDIATE}; a read transaction that wants to
 * write later can fail at once, however long it was willing to wait). SQLite's DDL is transactional, so a crash at any
 * statement leaves the state before the arrow or the one behind it, and the next {@link dev.lockstep.fts.deferral.Restoration}
 * goes on from there. Two at once: the second finds nothing to do.
 *
 * <h2>For whom</h2>
 *
 * <p>A deferral is held by {@linkplain dev.lockstep.support.ProcessIdentity processes}, and names them: host, process id, boot of that host
 * and start of the process, so that a number that was given out again is not taken for the one that died. One that comes
 * while another holds it joins; the last that still runs and leaves restores. Who has died, or is on a host that cannot be
 * asked, holds nothing; nor does anybody after the shortest maximum age that one of those who still run has set. To restore
 * under the feet of a holder costs it speed and nobody data, so a wrong guess about who runs is never worse than that. An
 * application's own deferral has no holder that could be told: who joins it leaves its form alone.
 *
 * <p>A {@link dev.lockstep.fts.deferral.BulkScript} needs none of it: deferral, bulk work and restoration are one transaction.
 *
 * <h2>Who does what</h2>
 *
 * <ul>
 *   <li>{@link dev.lockstep.fts.schema.FtsCatalog} finds FTS5, FTS4 and FTS3 tables ({@link
 *       dev.lockstep.fts.schema.FtsModule} has what differs), and the triggers whose body writes them: {@link
 *       dev.lockstep.fts.schema.TriggerStatement} reads CREATE TRIGGER, {@link dev.lockstep.db.sqlite.SqlToken} cuts SQL as SQLite does.
 *       Temporary triggers and triggers on views are reported and left alone.
 *   <li>{@link dev.lockstep.fts.ledger.DeferralLedger}: where {@link dev.lockstep.fts.ledger.LedgerEntry} triggers are kept. {@link
 *       dev.lockstep.fts.ledger.ApplicationLedger} is the application's own key-value table in the application's own form, so that
 *       either program can finish what the other began; {@link dev.lockstep.fts.ledger.LockstepLedger} a table of ours.
 *   <li>{@link dev.lockstep.fts.ledger.DeferralState} puts catalog, ledgers and profile side by side: an {@link dev.lockstep.fts.ledger.FtsIndex}
 *       each. Everything else decides by that.
 *   <li>{@link dev.lockstep.fts.deferral.Deferral}, with {@link dev.lockstep.fts.deferral.RestorabilityCheck}: no way in without a way back.
 *       {@link dev.lockstep.fts.deferral.DeferralGain} leaves triggers alone that cost no more than a restore would.
 *   <li>{@link dev.lockstep.fts.deferral.Restoration}: {@link dev.lockstep.fts.deferral.TriggerRestore} puts triggers back into a schema that may have
 *       changed, {@link dev.lockstep.fts.deferral.IndexRepair} makes the index equal by the rows that a journal names ({@link
 *       dev.lockstep.fts.content.IncrementalReindex}) or as a whole ({@link dev.lockstep.fts.content.IndexRebuild}, by its kind), {@link dev.lockstep.fts.content.ContentComparison} proves it.
 *   <li>{@link dev.lockstep.fts.deferral.FtsStatus}: how it stands. {@link dev.lockstep.fts.check.FtsCheck}: how far an index is from what
 *       it ought to hold: where only terms are kept by FTS5's own {@link dev.lockstep.fts.content.IntegrityCheck}, and to name the
 *       rows, or else, row by row ({@link dev.lockstep.fts.content.DriftScan}), and what its triggers cost ({@link
 *       dev.lockstep.fts.trial.TriggerCost}). {@link dev.lockstep.fts.deferral.FtsRebuild} makes it anew.
 *   <li>{@link dev.lockstep.fts.check.FtsTune} puts another trigger in the place of one that reads the whole index for each row
 *       (a {@link dev.lockstep.fts.check.TriggerTuning}). Each statement keeps its own condition, and gets one before it that holds for
 *       every row that it can mean ({@link dev.lockstep.fts.check.Shortcuts}): the row's number, where one pass over all rows and
 *       all that triggers write say that the key is that number; else a MATCH on the words of the key ({@link
 *       dev.lockstep.fts.content.RowLookup}); else, and for keys that are UNINDEXED, an ordinary index on the kept text ({@link
 *       dev.lockstep.fts.trial.KeyIndex}). A key without a word is looked for as before, by a second statement that runs for no
 *       other key. A {@link dev.lockstep.fts.check.TuningTrial} of both on real rows, which is undone, must leave the same index.
 * </ul>
 *
 * <h2>What is true</h2>
 *
 * <p>An index ought to hold what its insert triggers would have written, the {@link dev.lockstep.fts.content.ExpectedContent}: their own
 * expressions, run over the base table under the name {@code new}; with external content that is mostly what the content table
 * holds, and where the triggers choose, or change what they write, it is what they write. A column that they leave out stays NULL although the base has a value. A trigger whose effect is no such
 * query (it reads other rows, the clock, a random number) is refused at the deferral, when that still costs nothing, unless
 * a profile says with {@code fill} what it means. Where no trigger is left to say it, the profile's own triggers do.
 *
 * <table>
 *   <caption>Rebuild and proof</caption>
 *   <tr><th>kind<th>rebuild<th>proof
 *   <tr><td>own content<td>empty {@code f_content}, {@code 'rebuild'}, insert the rows that it ought to hold<td>every cell, both ways
 *   <tr><td>external content<td>{@code 'rebuild'}<td>{@code 'integrity-check'} with rank 1
 *   <tr><td>external content of which triggers choose<td>{@code 'delete-all'}, insert the rows that it ought to hold<td>every term, both ways
 *   <tr><td>FTS4, FTS3: own content<td>as above<td>every cell, both ways, and {@code 'integrity-check'}
 *   <tr><td>FTS4: external content<td>{@code 'rebuild'}; where triggers choose, empty the shadow tables, insert the
 *       rows that it ought to hold<td>{@code 'integrity-check'}, against what triggers make
 *   <tr><td>FTS4: contentless<td>none: refused<td>
 *   <tr><td>contentless<td>{@code 'delete-all'}, insert the rows that it ought to hold<td>which rows there are, no more: "rows", or "none"
 * </table>
 *
 * <p>Emptying {@code f_content} and then {@code 'rebuild'} costs what DROP and CREATE cost, a fiftieth of DELETE, and
 * leaves the index's place in the schema, its definition and its stored options alone.
 *
 * <h2>What each failure costs</h2>
 *
 * <table>
 *   <caption>Failures</caption>
 *   <tr><th>what happens<th>what follows
 *   <tr><td>crash, power cut, lost connection, full disk, lock not had<td>the transaction never was; run it again
 *   <tr><td>two restore at once<td>the second waits for the lock, and finds nothing to do
 *   <tr><td>an index of many rows is made anew<td>it goes through the write-ahead log as a whole, for SQLite takes nothing over
 *       before a commit: announced, and the log emptied afterwards ({@link dev.lockstep.db.sqlite.WriteAheadLog#shrink}); where a reader
 *       keeps it, that is told
 *   <tr><td>the deferring process dies<td>DEFERRED stays; anybody restores. Searches miss what changed meanwhile, and in
 *       an index with external content may fail with SQLITE_CORRUPT_VTAB
 *   <tr><td>column renamed, added, dropped, retyped; base or index dropped, renamed or made anew<td>restore is refused
 *       by the recorded {@link dev.lockstep.fts.schema.SchemaFingerprint}; where the application deferred without one, by the trigger, which
 *       SQLite compiles before anything is kept ({@link dev.lockstep.fts.schema.TriggerCompileCheck})
 *   <tr><td>a trigger was made anew with another text<td>refused with both texts; one is chosen by name
 *   <tr><td>a tokenizer, module, function or collation is not in this SQLite<td>refused at the deferral; met at the restore,
 *       the triggers come back and the index is told to be stale: the application's own SQLite can rebuild it, or this one
 *       with the library that has it, which is loaded only for whoever names it
 *   <tr><td>what an index is kept in is damaged<td>told as that, apart from damage of the file; a rebuild mends it, and one that
 *       cannot be opened is dropped and made by its own definition if asked ({@link dev.lockstep.fts.deferral.Recreation})
 *   <tr><td>the index cannot be opened<td>it is left deferred and named, the others are restored
 *   <tr><td>an application's restore leaves a journal behind<td>status says so; the next restore removes it
 *   <tr><td>the same text<td>counts as put back
 *   <tr><td>stored text edited<td>refused by its hash: it is code that would be executed
 *   <tr><td>flag without snapshot, or with one that cannot be read<td>refused, the bytes kept; triggers from the profile if
 *       asked for. With all triggers live: rebuilt, and the flag cleared
 *   <tr><td>snapshot without flag<td>its triggers not there: as DEFERRED. There: nothing is deferred
 *   <tr><td>some triggers gone, none stored<td>no deferral, which would store only the rest; from the profile
 * </table>
 *
 * <p><b>The others agree, or there is no deferral.</b> That insert triggers can be read as a query does not say what those on
 * UPDATE and DELETE make of the index. A {@link dev.lockstep.fts.trial.DeferralTrial} has them work on real rows and made ones, in each
 * column and state that they look at, and after each step a search must find what a rebuild would have put there, and the index must
 * have the rows and the text that a rebuild would have kept; all of it
 * is undone. An index that has drifted is told as that: the same trial succeeds on one that is made anew. Of an event that no trigger follows nothing can be said, and nothing is tried. Which rows belong into an index must not depend
 * on others. Changes that triggers would not have followed are counted while those are away ({@code
 * ChangeWatch}): keys that rows are found by, other tables that are asked, events without a trigger, and rows that {@code INSERT OR
 * REPLACE} takes away, of which no trigger hears, where a trial of that shows that it makes a difference.
 * A restore says that there were some, and a {@link dev.lockstep.fts.deferral.BulkScript} is undone by them. Text that only the index has, in a
 * column or a row that no trigger writes, is never given up without being asked for.
 *
 * <p><b>What else a trigger does goes on.</b> Where a trigger also raises an error or writes another table, a trigger of the same
 * name, at the same place among the others, does just that while it is deferred ({@link dev.lockstep.fts.trial.TriggerRemainder}). Triggers
 * that come back come back at their place: SQLite fires the newest first, so those that were made after them are made anew
 * behind them, byte for byte.
 *
 * <p>What is relied on: nobody but SQLite's own transactions guards the ledger, so whoever may write the file may write it;
 * the hash finds an accident, not a forger.
 */
package dev.lockstep.fts;
