package dev.lockstep.fts.trial;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.schema.ContentTable;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which rows of a table are tried, as conditions by its key. */
final class TrialRows {
    private final Tx tx;
    private final ContentTable table;

    TrialRows(Tx tx, ContentTable table) {
        this.tx = tx;
        this.table = table;
    }

    /** Conditions, each of which finds one row: the first and the last. */
    List<String> ends() {
        Set<String> rows = new LinkedHashSet<>();
        List<String> key = table.key();
        if (key.isEmpty()) {
            return List.of();
        }
        for (String direction : List.of("", " desc")) {
            List<String> quoted = new ArrayList<>();
            List<String> order = new ArrayList<>();
            for (int i = 0; i < key.size(); i++) {
                quoted.add("quote(" + key.get(i) + ") as k" + i);
                order.add(key.get(i) + direction);
            }
            tx.row("select " + String.join(", ", quoted) + " from main." + table.identifier() + " order by "
                            + String.join(", ", order) + " limit 1")
                    .ifPresent(row -> rows.add(condition(row)));
        }
        return List.copyOf(rows);
    }

    /** One that belongs into an index, if there is any. */
    List<String> indexed(ExpectedContent expected) {
        List<String> rows = new ArrayList<>();
        for (String keys : table.key().isEmpty() ? List.<String>of() : expected.keysIn(table.name(), table.key())) {
            try {
                tx.row(keys + " limit 1").ifPresent(row -> rows.add(condition(row)));
            } catch (DbException e) {
                // A value that its condition fails on: what the triggers make of the others is tried all the same.
                ExpectedRows.failure(e);
            }
        }
        return rows;
    }

    private String condition(Row row) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < table.key().size(); i++) {
            parts.add(table.key().get(i) + " is " + row.text("k" + i));
        }
        return String.join(" and ", parts);
    }

    /** A condition on {@code new} that holds for these rows; empty if no single column can say which they are. */
    Optional<String> among(Collection<String> rows) {
        List<String> key = table.key();
        if (key.size() != 1) {
            return Optional.empty();
        }
        // As a list: SQLite does not take a thousand conditions that are joined by OR.
        String is = key.get(0) + " is ";
        List<String> literals =
                rows.stream().map(row -> row.substring(is.length())).toList();
        String without = literals.contains("NULL") ? " or " + is + "null" : "";
        return Optional.of(
                "new." + key.get(0) + " in (select " + key.get(0) + " from main." + table.identifier() + " where "
                        + key.get(0) + " in (" + String.join(", ", literals) + ")" + without + ")"
                        + (without.isEmpty() ? "" : " or new." + is + "null"));
    }
}
