package dev.lockstep.audit;

import dev.lockstep.profile.AuditProfile.Column;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** One row of an audit log; a value is text, a {@code Long} or null. */
final class AuditRow {
    private final Map<Column, Object> values = new EnumMap<>(Column.class);
    private final long line;

    /** @param line where it stands in its file; 0 if it comes from a database */
    AuditRow(long line) {
        this.line = line;
    }

    long line() {
        return line;
    }

    Object value(Column column) {
        return values.get(column);
    }

    String text(Column column) {
        return (String) values.get(column);
    }

    void set(Column column, Object value) {
        values.put(column, value);
    }

    /** The application writes empty text, not NULL, from generation 1 on. */
    void fillCommentAndAuthor() {
        for (Column column : new Column[] {Column.COMMENT, Column.AUTHOR}) {
            if (value(column) == null) {
                set(column, "");
            }
        }
    }

    /** Whether both say the same: everything but the id and the times at which rows were stored. */
    boolean says(AuditRow other) {
        for (Column column : Column.values()) {
            boolean own = column == Column.ID || column == Column.CREATED || column == Column.UPDATED;
            if (!own && !Objects.equals(value(column), other.value(column))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
