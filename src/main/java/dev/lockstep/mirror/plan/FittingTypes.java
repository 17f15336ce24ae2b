package dev.lockstep.mirror.plan;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.source.ColumnSurvey;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** What would make a table of the mirror take the values that do not fit it. */
public final class FittingTypes {
    private FittingTypes() {}

    /**
     * The statements that give columns of a table that is there the types that they would have if it were made now; none for a column
     * of which that is the type already.
     *
     * @param columns the names of those that have values which do not fit
     */
    public static List<String> statements(
            TargetCatalog catalog, Tx source, TablePlan plan, Collection<String> columns) {
        List<String> statements = new ArrayList<>();
        if (plan.ddl().isPresent() || columns.isEmpty()) {
            return statements;
        }
        TargetTable made = catalog.design(plan.source(), new ColumnSurvey(source, plan.source()));
        for (TargetTable.Column column : plan.columns()) {
            for (TargetTable.Column other : made.columns()) {
                boolean same = SqlToken.fold(other.name()).equals(SqlToken.fold(column.name()));
                if (same && columns.contains(column.name()) && isAnother(column, other)) {
                    catalog.retype(plan.target(), column, other).ifPresent(statements::add);
                }
            }
        }
        return statements;
    }

    /** Whether a table is what lockstep makes of one that has no rows: its types say no more than what the source declares. */
    public static boolean areGuesses(TargetCatalog catalog, TablePlan plan) {
        TargetTable guess = catalog.design(plan.source(), ColumnSurvey.ofNothing(plan.source()));
        List<TargetTable.Column> there = plan.target().columns();
        boolean same = guess.columns().size() == there.size();
        for (int i = 0; i < there.size() && same; i++) {
            TargetTable.Column column = guess.columns().get(i);
            same = column.name().equals(there.get(i).name()) && !isAnother(there.get(i), column);
        }
        return same;
    }

    private static boolean isAnother(TargetTable.Column there, TargetTable.Column made) {
        return !there.type()
                .orElseThrow()
                .extent()
                .equals(made.type().orElseThrow().extent());
    }
}
