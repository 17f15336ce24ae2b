package dev.lockstep.audit;

import dev.lockstep.profile.AuditProfile.Column;
import java.util.Arrays;
import java.util.Objects;

/** One row of an audit log; a value is text, a {@code Long} or null. */
final class AuditRow {
    private static final int WIDTH = Column.values().length;

    private final Object[] values = new Object[WIDTH];
    private final long line;

    /** @param line where it stands in its file; 0 if it comes from a database */
    AuditRow(long line) {
        this.line = line;
    }

    long line() {
        return line;
    }

    Object value(Column column) {
        return values[column.ordinal()];
    }

    String text(Column column) {
        return (String) values[column.ordinal()];
    }

    void set(Column column, Object value) {
        values[column.ordinal()] = value;
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
            int i = column.ordinal();
            if (!own && !Objects.equals(values[i], other.values[i])) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String toString() {
        return Arrays.toString(values);
    }
}
