package dev.lockstep.mirror.source;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A table of the source.
 *
 * @param name its name
 * @param columns those that are mirrored, generated ones too, in the order of the table
 * @param key what tells one row from another: the primary key, else a unique index without NULLs; empty if there is
 *     only the rowid
 * @param order what the table is read by, unique and without NULLs: the rowid where there is one, else the key; empty if nothing
 *     tells its rows apart, for columns hide the rowid
 * @param mirrorName what the mirror calls it
 * @param where a condition on its rows that are mirrored
 * @param unfit what becomes of its values that the mirror cannot hold
 * @param unreadable why SQLite cannot read it here, if it cannot; nothing else is known of it then
 */
public record SourceTable(
        String name,
        List<Column> columns,
        List<Column> key,
        List<Order> order,
        String mirrorName,
        Optional<String> where,
        UnfitValues unfit,
        Optional<String> unreadable) {
    static SourceTable unreadable(String name, String why) {
        return new SourceTable(
                name, List.of(), List.of(), List.of(), name, Optional.empty(), UnfitValues.REFUSED, Optional.of(why));
    }

    /** The same under another name, of some of its rows and columns; of all columns if none is named. */
    SourceTable selected(List<Column> some, Selection selection) {
        Optional<String> condition = Selection.of(selection.where(), name);
        List<Column> kept = new ArrayList<>();
        List<Column> keys = new ArrayList<>();
        for (Column column : columns) {
            if (some.isEmpty() || some.contains(column)) {
                Column moved = new Column(
                        column.name(),
                        kept.size(),
                        column.declared(),
                        column.affinity(),
                        column.nulls(),
                        Selection.of(selection.types(), name + "." + column.name())
                                .map(Wish::of)
                                .orElse(Wish.NONE));
                kept.add(moved);
            }
        }
        for (Column column : key) {
            kept.stream().filter(other -> other.name().equals(column.name())).forEach(keys::add);
        }
        return new SourceTable(
                name,
                List.copyOf(kept),
                List.copyOf(keys),
                order,
                selection.mirrorName(name),
                condition,
                selection.unfit(),
                unreadable);
    }

    /** SQLite's column affinity (sqlite.org/datatype3.html, section 3.1). */
    public enum Affinity {
        INTEGER,
        TEXT,
        BLOB,
        REAL,
        NUMERIC;

        /** What a declared type means; ANY of a strict table keeps every value as it is. */
        public static Affinity of(String declared, Strictness strictness) {
            String type = declared.toUpperCase(Locale.ROOT);
            if (strictness == Strictness.STRICT && type.equals("ANY")) {
                return BLOB;
            }
            if (type.contains("INT")) {
                return INTEGER;
            }
            if (type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT")) {
                return TEXT;
            }
            if (type.contains("BLOB") || type.isEmpty()) {
                return BLOB;
            }
            if (type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB")) {
                return REAL;
            }
            return NUMERIC;
        }
    }

    /** Whether a table holds its columns to their types. */
    public enum Strictness {
        STRICT,
        LAX
    }

    /** Whether a column's value may be NULL as far as the schema says. */
    public enum Nulls {
        ALLOWED,
        FORBIDDEN
    }

    /**
     * A column.
     *
     * @param position where it is among {@link SourceTable#columns()}, from 0
     * @param declared its type as it is written; empty if there is none
     * @param wish how somebody wants it to be mirrored
     */
    public record Column(String name, int position, String declared, Affinity affinity, Nulls nulls, Wish wish) {
        private static final Pattern WITH_LENGTH = Pattern.compile(
                "[a-z0-9 ]*char[a-z0-9 ]*\\( *([0-9]{1,9}) *(char|byte)? *\\) *", Pattern.CASE_INSENSITIVE);

        /** How many characters its declaration allows a text, which SQLite itself does not heed: 40 of {@code varchar(40)}. */
        public OptionalInt declaredLength() {
            Matcher matcher = WITH_LENGTH.matcher(declared);
            return affinity == Affinity.TEXT && matcher.matches()
                    ? OptionalInt.of(Integer.parseInt(matcher.group(1)))
                    : OptionalInt.empty();
        }

        public Identifier identifier() {
            return new Identifier(name);
        }
    }

    /**
     * A part of what the table is read by.
     *
     * @param expression as SQL
     * @param collation of the index that serves the order; empty for the rowid
     */
    public record Order(String expression, Optional<String> collation) {
        String sql() {
            return collation
                    .map(c -> expression + " collate " + new Identifier(c))
                    .orElse(expression);
        }
    }

    /**
     * Rows that follow each other in the table's order.
     *
     * @param after the last position before the first row; empty: from the beginning
     * @param through the position of the last row; empty: to the end
     */
    public record Range(List<Object> after, List<Object> through) {
        public static final Range ALL = new Range(List.of(), List.of());
    }

    /** Hands over rows: what the table is read by, then every column, {@link #offset()} being the first of them. */
    public void scan(Tx tx, Range range, Cells.Sink sink) {
        List<Object> bound = new ArrayList<>(range.after());
        bound.addAll(range.through());
        tx.scan(select(range), sink, bound.toArray());
    }

    /**
     * Hands over, as {@link #scan} does, the rows of the table that go with the rows {@code d} of a subquery.
     *
     * @param condition on both of them
     */
    public void scanJoined(Tx tx, String subquery, String condition, Cells.Sink sink) {
        List<String> selected = new ArrayList<>();
        String alias = identifier() + ".";
        order.forEach(part -> selected.add(alias + part.expression()));
        columns.forEach(column -> selected.add(alias + column.identifier()));
        // A cross join is never turned round: the few keys lead to the rows.
        String sql = "select " + String.join(", ", selected) + " from " + subquery + " as d cross join main."
                + identifier() + " where " + condition + also();
        tx.scan(sql, sink);
    }

    /** Hands over, as {@link #scan} does, the row at a position of the table's order, if it is there. */
    public void at(Tx tx, List<Object> position, Cells.Sink sink) {
        List<String> selected = new ArrayList<>();
        List<String> same = new ArrayList<>();
        for (Order part : order) {
            selected.add(part.expression());
            same.add(part.sql() + " = ?");
        }
        columns.forEach(column -> selected.add(column.identifier().toString()));
        String sql = "select " + String.join(", ", selected) + " from main." + identifier() + " where "
                + String.join(" and ", same) + also();
        tx.scan(sql, sink, position.toArray());
    }

    /** Where the first column is in a scanned row. */
    public int offset() {
        return order.size();
    }

    /** Where a scanned row is in the table's order. */
    public List<Object> position(Cells cells) {
        List<Object> position = new ArrayList<>(order.size());
        for (int i = 0; i < order.size(); i++) {
            position.add(cells.value(i));
        }
        return position;
    }

    /** Compiles the statement that reads all of it, without reading. @throws dev.lockstep.db.DbException what keeps it from being read */
    void check(Tx tx) {
        tx.rows("explain " + select(Range.ALL));
    }

    /** Where its rows are read from, all of them: an index may need a function or collation that only the application has. */
    public String withoutIndexes() {
        return where.isEmpty()
                ? "main." + identifier() + " not indexed"
                : "(select * from main." + identifier() + " not indexed where " + condition() + ")";
    }

    /** What limits its rows, to stand behind another condition; empty if nothing does. */
    public String also() {
        return where.isEmpty() ? "" : " and " + condition();
    }

    /** The same behind {@code from}. */
    public String onlyThese() {
        return where.isEmpty() ? "" : " where " + condition();
    }

    /** A comment at its end is ended. */
    private String condition() {
        return "(" + where.orElseThrow() + "\n)";
    }

    public Identifier identifier() {
        return new Identifier(name);
    }

    private String select(Range range) {
        List<String> selected = new ArrayList<>();
        List<String> sorted = new ArrayList<>();
        for (Order part : order) {
            selected.add(part.expression());
            sorted.add(part.sql());
        }
        for (Column column : columns) {
            selected.add(column.identifier().toString());
        }
        String position = "(" + String.join(", ", sorted) + ")";
        String marks = "(?" + ", ?".repeat(order.size() - 1) + ")";
        List<String> conditions = new ArrayList<>();
        where.ifPresent(said -> conditions.add(condition()));
        if (!range.after().isEmpty()) {
            conditions.add(position + " > " + marks);
        }
        if (!range.through().isEmpty()) {
            conditions.add(position + " <= " + marks);
        }
        return "select " + String.join(", ", selected) + " from main." + identifier()
                + (conditions.isEmpty() ? "" : " where " + String.join(" and ", conditions)) + " order by "
                + String.join(", ", sorted);
    }
}
