package dev.lockstep.fts.trial;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.fts.schema.CheckedValues;
import dev.lockstep.fts.schema.ContentTable;
import dev.lockstep.fts.schema.TriggerStatement;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/** A table on which a {@link DeferralTrial} tries triggers: which rows, which columns, which values. */
public final class TrialTable {
    /** What a statement that chooses by a row's state is often about, besides what the triggers say themselves. */
    private static final List<String> USUAL_STATES = List.of("null", "0", "1");
    /** So many states are tried. */
    private static final int MAX_STATES = 48;

    /** A column in a state, as SQL writes that. */
    record Value(String column, String literal) {
        String assignment() {
            return new Identifier(column) + " = " + literal;
        }
    }

    /** A row that does not exist yet, and the condition that will find it. */
    record NewRow(String sql, String locator) {}

    private final Tx tx;
    private final ContentTable table;
    private final TrialTriggers triggers;
    private final Map<String, TrialColumn> columns = new LinkedHashMap<>();

    /** The names of the columns that follow from others, folded. */
    private final Set<String> generated = new LinkedHashSet<>();

    /** What {@link #keys} has, folded. */
    private final Set<String> keys = new LinkedHashSet<>();

    /** The column by which statements mean a row's number, if there is one. */
    private final List<String> number = new ArrayList<>();

    private final Map<String, List<String>> checked;

    private TrialTable(Tx tx, ContentTable table, List<TriggerStatement> triggers) {
        this.tx = tx;
        this.table = table;
        this.triggers = new TrialTriggers(triggers);
        this.checked = CheckedValues.of(tx, table.name());
        boolean single = table.primary().size() == 1;
        for (SqliteCatalog.Column column : SqliteCatalog.of(tx).columns(table.name())) {
            boolean isNumber = table.rowid().isPresent()
                    && single
                    && column.keyPosition() > 0
                    && column.type().equalsIgnoreCase("INTEGER");
            if (column.kind() != SqliteCatalog.Kind.ORDINARY) {
                generated.add(SqlToken.fold(column.name()));
                continue;
            }
            if (isNumber) {
                number.add(column.name());
                continue;
            }
            columns.put(SqlToken.fold(column.name()), TrialColumn.of(column, table));
        }
    }

    /** @param keys columns that an index holds as they are, and does not search in, by its own names */
    static TrialTable read(Tx tx, List<TriggerStatement> triggers, Map<String, String> keys) {
        TrialTable table =
                new TrialTable(tx, ContentTable.read(tx, triggers.get(0).table()), triggers);
        for (String key : keys.values()) {
            TrialColumn column = table.columns.get(SqlToken.fold(key));
            if (column != null && column.unique()) {
                table.keys.add(SqlToken.fold(key));
            }
        }
        return table;
    }

    /** Which rows are tried. */
    TrialRows rows() {
        return new TrialRows(tx, table);
    }

    String name() {
        return table.name();
    }

    boolean isNamed(String other) {
        return SqlToken.fold(table.name()).equals(SqlToken.fold(other));
    }

    String from() {
        return "main." + table.identifier();
    }

    /** The columns that the triggers look at, and that a row keeps its identity without. */
    List<String> columns() {
        Set<String> named = triggers.names();
        // A generated column follows from any of the others.
        boolean all = generated.stream().anyMatch(named::contains);
        List<String> looked = new ArrayList<>();
        columns.forEach((folded, column) -> {
            boolean keeps = (table.rowid().isPresent() || !column.key()) && !keys.contains(folded);
            if ((all || named.contains(folded)) && keeps) {
                looked.add(column.name());
            }
        });
        return looked;
    }

    /** Columns that tell rows apart: what a row is known by, and what an index has for that and nothing else. */
    List<String> keys() {
        if (!triggers.followUpdates()) {
            return List.of();
        }
        Set<String> all = new LinkedHashSet<>(number);
        keys.forEach(folded -> all.add(columns.get(folded).name()));
        all.addAll(table.rowid().isPresent() ? List.of() : table.primary());
        return List.copyOf(all);
    }

    /** Whether an index has it as it is, and for nothing but to know a row by. */
    boolean isKey(String column) {
        return isNumber(column) || keys.contains(SqlToken.fold(column));
    }

    /** Whether a key is the row's number. */
    boolean isNumber(String key) {
        return number.contains(key);
    }

    /** A number that no row has. */
    String unusedNumber() {
        return tx.only("select coalesce(max(" + table.rowid().orElseThrow() + "), 0) + 1 as n from " + from())
                .text("n");
    }

    /** The condition that finds a row once its key is another. */
    String locator(String row, String key, String literal) {
        if (table.rowid().isPresent()) {
            return isNumber(key) ? table.rowid().get() + " is " + literal : row;
        }
        Map<String, String> values = literals(row);
        values.put(key, literal);
        return locator(values);
    }

    private String locator(Map<String, String> values) {
        List<String> parts = new ArrayList<>();
        for (String column : table.primary()) {
            parts.add(new Identifier(column) + " is " + values.get(column));
        }
        return String.join(" and ", parts);
    }

    /** Values that a column might take besides: what its constraints name, and what other rows have. */
    Set<String> others(String column) {
        Set<String> others = new LinkedHashSet<>(checked.getOrDefault(SqlToken.fold(column), List.of()));
        String name = new Identifier(column).toString();
        tx.rows("select distinct quote(" + name + ") as v from (select " + name + " from " + from()
                        + " limit 100) limit 4")
                .forEach(row -> others.add(row.text("v")));
        return others;
    }

    /** Those of them that no trigger chooses rows by. */
    List<String> textColumns() {
        Set<String> chosen = new LinkedHashSet<>();
        states().forEach(state -> chosen.add(state.column()));
        return columns().stream().filter(column -> !chosen.contains(column)).toList();
    }

    /** The columns that triggers choose rows by and that can hold a word. */
    List<String> wordsToChooseBy() {
        List<String> texts = textColumns();
        return columns().stream()
                .filter(column -> !texts.contains(column)
                        && !columns.get(SqlToken.fold(column)).numeric())
                .toList();
    }

    /** Whether an update of one column can do something else than an update of another. */
    boolean tellsColumnsApart() {
        return triggers.tellColumnsApart() || !states().isEmpty();
    }

    /** The states of a row that triggers choose by: each column in a condition, with each value that might matter. */
    List<Value> states() {
        Set<String> literals = new LinkedHashSet<>(USUAL_STATES);
        literals.addAll(triggers.literals());
        List<Value> states = new ArrayList<>();
        for (String folded : triggers.conditional()) {
            TrialColumn column = columns.get(folded);
            for (String literal : column == null || column.unique() ? Set.<String>of() : literals) {
                if (states.size() < MAX_STATES) {
                    states.add(new Value(column.name(), literal));
                }
            }
        }
        return states;
    }

    /** How SQL writes what a row has in each of its columns; empty if there is no such row. */
    Map<String, String> literals(String row) {
        List<String> quoted = new ArrayList<>();
        List<String> names = new ArrayList<>();
        for (TrialColumn column : columns.values()) {
            quoted.add("quote(" + new Identifier(column.name()) + ") as q" + names.size());
            names.add(column.name());
        }
        Map<String, String> literals = new LinkedHashMap<>();
        if (!names.isEmpty()) {
            tx.row("select " + String.join(", ", quoted) + " from " + from() + " where " + row)
                    .ifPresent(found -> {
                        for (int at = 0; at < names.size(); at++) {
                            literals.put(names.get(at), found.text("q" + at));
                        }
                    });
        }
        return literals;
    }

    /**
     * A value with a word in it.
     *
     * @param literal the value as SQL writes it, or null
     */
    String changed(String column, String literal, String word, TrialText.Form form) {
        boolean numeric = columns.get(SqlToken.fold(column)).numeric();
        return TrialText.of(literal, numeric, word, form, triggers.json(word));
    }

    private static Optional<String> said(List<Value> given, String column) {
        return given.stream()
                .filter(value -> SqlToken.fold(value.column()).equals(SqlToken.fold(column)))
                .map(Value::literal)
                .findFirst();
    }

    /** Those of the columns that a constraint is about keep to what it names, the others have a form. */
    Function<String, TrialText.Form> unlessChecked(TrialText.Form form) {
        return column -> checked.containsKey(SqlToken.fold(column)) ? TrialText.Form.AS_IT_WAS : form;
    }

    /**
     * A new row.
     *
     * @param like a row that it takes after, if there is one
     * @param given what it has in some columns
     * @param words give it text of its own
     * @param form by the column's name
     */
    NewRow insert(
            Optional<String> like, List<Value> given, Supplier<String> words, Function<String, TrialText.Form> form) {
        Map<String, String> filled = new LinkedHashMap<>();
        List<String> looked = textColumns();
        Set<String> distinct = triggers.distinct(table.uniqueKeys(tx));
        Map<String, String> template = like.map(this::literals).orElse(Map.of());
        columns.forEach((folded, column) -> {
            Optional<String> said = said(given, column.name());
            if (said.isPresent()) {
                filled.put(column.name(), said.get());
            } else if (like.isEmpty() && form.apply(column.name()) == TrialText.Form.AS_IT_WAS) {
                checked.getOrDefault(folded, List.of()).stream()
                        .findFirst()
                        .ifPresent(literal -> filled.put(column.name(), literal));
            } else if (column.unique() || looked.contains(column.name()) || distinct.contains(column.name())) {
                filled.put(
                        column.name(),
                        changed(column.name(), template.get(column.name()), words.get(), form.apply(column.name())));
            } else if (template.containsKey(column.name())) {
                filled.put(column.name(), template.get(column.name()));
            } else if (column.required()) {
                filled.put(column.name(), column.numeric() ? words.get() : "'. " + words.get() + " .'");
            }
        });
        table.rowid().ifPresent(number -> filled.put(number, said(given, number).orElseGet(this::unusedNumber)));
        String locator = table.rowid()
                .map(number -> number + " is " + filled.get(number))
                .orElseGet(() -> locator(filled));
        List<String> names = new ArrayList<>();
        filled.keySet()
                .forEach(name -> names.add(
                        table.rowid().filter(name::equals).isPresent() ? name : new Identifier(name).toString()));
        return new NewRow(
                "insert into " + from() + " (" + String.join(", ", names) + ") values ("
                        + String.join(", ", filled.values()) + ")",
                locator);
    }
}
