package dev.lockstep.fts.content;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.SourceQueryReader;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Makes a full-text table hold what it ought to, and proves that it does; its definition and its options stay as they are.
 *
 * <p>A table that keeps its own text is emptied through the table in which it keeps it, and told to rebuild its index from
 * that: as fast as DROP and CREATE, which would move it in the schema and lose its options. Deleting its rows would cost
 * as much as writing them.
 *
 * @param rows how many rows it holds now
 * @param sight how much of a difference the proof would have seen
 */
public record IndexRebuild(long rows, ContentComparison.Sight sight) {
    /**
     * Rebuilds one table inside the caller's transaction.
     *
     * @param writers the triggers that write it
     * @param progress hears from time to time how many rows are written
     * @throws LockstepException usage: what belongs into it cannot be told; refused: it differs from that even when rebuilt
     */
    public static IndexRebuild run(Tx tx, FtsTable table, List<TriggerStatement> writers, LongConsumer progress) {
        return run(
                tx,
                table,
                ExpectedContentReader.declared(tx, table, writers, List.of(), FtsTable.Columns.WRITTEN),
                progress);
    }

    /** The same where what the table ought to hold is known. */
    public static IndexRebuild run(Tx tx, FtsTable table, ExpectedContent expected, LongConsumer progress) {
        refuseFinal(table);
        return switch (table.kind()) {
            case OWN_CONTENT -> ownContent(tx, table, expected, progress);
            case EXTERNAL_CONTENT ->
                expected.isContent() ? externalContent(tx, table) : selectedContent(tx, table, expected, progress);
            case CONTENTLESS, CONTENTLESS_DELETE -> contentless(tx, table, expected, progress);
        };
    }

    /** Whether {@link #run} will know what to do; throws what it would throw before it has changed anything. */
    public static void check(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        refuseFinal(table);
        switch (table.kind()) {
            case OWN_CONTENT -> ExpectedContentReader.of(tx, table, writers);
            case EXTERNAL_CONTENT -> {
                ExpectedContent expected =
                        ExpectedContentReader.declared(tx, table, writers, List.of(), FtsTable.Columns.WRITTEN);
                numbered(table, expected);
                if (!expected.isContent()
                        && !IntegrityCheck.canTell(table, expected)
                        && table.module() != FtsModule.FTS5) {
                    throw new SourceQueryReader(table)
                            .underivable("a row of it can come from several of them, and " + table.module()
                                    + " does not tell which term is whose");
                }
            }
            case CONTENTLESS, CONTENTLESS_DELETE -> numbered(table, ExpectedContentReader.of(tx, table, writers));
        }
    }

    private static void refuseFinal(FtsTable table) {
        table.finality().ifPresent(why -> {
            throw new LockstepException(
                            LockstepException.Kind.USAGE,
                            "no-rebuild",
                            table.name() + " could not be made anew: " + why,
                            null,
                            null)
                    .advising(FtsRemedy.LEAVE_TO_ITS_TRIGGERS.of());
        });
    }

    private static IndexRebuild ownContent(Tx tx, FtsTable table, ExpectedContent expected, LongConsumer progress) {
        tx.execute("delete from main." + table.shadow("content"));
        command(tx, table, "rebuild");
        long rows = expected.fill(tx, progress);
        if (table.module() != FtsModule.FTS5) {
            checkIntegrity(tx, table);
        }
        return proven(table, rows, ContentComparison.ofText(tx, expected, table));
    }

    /** Makes the terms of a table anew from the text that it keeps, and leaves that as it is. */
    public static IndexRebuild ofOwnText(Tx tx, FtsTable table) {
        refuseFinal(table);
        command(tx, table, "rebuild");
        checkIntegrity(tx, table);
        return new IndexRebuild(ContentComparison.count(tx, table.shadow("content")), ContentComparison.Sight.WHOLE);
    }

    private static IndexRebuild externalContent(Tx tx, FtsTable table) {
        command(tx, table, "rebuild");
        checkIntegrity(tx, table);
        Identifier content = new Identifier(table.content().orElseThrow());
        return new IndexRebuild(ContentComparison.count(tx, content), ContentComparison.Sight.WHOLE);
    }

    /** By the module's own command, against the text wherever it is. */
    private static void checkIntegrity(Tx tx, FtsTable table) {
        try {
            switch (table.module()) {
                case FTS3, FTS4 -> command(tx, table, "integrity-check");
                // Only with a rank of 1 does it read the content table; otherwise a stale index passes.
                case FTS5 ->
                    tx.execute("insert into main." + table.identifier() + " (" + table.identifier()
                            + ", rank) values ('integrity-check', 1)");
            }
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.CORRUPT) {
                throw unproven(table, e.getMessage());
            }
            throw e;
        }
    }

    /** The module's own rebuild would index every row of the content table, as it is; its triggers choose, or change what they write. */
    private static IndexRebuild selectedContent(
            Tx tx, FtsTable table, ExpectedContent expected, LongConsumer progress) {
        numbered(table, expected);
        empty(tx, table);
        long rows = expected.fill(tx, progress);
        boolean equal = IntegrityCheck.canTell(table, expected)
                ? IntegrityCheck.passes(tx, table, expected)
                : DriftScan.of(tx, table, expected, DriftScan.Extent.ALL, 1).isNone();
        if (!equal) {
            throw unproven(table, "the terms differ");
        }
        return new IndexRebuild(rows, ContentComparison.Sight.WHOLE);
    }

    private static void empty(Tx tx, FtsTable table) {
        switch (table.module()) {
            case FTS3, FTS4 -> {
                // It has no command for that. What this transaction has written goes to the shadow tables before a
                // savepoint.
                tx.execute("savepoint lockstep_empty");
                for (String part : table.module().shadows()) {
                    if (keeps(tx, table, part)) {
                        tx.execute("delete from main." + table.shadow(part));
                    }
                }
                tx.execute("release lockstep_empty");
            }
            case FTS5 -> command(tx, table, "delete-all");
        }
    }

    private static IndexRebuild contentless(Tx tx, FtsTable table, ExpectedContent expected, LongConsumer progress) {
        numbered(table, expected);
        command(tx, table, "delete-all");
        long rows = expected.fill(tx, progress);
        if (!keepsSizes(tx, table)) {
            return new IndexRebuild(rows, ContentComparison.Sight.NONE);
        }
        return proven(table, rows, ContentComparison.ofRows(tx, expected, table.shadow("docsize")));
    }

    /** Whether the table knows each row's size: not with {@code columnsize=0}. */
    static boolean keepsSizes(Tx tx, FtsTable table) {
        return keeps(tx, table, "docsize");
    }

    /** Whether an FTS5 table still has the record of how many rows it has, without which it takes no other. */
    public static boolean keepsAverages(Tx tx, FtsTable table) {
        return !tx.rows("select 1 from main." + table.shadow("data") + " where id = 1")
                .isEmpty();
    }

    static boolean keeps(Tx tx, FtsTable table, String part) {
        return SqliteCatalog.of(tx).statement(table.shadow(part).name()).isPresent();
    }

    private static void numbered(FtsTable table, ExpectedContent expected) {
        if (!expected.hasRowids()) {
            throw new SourceQueryReader(table)
                    .underivable("they do not say the rowid, and it keeps nothing else of a row");
        }
    }

    private static IndexRebuild proven(FtsTable table, long rows, ContentComparison comparison) {
        if (!comparison.isEqual()) {
            throw unproven(table, comparison.missing() + " rows missing, " + comparison.extra() + " too many");
        }
        return new IndexRebuild(rows, comparison.sight());
    }

    private static LockstepException unproven(FtsTable table, String why) {
        return new LockstepException(
                LockstepException.Kind.REFUSED,
                "unproven",
                table.name() + " is not equal to its base even when rebuilt: " + why,
                "nothing changed",
                null);
    }

    private static void command(Tx tx, FtsTable table, String command) {
        tx.update("insert into main." + table.identifier() + " (" + table.identifier() + ") values (?)", command);
    }
}
