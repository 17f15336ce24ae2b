package dev.lockstep.mirror;

import dev.lockstep.db.Cells.Kind;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.SourceTable.Column;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What is in a column, asked only where its declaration does not say enough; each answer reads the whole column. */
final class Survey {
    private final Tx tx;
    private final SourceTable table;

    Survey(Tx tx, SourceTable table) {
        this.tx = tx;
        this.table = table;
    }

    /** The storage classes of the column's values, NULL not among them. */
    Set<Kind> kinds(Column column) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Row row : tx.rows("select distinct typeof(%1$s) as kind from main.%2$s where %1$s is not null"
                .formatted(column.identifier(), table.identifier()))) {
            kinds.add(Kind.valueOf(row.text("kind").toUpperCase(Locale.ROOT)));
        }
        return kinds;
    }

    /** The length of the longest value, in characters of a text and bytes of a blob. */
    long longest(Column column) {
        return tx.only("select coalesce(max(length(%s)), 0) from main.%s"
                        .formatted(column.identifier(), table.identifier()))
                .integer(0);
    }
}
