package dev.lockstep.mirror.plan;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Identifier;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How a table of the source becomes one of the mirror.
 *
 * @param columns the columns of the mirror that are written, those of the key first
 * @param keyWidth how many of them are the key
 * @param cells for each of the columns, which cell of a scanned row of the source it comes from
 * @param limits how large a row may be
 * @param obstacles what must change before this table can be mirrored; empty if nothing must
 * @param notes what a person should know, and that stops nothing
 * @param additions the statements that add the columns which the mirror's table lacks
 * @param ddl the statement that makes the mirror's table, if there is none
 * @param twins where in the source's order the rows are that are left out, for another has what their key means
 */
public record TablePlan(
        SourceTable source,
        TargetTable target,
        List<TargetTable.Column> columns,
        int keyWidth,
        List<Integer> cells,
        Limits limits,
        List<String> obstacles,
        List<Notice> notes,
        List<String> additions,
        Optional<String> ddl,
        Set<List<Object>> twins) {
    private static final long MIN_UNASKED_DELETES = 1_000;

    /**
     * How large a row may be.
     *
     * @param key the bytes of a key
     * @param row the bytes of all of it
     * @param setting the setting of the server that says so, with its value
     */
    public record Limits(long key, long row, String setting) {
        /** No more than a key's. */
        public static Limits ofKey(long key) {
            return new Limits(key, Long.MAX_VALUE, "");
        }
    }

    /** Of a table that cannot be copied, and of which no more is known than why. */
    public static TablePlan impossible(SourceTable source, String why) {
        TargetTable none =
                new TargetTable(source.mirrorName(), List.of(), List.of(), List.of(), List.of(), ForeignKeys.NONE);
        return new TablePlan(
                source,
                none,
                List.of(),
                0,
                List.of(),
                Limits.ofKey(0),
                List.of(why),
                List.of(),
                List.of(),
                Optional.empty(),
                Set.of());
    }

    public String name() {
        return source.name();
    }

    /** What the mirror calls it, and what the ledger has it by. */
    public String mirrorName() {
        return source.mirrorName();
    }

    /** The columns of the key. */
    public List<TargetTable.Column> key() {
        return columns.subList(0, keyWidth);
    }

    public List<TargetTable.Column> values() {
        return columns.subList(keyWidth, columns.size());
    }

    /** The columns' names as SQL has them, separated by commas. */
    public static String list(List<TargetTable.Column> columns) {
        List<String> names = new ArrayList<>();
        for (TargetTable.Column column : columns) {
            names.add(column.identifier().toString());
        }
        return String.join(", ", names);
    }

    /** The condition that two rows have the same key; before the columns of each stands its prefix, such as {@code m.}. */
    public String sameKey(String one, String other) {
        List<String> equal = new ArrayList<>();
        for (TargetTable.Column column : key()) {
            equal.add(one + column.identifier() + " = " + other + column.identifier());
        }
        return String.join(" and ", equal);
    }

    /** The columns of the key, separated by commas, each behind a prefix such as {@code m.}. */
    public String keyOf(String row) {
        return row
                + String.join(
                        ", " + row,
                        key().stream()
                                .map(column -> column.identifier().toString())
                                .toList());
    }

    public Identifier identifier() {
        return target.identifier();
    }

    /** The plan of the key alone, for rows that have nothing else. */
    public TablePlan ofKey() {
        List<Integer> first = new ArrayList<>();
        for (int i = 0; i < keyWidth; i++) {
            first.add(i);
        }
        return new TablePlan(
                source, target, key(), keyWidth, first, limits, obstacles, notes, additions, ddl, Set.of());
    }

    /**
     * Refuses a table of the mirror's that lacks columns, which a copy would add.
     *
     * @throws LockstepException differs: it does
     */
    public void checkColumns() {
        if (!additions.isEmpty()) {
            throw new LockstepException(
                            LockstepException.Kind.DIFFERS,
                            name() + ": the mirror lacks columns of the source: " + String.join("; ", additions),
                            null)
                    .advising(MirrorRemedy.ADD_THE_COLUMNS.of());
        }
    }

    /** The same when the mirror's table has been made. */
    public TablePlan made() {
        return new TablePlan(
                source, target, columns, keyWidth, cells, limits, obstacles, notes, additions, Optional.empty(), twins);
    }

    /** The same of rows that have the columns in these cells. */
    public TablePlan from(List<Integer> others) {
        return new TablePlan(
                source, target, columns, keyWidth, others, limits, obstacles, notes, additions, ddl, Set.of());
    }

    /** The same without some rows, by where they are in the source's order. */
    public TablePlan without(Set<List<Object>> rows) {
        return new TablePlan(source, target, columns, keyWidth, cells, limits, obstacles, notes, additions, ddl, rows);
    }

    public RowMapper mapper() {
        return new RowMapper(this);
    }

    /** Whether two different keys of the source may have the same meaning here: two spellings of one date. */
    public boolean mayMeanTheSame() {
        return key().stream().anyMatch(column -> !column.type().orElseThrow().keepsApart());
    }

    /** Whether a column of the key cannot have both a number and the text that spells it: any affinity but BLOB makes them one. */
    boolean tellsNumbersFromTexts(int column) {
        return source.key().isEmpty() || source.key().get(column).affinity() != SourceTable.Affinity.BLOB;
    }

    /** Whether the mirror may take two different keys for one: by case, accents, or trailing spaces. */
    public boolean isLoose() {
        return key().stream().anyMatch(column -> column.comparison() == TargetTable.Comparison.LOOSE);
    }

    /** Whether a row can be in the way of another that has a different key. */
    public boolean hasOtherUniqueKeys() {
        return !target.uniqueKeys().isEmpty();
    }

    /** What the meaning of a page's digest depends on: which columns, of what type, from what. */
    public String shape() {
        StringBuilder shape = new StringBuilder("2");
        for (TargetTable.Column column : columns) {
            shape.append('|')
                    .append(column.name())
                    .append('|')
                    .append(column.type().orElseThrow().extent());
        }
        source.where().ifPresent(condition -> shape.append("|where ").append(condition));
        if (source.unfit().areChanged()) {
            shape.append('|').append(source.unfit());
        }
        return shape.append('|').append(keyWidth).toString();
    }

    /** The key of a scanned row, as people read it: {@code 17}, {@code 'a', 2}. */
    public String key(Cells row) {
        List<String> parts = new ArrayList<>();
        for (int i = 0; i < keyWidth; i++) {
            parts.add(RejectedRow.shown(row, cells.get(i)).orElse("NULL"));
        }
        return String.join(", ", parts);
    }

    /** How many rows may be deleted from a table of so many if nobody says. */
    public static long maxUnaskedDeletes(long rows) {
        return Math.max(MIN_UNASKED_DELETES, rows / 100);
    }
}
