package dev.lockstep.mirror.plan;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** What would make a table of the mirror take the values that do not fit it. */
public final class FittingTypes {
    /** The code of what is said each time, since somebody asks for it each time. */
    public static final String OTHER_TYPE = "other-type";

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

    /** What is said of columns that somebody wants to be of another type than they have in a table that is there. */
    static Optional<Notice> unheeded(TargetCatalog catalog, SourceTable table, TargetTable there, ColumnSurvey survey) {
        if (table.columns().stream().noneMatch(column -> column.wish().type().isPresent())) {
            return Optional.empty();
        }
        List<String> others = new ArrayList<>();
        TargetTable made = catalog.design(table, survey);
        for (SourceTable.Column wanted : table.columns()) {
            Optional<TargetTable.Column> is = column(there, wanted.name());
            Optional<TargetTable.Column> would = column(made, wanted.name());
            if (wanted.wish().type().isPresent()
                    && is.filter(column -> column.type().isPresent()).isPresent()
                    && isAnother(is.get(), would.orElseThrow())) {
                others.add(catalog.retype(there, is.get(), would.get())
                        .orElse(wanted.name() + " " + would.get().declared()));
            }
        }
        return others.isEmpty()
                ? Optional.empty()
                : Optional.of(new Notice(
                        OTHER_TYPE,
                        "the mirror's table keeps the types that it has; others are wanted: "
                                + String.join("; ", others)));
    }

    private static Optional<TargetTable.Column> column(TargetTable table, String name) {
        return table.columns().stream()
                .filter(column -> SqlToken.fold(column.name()).equals(SqlToken.fold(name)))
                .findFirst();
    }

    /** Whether a table is what lockstep makes of one that has no rows: its types say no more than what the source declares. */
    public static boolean areGuesses(TargetCatalog catalog, Tx source, TablePlan plan) {
        TargetTable guess = catalog.design(plan.source(), ColumnSurvey.ofNothing(source, plan.source()));
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
