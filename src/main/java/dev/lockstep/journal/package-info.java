/**
 * Which rows of a SQLite table have changed: their keys, noted by triggers inside the very transactions that change them.
 *
 * <h2>How it works</h2>
 *
 * <pre>{@code
 *   application                                   consumer (a search index, a mirror)
 *   ───────────                                   ───────────────────────────────────
 *   begin; update, insert, delete ...             install ──> make the derived data equal once
 *     └─ triggers: insert key into the log        span = pending(tx)            one read transaction:
 *   commit  ──> row and key, or neither             keys in span, CURRENT rows    what is there now counts
 *                                                 apply, commit in the derived data
 *                                                 acknowledge(span) ──> entries up to span.upTo() go
 * }</pre>
 *
 * <p>{@link dev.lockstep.journal.Journal} is one consumer's log of one table. Two consumers of a table have two logs, so that
 * neither can acknowledge what the other has not read. {@link dev.lockstep.journal.TableKey} tells what identifies a row.
 *
 * <h2>What it promises</h2>
 *
 * <ul>
 *   <li><b>Nothing is missed.</b> Every row that is inserted, updated, deleted, or deleted by a REPLACE conflict while the
 *       journal {@linkplain dev.lockstep.journal.Journal#gap has no gap} has its key in the log, in the transaction that
 *       changed it. An update that changes the key has both. A log may name rows that did not change; it is a hint
 *       where to look, and the row itself says what is true.
 *   <li><b>Keys are what they were.</b> The log's columns have no type, so an integer, a real, a text, a blob and NULL stay
 *       themselves, byte for byte, in keys of any number of columns; no encoding stands between the log and the table.
 *   <li><b>Order.</b> SQLite has one writer at a time, so the numbers of entries follow the order of commits and a number that
 *       is visible has no invisible one below it. Whatever changes after a span was read has a higher number than the span.
 *   <li><b>No number comes twice.</b> The last entry stays when it is acknowledged, because SQLite numbers on from the highest
 *       that there is; so an acknowledgement that is repeated after a lost answer cannot take a newer entry with it.
 *       AUTOINCREMENT would promise the same and leave the table sqlite_sequence behind for good.
 *   <li><b>Acknowledged last.</b> A consumer acknowledges after its own commit (or, where it writes the same database, within
 *       it). A crash in between repeats work that changes nothing the second time.
 * </ul>
 *
 * <h2>Images</h2>
 *
 * <p>Some derived data can only be undone by who knows what it was made of: an FTS5 index over external content has to be told
 * the old words. A {@linkplain dev.lockstep.journal.Journal.Subject#image subject's image} is a list of expressions over the
 * row before the change; the first entry of a key in a span has what the row was at the span's beginning.
 *
 * <h2>What each failure costs</h2>
 *
 * <table>
 *   <caption>Failures</caption>
 *   <tr><th>what happens<th>what follows
 *   <tr><td>crash of the application<td>its transaction never was, neither row nor key
 *   <tr><td>crash of the consumer<td>the span is read again
 *   <tr><td>somebody drops, disables or changes a trigger, or makes the table anew (an ORM that removes a column does, and the
 *       triggers are gone)<td>a gap: {@link dev.lockstep.journal.Journal#gap} says so, and the consumer compares everything once
 *       more. A trigger that is put back by hand leaves no trace; one with another text does
 *   <tr><td>the file is replaced by an older copy<td>a consumer elsewhere has acknowledged a number, or knows an epoch, that this
 *       file does not have; it has to compare
 *   <tr><td>the consumer never comes back<td>the log grows by one small row for each change until it is
 *       {@linkplain dev.lockstep.journal.Journal#remove removed}
 *   <tr><td>VACUUM<td>renumbers rows that have no INTEGER PRIMARY KEY: their rowid is no key ({@link
 *       dev.lockstep.journal.TableKey} never offers it)
 * </table>
 *
 * <p>What triggers cannot see, no journal can: writes with triggers switched off ({@code SQLITE_DBCONFIG_ENABLE_TRIGGER}), a
 * REPLACE conflict on a unique index over an expression, edits of the file. So a proof compares rows, not entries.
 *
 * <p>No name made here contains the name of an application's table: applications look for their own triggers by such names.
 */
package dev.lockstep.journal;
