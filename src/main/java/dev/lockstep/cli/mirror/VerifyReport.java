package dev.lockstep.cli.mirror;

import dev.lockstep.cli.hint.Hints;
import dev.lockstep.cli.kit.Advice;
import dev.lockstep.cli.text.Accent;
import dev.lockstep.cli.text.Cells;
import dev.lockstep.cli.text.Count;
import dev.lockstep.mirror.verify.Difference;
import dev.lockstep.mirror.verify.Verification;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** How a table that was compared is told, and a row of it that differs. */
final class VerifyReport {
    /** Whether the values of cells are told. */
    enum Values {
        SHOWN,
        /** They may be nobody else's business. */
        HIDDEN
    }

    /** How rows that differ are told. */
    enum Rows {
        NAMED,
        /** Side by side, in full. */
        SHOWN
    }

    private VerifyReport() {}

    static Map<String, Object> tree(Verification.Table table, long named, Advice advice) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("table", table.table());
        tree.put("source", table.source());
        tree.put("mirror", table.mirror());
        tree.put("missing", table.missing());
        tree.put("extra", table.extra());
        tree.put("changed", table.changed());
        tree.put("substituted", table.substitutes());
        tree.put("named", named);
        tree.put("complete", table.rest() == Verification.Rest.NOTHING);
        tree.put("error", table.failure().map(LockstepException::getMessage).orElse(null));
        tree.put("hint", table.failure().map(Hints::of).map(advice::complete).orElse(null));
        return tree;
    }

    static Map<String, Object> tree(Difference row, Values values) {
        Map<String, Object> tree = new LinkedHashMap<>();
        tree.put("op", op(row));
        tree.put("table", row.table());
        tree.put("key", row.key());
        List<String> columns = new ArrayList<>();
        Map<String, Object> source = new LinkedHashMap<>();
        Map<String, Object> mirror = new LinkedHashMap<>();
        for (Difference.Cell cell : row.cells()) {
            columns.add(cell.column());
            source.put(cell.column(), cell.source());
            mirror.put(cell.column(), cell.mirror());
        }
        tree.put("columns", row.kind() == Difference.Kind.CHANGED ? columns : List.of());
        if (values == Values.SHOWN) {
            tree.put("source", row.kind() == Difference.Kind.EXTRA ? null : source);
            tree.put("mirror", row.kind() == Difference.Kind.MISSING ? null : mirror);
        }
        return tree;
    }

    private static String op(Difference row) {
        return row.kind().name().toLowerCase(Locale.ROOT);
    }

    static String line(Difference row, Values values) {
        StringBuilder line = new StringBuilder(row.table() + ", key " + row.key() + ": " + op(row));
        String separator = ": ";
        for (Difference.Cell cell : row.cells()) {
            if (values == Values.SHOWN) {
                line.append(separator).append(cell.column()).append(both(cell));
                separator = ", ";
            } else if (row.kind() == Difference.Kind.CHANGED) {
                line.append(separator).append(cell.column());
                separator = ", ";
            }
        }
        return line.toString();
    }

    private static String both(Difference.Cell cell) {
        if (cell.source() == null || cell.mirror() == null) {
            return " " + (cell.source() == null ? cell.mirror() : cell.source());
        }
        return " is " + cell.source() + " in the source, " + cell.mirror() + " in the mirror";
    }

    /** @param rows whether rows that differ are named beside it, as far as they are to be */
    static List<String> lines(Verification.Table table, Rows rows) {
        List<String> lines = new ArrayList<>();
        if (table.failure().isPresent()) {
            lines.add(table.table() + ": " + Accent.BAD.of("NOT COMPARED:") + " "
                    + table.failure().get().getMessage());
            String hint = Hints.of(table.failure().get());
            if (hint != null) {
                lines.add("  hint: " + hint);
            }
        } else if (table.rest() == Verification.Rest.ALL) {
            lines.add(Cells.of(table.table() + ":", "not looked at"));
        } else if (table.isEqual()) {
            lines.add(Cells.of(
                    table.table() + ":",
                    Count.of(table.source(), "row") + ",",
                    Accent.GOOD.of("equal") + TableReport.substituted(table.substitutes())));
        } else {
            lines.add(differs(table));
            long unnamed = table.differences() - table.rows().size();
            if (unnamed > 0 && rows == Rows.NAMED) {
                lines.add("  " + Count.of(unnamed) + " of them are not named; --rows " + table.differences()
                        + " names all");
            }
        }
        return lines;
    }

    /** {@code t: 3 rows in the source, 3 in the mirror: 1 missing, 1 extra, 0 changed}. */
    static String differs(Verification.Table table) {
        return Cells.of(
                table.table() + ":",
                Count.of(table.source(), "row")
                        + (table.rest() == Verification.Rest.SOME ? " of the source looked at," : " in the source,"),
                Count.of(table.mirror()) + " in the mirror:",
                Count.of(table.missing()) + " missing,",
                Count.of(table.extra()) + " extra,",
                Count.of(table.changed()) + " changed"
                        + (table.rest() == Verification.Rest.SOME ? "; the rest was not looked at" : ""));
    }
}
