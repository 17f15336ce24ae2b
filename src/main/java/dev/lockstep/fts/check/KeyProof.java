package dev.lockstep.fts.check;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.SourceQuery;
import dev.lockstep.fts.schema.SourceQueryReader;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.WriteStatement;
import dev.lockstep.support.LockstepException;
import java.util.List;

/**
 * What holds of every row of an FTS5 table of its own content: proved of those that are there by one pass over them, and of
 * those to come by what its triggers write.
 */
final class KeyProof {
    private final Tx tx;
    private final FtsTable table;
    private final List<TriggerStatement> writers;

    KeyProof(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        this.tx = tx;
        this.table = table;
        this.writers = writers;
    }

    /**
     * Whether a column holds the row's own number, and always will: no statement writes another.
     *
     * <p>That a key is unique in the base, and written beside the base row's number, would not do: INSERT OR REPLACE takes a row
     * away without a trigger that says so, and the key comes back under another number.
     */
    boolean isOwnNumber(String column) {
        return writers.stream().allMatch(trigger -> keepsNumber(trigger, column))
                && holds("typeof(%1$s) = 'integer' and %1$s = id", column);
    }

    /** Whether no row has a number in a column that is written in another way than a search for it would be. */
    boolean isWrittenPlainly(String column) {
        return holds(
                "typeof(%1$s) <> 'real' and (typeof(%1$s) <> 'text' or trim(%1$s) not glob '[-+.0-9]*'"
                        + " or cast(cast(%1$s as numeric) as text) = %1$s)",
                column);
    }

    private boolean holds(String condition, String column) {
        String stored = "c" + table.columns().indexOf(column);
        try {
            return tx.rows("select 1 from main." + table.shadow("content") + " where (" + condition.formatted(stored)
                            + ") is not true and " + stored + " is not null limit 1")
                    .isEmpty();
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.CORRUPT) {
                throw e;
            }
            return false;
        }
    }

    private boolean keepsNumber(TriggerStatement trigger, String column) {
        for (WriteStatement write : trigger.writes()) {
            boolean keeps = !write.isOn(table.name())
                    || switch (write.verb()) {
                        case DELETE -> true;
                        case UPDATE -> !sets(write, column);
                        case INSERT -> writesNumber(trigger, write, column);
                    };
            if (!keeps) {
                return false;
            }
        }
        return true;
    }

    private boolean writesNumber(TriggerStatement trigger, WriteStatement insert, String column) {
        List<SourceQuery> queries;
        try {
            queries = new SourceQueryReader(table).queries(trigger, insert);
        } catch (LockstepException e) {
            return false;
        }
        return queries.stream().allMatch(query -> query.rowid()
                .flatMap(SourceQuery::column)
                .filter(number -> isColumn(query.expression(column), number))
                .isPresent());
    }

    private static boolean isColumn(String expression, String name) {
        return SourceQuery.column(expression)
                .filter(column -> SqlToken.fold(column).equals(SqlToken.fold(name)))
                .isPresent();
    }

    /** Whether its SET names the column or the number, wherever: it is not worth more. */
    private static boolean sets(WriteStatement write, String column) {
        int set = write.rest().size() - write.condition().size();
        return write.rest().subList(0, set).stream()
                .filter(SqlToken::canName)
                .anyMatch(token -> SourceQuery.isRowid(token.name())
                        || SqlToken.fold(token.name()).equals(SqlToken.fold(column)));
    }
}
