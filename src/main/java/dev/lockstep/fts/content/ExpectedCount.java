package dev.lockstep.fts.content;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerSql;
import java.util.List;
import java.util.Optional;

/** Compares how many rows an index has with how many it ought to have, which costs next to nothing. */
public final class ExpectedCount {
    private ExpectedCount() {}

    /** How an index differs from what it ought to hold in the number of its rows, if it does and keeps that. */
    public static Optional<String> difference(Tx tx, FtsTable table, List<TriggerSql> writers) {
        return expected(tx, table, writers)
                .map(expected ->
                        "it has " + Counts.indexed(tx, table).orElseThrow() + " rows and ought to have " + expected);
    }

    /** How many rows it ought to have, if it has another number and keeps that. */
    public static Optional<Long> expected(Tx tx, FtsTable table, List<TriggerSql> writers) {
        Optional<Long> indexed = Counts.indexed(tx, table);
        if (indexed.isEmpty()) {
            return Optional.empty();
        }
        Truth truth = Truth.declared(tx, table, writers, List.of(), FtsTable.Columns.WRITTEN);
        long expected = table.kind() == FtsTable.Kind.EXTERNAL_CONTENT && truth.isContent()
                ? Comparison.count(tx, new Identifier(table.content().orElseThrow()))
                : truth.count(tx);
        return indexed.get() == expected ? Optional.empty() : Optional.of(expected);
    }
}
