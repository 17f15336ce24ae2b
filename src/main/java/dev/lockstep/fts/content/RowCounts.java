package dev.lockstep.fts.content;

import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsTable;
import java.util.List;
import java.util.Optional;

/** How many rows there are, where counting is cheap. */
public final class RowCounts {
    private RowCounts() {}

    /** The rows that an index has; empty if it does not keep what could be counted. */
    public static Optional<Long> indexed(Tx tx, FtsTable table) {
        if (table.objection().isPresent()) {
            return Optional.empty();
        }
        return switch (table.kind()) {
            case OWN_CONTENT -> Optional.of(ContentComparison.count(tx, table.shadow("content")));
            case EXTERNAL_CONTENT, CONTENTLESS, CONTENTLESS_DELETE ->
                IndexRebuild.keepsSizes(tx, table)
                        ? Optional.of(ContentComparison.count(tx, table.shadow("docsize")))
                        : Optional.empty();
        };
    }

    /** The rows of these tables together; empty if one of them is not there. */
    public static Optional<Long> rows(Tx tx, FtsCatalog catalog, List<String> tables) {
        long rows = 0;
        for (String table : tables) {
            if (catalog.relation(table).isEmpty()) {
                return Optional.empty();
            }
            rows += ContentComparison.count(tx, new dev.lockstep.db.Identifier(table));
        }
        return Optional.of(rows);
    }
}
