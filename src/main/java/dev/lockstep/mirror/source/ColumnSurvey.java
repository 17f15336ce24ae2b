package dev.lockstep.mirror.source;

import dev.lockstep.db.Cells.Kind;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.source.SourceTable.Column;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** What is in a column, asked only where its declaration does not say enough; each answer reads the whole column. */
public final class ColumnSurvey {
    /** What SQLite calls the length of a text ends at its first NUL. */
    private static final String LONGEST = """
            coalesce(max(case when instr(%1$s, char(0)) > 0 then length(cast(%1$s as blob)) else length(%1$s) end), 0)
            """;

    private final Map<Column, Long> longest = new HashMap<>();
    private final Tx tx;
    private final SourceTable table;

    public ColumnSurvey(Tx tx, SourceTable table) {
        this.tx = tx;
        this.table = table;
    }

    /** The storage classes of the column's values, NULL not among them. */
    public Set<Kind> kinds(Column column) {
        Set<Kind> kinds = EnumSet.noneOf(Kind.class);
        for (Row row : tx.rows("select distinct typeof(%1$s) as kind from %2$s where %1$s is not null"
                .formatted(column.identifier(), table.withoutIndexes()))) {
            kinds.add(Kind.valueOf(row.text("kind").toUpperCase(Locale.ROOT)));
        }
        return kinds;
    }

    /** The length of the longest value, in characters of a text and bytes of a blob; all columns that have a length are asked at once. */
    public long longest(Column column) {
        if (longest.isEmpty()) {
            List<Column> limited = new ArrayList<>();
            List<String> lengths = new ArrayList<>();
            for (Column other : table.columns()) {
                if (table.key().contains(other) || other.declaredLength().isPresent()) {
                    limited.add(other);
                    lengths.add(LONGEST.formatted(other.identifier()));
                }
            }
            Row row = tx.only("select " + String.join(", ", lengths) + " from " + table.withoutIndexes());
            for (int i = 0; i < limited.size(); i++) {
                longest.put(limited.get(i), row.integer(i));
            }
        }
        return longest.get(column);
    }
}
