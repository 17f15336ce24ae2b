package dev.lockstep.mirror.plan;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.source.ColumnSurvey;
import dev.lockstep.mirror.source.SourceTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** What a database has, and what it can have, as a mirror: its tables, its names and its limits. */
public interface TargetCatalog {
    /** The table of that name, if there is one. */
    Optional<TargetTable> find(Tx tx, String table);

    /** The table that would be made for one of the source. */
    TargetTable design(SourceTable source, ColumnSurvey survey);

    /** The statement that makes a table as it was designed. */
    String create(TargetTable table);

    /** The statement that adds a column to a table that is there; it is NULL in the rows that there are. */
    default String add(TargetTable table, TargetTable.Column column) {
        return "alter table " + table.identifier() + " add column " + column.identifier() + " " + column.declared();
    }

    /** Whether lockstep has made a table that is there. */
    boolean hasMade(Tx tx, String table);

    /** The statement that gives a column that is there another type, and its rows' values if it can; empty if there is none. */
    default Optional<String> retype(TargetTable table, TargetTable.Column from, TargetTable.Column to) {
        return Optional.empty();
    }

    /** Why no table or column can have that name; empty if one can. */
    Optional<String> invalidName(String name);

    /** Why no table can have that name, though a column could. */
    default Optional<String> invalidTable(String name) {
        return Optional.empty();
    }

    /** Why no column can have that name, though a table could. */
    default Optional<String> invalidColumn(String name) {
        return Optional.empty();
    }

    /** What is said of names of columns of which two are one name to this database; empty if none are. */
    Optional<String> clash(Tx tx, List<String> columns);

    /** {@link #clash} where that is told by a text alone. */
    static Optional<String> clash(List<String> columns, UnaryOperator<String> folded) {
        Map<String, String> names = new HashMap<>();
        for (String name : columns) {
            String other = names.put(folded.apply(name), name);
            if (other != null) {
                return Optional.of("the columns '" + other + "' and '" + name + "' have one name");
            }
        }
        return Optional.empty();
    }

    /** The most columns that a table may have. */
    int maxColumns();

    /** How large a row may be. */
    TablePlan.Limits limits(Tx tx);
}
