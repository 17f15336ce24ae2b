package dev.lockstep.fts.content;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import java.util.List;
import java.util.Optional;

/** Compares how many rows an index has with how many it ought to have, which costs next to nothing. */
public final class ExpectedCount {
    private ExpectedCount() {}

    /** How an index differs from what it ought to hold in the number of its rows, if it does and keeps that. */
    public static Optional<String> difference(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        return expected(tx, table, writers)
                .map(rows ->
                        "it has " + RowCounts.indexed(tx, table).orElseThrow() + " rows and ought to have " + rows);
    }

    /** How many rows it ought to have, if it has another number and keeps that. */
    public static Optional<Long> expected(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        Optional<Long> indexed = RowCounts.indexed(tx, table);
        if (indexed.isEmpty()) {
            return Optional.empty();
        }
        ExpectedContent expected =
                ExpectedContentReader.declared(tx, table, writers, List.of(), FtsTable.Columns.WRITTEN);
        long rows = table.kind() == FtsTable.Kind.EXTERNAL_CONTENT && expected.isContent()
                ? ContentComparison.count(tx, new Identifier(table.content().orElseThrow()))
                : expected.count(tx);
        return indexed.get() == rows ? Optional.empty() : Optional.of(rows);
    }
}
