package dev.lockstep.audit;

import dev.lockstep.db.Engine;
import dev.lockstep.profile.AuditProfile.Column;
import dev.lockstep.support.Json;
import dev.lockstep.support.LockstepException;
import java.math.BigDecimal;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** One row of an audit log; a value is text, a {@code Long} or null. */
public final class AuditRow {
    private final Map<Column, Object> values = new EnumMap<>(Column.class);

    /** Of columns that have no meaning here, as far as they were given, by their names. */
    private final Map<String, Object> others = new LinkedHashMap<>();

    private final long line;

    /** @param line where it stands in its file; 0 if it comes from a database */
    public AuditRow(long line) {
        this.line = line;
    }

    public long line() {
        return line;
    }

    public Object value(Column column) {
        return values.get(column);
    }

    public String text(Column column) {
        return (String) values.get(column);
    }

    public void set(Column column, Object value) {
        values.put(column, value);
    }

    public Map<String, Object> others() {
        return others;
    }

    /** The application writes empty text, not NULL, from generation 1 on. */
    public void fillCommentAndAuthor() {
        for (Column column : new Column[] {Column.COMMENT, Column.AUTHOR}) {
            if (value(column) == null) {
                set(column, "");
            }
        }
    }

    /** Whether both say the same: everything but the id and the times at which rows were stored. */
    public boolean says(AuditRow other) {
        for (Column column : Column.values()) {
            boolean own = column == Column.ID || column == Column.CREATED || column == Column.UPDATED;
            Object one = value(column);
            Object two = other.value(column);
            boolean same = Objects.equals(one, two) || (column == Column.TIMESTAMP && sameTime(one, two));
            if (!own && !same) {
                return false;
            }
        }
        for (Map.Entry<String, Object> given : others.entrySet()) {
            if (!sameText(given.getValue(), other.others.get(given.getKey()))) {
                return false;
            }
        }
        return true;
    }

    /** A column of times prints them in a form of its own. */
    private static boolean sameTime(Object a, Object b) {
        Optional<String> time = AuditTime.of(String.valueOf(a), Engine.SQLITE);
        return time.isPresent() && time.equals(AuditTime.of(String.valueOf(b), Engine.SQLITE));
    }

    /** As far as a database's own form of a value tells: numbers, times and JSON are written in several ways. */
    private static boolean sameText(Object a, Object b) {
        if (a == null || b == null || a.equals(b)) {
            return Objects.equals(a, b);
        }
        String one = String.valueOf(a);
        String two = String.valueOf(b);
        if (one.equals(two)) {
            return true;
        }
        Optional<String> time = AuditTime.of(one, Engine.SQLITE);
        if (time.isPresent()) {
            return time.equals(AuditTime.of(two, Engine.SQLITE));
        }
        try {
            return Json.parse(one).equals(Json.parse(two)) || new BigDecimal(one).compareTo(new BigDecimal(two)) == 0;
        } catch (LockstepException | NumberFormatException e) {
            return false;
        }
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
