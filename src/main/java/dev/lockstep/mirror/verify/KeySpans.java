package dev.lockstep.mirror.verify;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetType;
import dev.lockstep.mirror.plan.TargetType.Form;
import dev.lockstep.mirror.proof.KeySpan;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.mirror.source.Wish;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * Cuts a table into spans of its key, first a small one and then larger ones, so that what differs in the first rows is known
 * before the last are read. That takes a key which both sides put in the same order: SQLite's rowid, as a whole number.
 */
final class KeySpans implements Iterator<KeySpan> {
    private static final int FIRST_ROWS = 2_000;
    private static final int MAX_ROWS = 128_000;

    /** Of a table that has no index for its primary key, for it is the rowid. */
    private static final String IS_ROWID = """
            select 1
              from pragma_table_info(?1)
             where pk = 1
               and name = ?2
               and upper(type) = 'INTEGER'
               and not exists (select 1 from pragma_index_list(?1) where origin = 'pk')
            """;

    private final Tx source;
    private final String end;
    private OptionalLong after = OptionalLong.empty();
    private int rows = FIRST_ROWS;
    private boolean isLast;

    private KeySpans(Tx source, SourceTable table) {
        this.source = source;
        String key = table.order().get(0).expression();
        String more = table.also();
        this.end = "select " + key + " as k from main." + table.identifier() + " not indexed where " + key + " > ?"
                + more + " order by " + key + " limit 1 offset ?";
    }

    /** Those of a table, unless it can only be compared as a whole. */
    static Optional<KeySpans> of(Tx source, TablePlan plan) {
        SourceTable table = plan.source();
        boolean isNumber = plan.keyWidth() == 1
                && table.order().size() == 1
                && table.order().get(0).collation().isEmpty()
                && isNumber(plan.key().get(0).type().orElseThrow());
        boolean isRowid = isNumber
                && (table.key().isEmpty()
                        || !source.rows(
                                        IS_ROWID,
                                        table.name(),
                                        table.key().get(0).name())
                                .isEmpty());
        return isRowid ? Optional.of(new KeySpans(source, table)) : Optional.empty();
    }

    /** SQLite's own columns, which may have anything, put numbers before all but NULL. */
    private static boolean isNumber(TargetType type) {
        return type.form() == Form.ANY
                || (type.form() == Form.INTEGER && !type.isBoolean() && type.reading() == Wish.Reading.AS_IT_IS);
    }

    @Override
    public boolean hasNext() {
        return !isLast;
    }

    @Override
    public KeySpan next() {
        if (isLast) {
            throw new NoSuchElementException();
        }
        Optional<Row> last = source.row(end, after.orElse(Long.MIN_VALUE), rows - 1);
        OptionalLong through =
                last.map(row -> OptionalLong.of(row.integer("k"))).orElse(OptionalLong.empty());
        isLast = through.isEmpty();
        KeySpan span = new KeySpan(after, through);
        after = through;
        rows = Math.min(MAX_ROWS, 2 * rows);
        return span;
    }
}
