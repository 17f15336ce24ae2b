package dev.lockstep.audit.write;

import dev.lockstep.audit.AuditRow;
import dev.lockstep.profile.AuditProfile.Column;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/**
 * The rows of one generation of one registry, in the order in which they are written.
 *
 * @param line where the generation begins in its file; 0 if it comes from a database
 */
record Generation(String registry, long number, List<AuditRow> rows, long line) {
    private static final String CREATE = "CREATE REGISTRY";
    private static final String NONE = "NO CHANGE";
    private static final String INSERT = "INSERT";
    private static final String DELETE = "DELETE";

    /** The generation with its deletions first, and with what the application writes where nothing was given. */
    Generation arranged() {
        if (number == 0) {
            return this;
        }
        List<AuditRow> arranged = new ArrayList<>(rows.size());
        for (AuditRow row : rows) {
            if (DELETE.equals(row.text(Column.TYPE))) {
                arranged.add(row);
            }
        }
        for (AuditRow row : rows) {
            if (!DELETE.equals(row.text(Column.TYPE))) {
                arranged.add(row);
            }
        }
        arranged.forEach(AuditRow::fillCommentAndAuthor);
        return new Generation(registry, number, arranged, line);
    }

    /** Whether a database holds just these rows, with these ids. */
    boolean isStoredAs(List<AuditRow> stored) {
        boolean same = stored.size() == rows.size();
        for (int i = 0; same && i < rows.size(); i++) {
            same = rows.get(i).says(stored.get(i))
                    && Objects.equals(
                            rows.get(i).value(Column.ID), stored.get(i).value(Column.ID));
        }
        return same;
    }

    /** Which rule of a generation this one breaks, if it breaks one: {@code line: what}. */
    Optional<String> broken() {
        AuditRow first = rows.get(0);
        for (AuditRow row : rows) {
            Optional<String> problem = number == 0 ? first(row) : later(row);
            for (Column column : List.of(Column.ORGANISATION, Column.ROOT, Column.COMMENT, Column.AUTHOR)) {
                if (problem.isEmpty() && !same(first.text(column), row.text(column))) {
                    problem = Optional.of(
                            "one generation has one " + column.name().toLowerCase(Locale.ROOT));
                }
            }
            if (problem.isPresent()) {
                return problem.map(what -> row.line() + ": " + what);
            }
        }
        return Optional.empty();
    }

    private static boolean same(String a, String b) {
        return (a == null ? "" : a).equals(b == null ? "" : b);
    }

    private Optional<String> first(AuditRow row) {
        boolean empty = row.text(Column.CHANGE) == null
                && row.text(Column.TABLE) == null
                && row.text(Column.COMMENT) == null
                && row.text(Column.AUTHOR) == null;
        return rows.size() == 1 && CREATE.equals(row.text(Column.TYPE)) && empty
                ? Optional.empty()
                : Optional.of(
                        "generation 0 is one row of type " + CREATE + " without change, table, comment and author");
    }

    private Optional<String> later(AuditRow row) {
        String type = row.text(Column.TYPE);
        boolean named = row.text(Column.TABLE) != null;
        return switch (type) {
            case NONE ->
                rows.size() == 1 && !named && row.text(Column.CHANGE) == null
                        ? Optional.empty()
                        : Optional.of("a generation with " + NONE + " is that one row, without change and table");
            case INSERT ->
                named && row.text(Column.CHANGE) != null
                        ? Optional.empty()
                        : Optional.of("a row of type " + INSERT + " has a table and a change");
            case DELETE -> named ? Optional.empty() : Optional.of("a row of type " + DELETE + " has a table");
            case CREATE -> Optional.of("a registry is created in generation 0");
            default -> Optional.of("type must be " + CREATE + ", " + NONE + ", " + INSERT + " or " + DELETE);
        };
    }
}
