package dev.lockstep.mirror.source;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.source.SourceTable.Column;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Finds what a {@link Selection} means in a schema, and refuses what means nothing there: it may be a slip of the pen. */
final class SelectedTables {
    private final SourceSchema schema;
    private final Selection selection;

    SelectedTables(SourceSchema schema, Selection selection) {
        this.schema = schema;
        this.selection = selection;
    }

    /** The names of the tables, damaged ones last if none is named. */
    List<String> names() {
        Set<String> all = new LinkedHashSet<>(schema.names());
        schema.damaged().forEach(all::remove);
        all.addAll(schema.damaged());
        Set<String> names = new LinkedHashSet<>();
        if (selection.tables().isEmpty()) {
            names.addAll(all);
        }
        for (String wanted : selection.tables()) {
            boolean isName =
                    !Selection.isPattern(wanted) || all.stream().anyMatch(name -> Selection.isSame(name, wanted));
            if (isName) {
                names.add(all.stream()
                        .filter(name -> Selection.isSame(name, wanted))
                        .findFirst()
                        .orElse(wanted));
            } else {
                names.addAll(matching(wanted, all));
            }
        }
        for (String unwanted : selection.excluded()) {
            List<String> matching = matching(unwanted, all);
            names.removeAll(matching);
        }
        if (names.isEmpty()) {
            throw LockstepException.usage(
                    all.isEmpty() ? "the source has no tables to mirror" : "no table is left to mirror",
                    all.isEmpty() ? "is it the right database?" : "it has " + String.join(", ", all));
        }
        return List.copyOf(names);
    }

    private static List<String> matching(String pattern, Collection<String> names) {
        List<String> matching =
                names.stream().filter(name -> Selection.matches(pattern, name)).toList();
        if (matching.isEmpty()) {
            throw LockstepException.usage(
                    (Selection.isPattern(pattern) ? "no table matches " : "no such table: ") + pattern,
                    DidYouMean.to(pattern, names)
                            .map(near -> "did you mean " + near + "?")
                            .orElse("the source has " + names.size() + " tables"));
        }
        return matching;
    }

    /** The tables with what is said of them. */
    List<SourceTable> asSelected(Tx tx, List<SourceTable> tables) {
        checkNames(selection.renamed().keySet());
        checkNames(selection.where().keySet());
        checkNames(selection.columns().keySet());
        for (String column : selection.types().keySet()) {
            checkNames(List.of(column.substring(0, Math.max(0, column.lastIndexOf('.')))));
        }
        List<SourceTable> selected = new ArrayList<>();
        Set<String> names = new LinkedHashSet<>();
        for (SourceTable table : tables) {
            SourceTable one = table.unreadable().isPresent() ? table : asSelected(tx, table);
            if (!names.add(one.mirrorName())) {
                throw LockstepException.usage(
                        "two tables would be " + one.mirrorName() + " in the mirror", "give one of them another name");
            }
            selected.add(one);
        }
        return selected;
    }

    /** What is said of a table that is in the source, but not among these, stands in a profile for another time. */
    private void checkNames(Collection<String> said) {
        for (String name : said) {
            if (schema.names().stream().noneMatch(table -> Selection.isSame(table, name))) {
                throw LockstepException.usage(
                        "no such table: " + name,
                        DidYouMean.to(name, schema.names())
                                .map(near -> "did you mean " + near + "?")
                                .orElse("the source has " + schema.names().size() + " tables"));
            }
        }
    }

    private SourceTable asSelected(Tx tx, SourceTable table) {
        List<Column> some = new ArrayList<>();
        Optional<List<String>> wanted = Selection.of(selection.columns(), table.name());
        for (String name : wanted.orElse(List.of())) {
            some.add(table.columns().stream()
                    .filter(column -> Selection.isSame(column.name(), name))
                    .findFirst()
                    .orElseThrow(() -> LockstepException.usage(
                            "no such column: " + table.name() + "." + name,
                            "it has " + String.join(", ", names(table.columns())))));
        }
        for (Column column : table.key()) {
            if (!some.isEmpty() && !some.contains(column)) {
                throw LockstepException.usage(
                        "the columns of " + table.name() + " leave out " + column.name()
                                + ", which tells its rows apart",
                        "add it: " + column.name() + "," + String.join(",", names(some)));
            }
        }
        for (String typed : selection.types().keySet()) {
            boolean ofTable = Selection.isSame(typed.substring(0, typed.lastIndexOf('.')), table.name());
            if (ofTable
                    && table.columns().stream()
                            .noneMatch(column -> Selection.isSame(table.name() + "." + column.name(), typed))) {
                throw LockstepException.usage(
                        "no such column: " + typed, "it has " + String.join(", ", names(table.columns())));
            }
        }
        SourceTable selected = table.selected(some, selection);
        if (selected.where().isPresent() && !table.order().isEmpty()) {
            checkWhere(tx, selected);
        }
        return selected;
    }

    private static void checkWhere(Tx tx, SourceTable table) {
        try {
            table.check(tx);
            tx.rows("explain select 1 from " + table.withoutIndexes());
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.OTHER && e.reason() != DbException.Reason.NO_SUCH_OBJECT) {
                throw e;
            }
            throw LockstepException.usage(
                    "the condition on " + table.name() + ": " + SourceSchema.said(e),
                    "it is one of SQLite on the table's columns, such as id > 100");
        }
    }

    private static List<String> names(List<Column> columns) {
        return columns.stream().map(Column::name).toList();
    }
}
