package dev.lockstep.fts.trial;

import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/** A {@link DeferralTrial} on one table; whoever asks undoes it. */
final class TableTrial {
    /** So many columns are changed one by one. */
    private static final int MAX_COLUMNS = 64;

    /** So many pairs of states are tried. */
    private static final int MAX_PAIRS = 64;

    private final Tx tx;
    private final FtsTable table;
    private final ExpectedContent expected;
    private final TrialTable base;
    private final List<TriggerStatement> triggers;
    private final TrialSearch search;
    private final TrialForms forms;
    private final TrialRefusal refusal;
    private final ExpectedRows wanted;
    /** All that have been touched, each as a condition that finds it. */
    private final Set<String> rows = new LinkedHashSet<>();

    TableTrial(Tx tx, FtsTable table, ExpectedContent expected, TrialTable base, List<TriggerStatement> triggers) {
        this.tx = tx;
        this.table = table;
        this.expected = expected;
        this.base = base;
        this.triggers = triggers;
        this.search = new TrialSearch(tx, table, expected);
        this.forms = new TrialForms(tx, base, search::word);
        this.wanted = new ExpectedRows(tx, table, expected, "");
        this.refusal = new TrialRefusal(table, base.name(), triggers);
    }

    /**
     * Tries it.
     *
     * @return the keys of which a change would not come into the index by the triggers
     * @throws LockstepException usage: the triggers make something else of the index than a rebuild would, or could not be tried
     */
    List<KeptKey> run() {
        rows.addAll(base.rows().indexed(expected));
        rows.addAll(base.rows().ends());
        search.begin(base, rows);
        Set<TriggerStatement.Event> tried = new LinkedHashSet<>();
        Optional<String> made = insert(List.copyOf(rows), List.of(), tried);
        List<String> first = List.copyOf(rows);
        for (String row : first) {
            change(row, first, tried);
        }
        pairs(first, tried);
        Optional<String> indexed = Stream.concat(made.stream(), first.stream())
                .filter(row -> !wanted.of(base, List.of(row)).isEmpty())
                .findFirst();
        List<KeptKey> kept =
                new KeyTrial(tx, table.name(), base, search).run(first.stream().findFirst(), indexed, rows);
        for (String row : first) {
            delete(row, tried);
        }
        insert(List.of(), List.of(), tried);
        for (TriggerStatement trigger : triggers) {
            if (!tried.contains(trigger.event())) {
                throw refusal.untried(trigger, "");
            }
        }
        return kept;
    }

    private Optional<String> insert(
            List<String> like, List<TrialTable.Value> values, Set<TriggerStatement.Event> tried) {
        Optional<String> template = like.stream().findFirst();
        for (Function<String, TrialText.Form> form : forms.ofRow(template)) {
            TrialTable.NewRow made = base.insert(template, values, search::word, form);
            rows.add(made.locator());
            if (step(TriggerStatement.Event.INSERT, "inserted", made.locator(), made.sql(), tried)) {
                return Optional.of(made.locator());
            }
        }
        return Optional.empty();
    }

    /** All columns at once, then each by itself where triggers tell columns apart, then each state that they ask for. */
    private void change(String row, List<String> like, Set<TriggerStatement.Event> tried) {
        Map<String, String> before = base.literals(row);
        boolean done = change(row, before, base.textColumns(), tried);
        if (done && wanted.tells(base, rows)) {
            if (update(row, TrialForms.nothing(base.textColumns()), tried)) {
                checkWordless(row);
            }
            change(row, before, base.textColumns(), tried);
        }
        if (done && !base.tellsColumnsApart()) {
            return;
        }
        List<String> columns = base.columns();
        for (String column : columns.subList(0, Math.min(columns.size(), MAX_COLUMNS))) {
            if (!change(row, before, List.of(column), tried)) {
                checkUnseen(row, column);
            }
            if (!base.textColumns().contains(column)) {
                update(row, set(column, before), tried);
            }
        }
        states(row, before, like, base.states(), Optional.empty(), tried);
        for (String column : base.wordsToChooseBy()) {
            // What a trigger chooses by may be what the index holds, and shows nothing unless there is a word in it.
            if (change(row, before, List.of(column), tried)) {
                List<TrialTable.Value> others = base.states().stream()
                        .filter(state -> !state.column().equals(column))
                        .toList();
                states(row, before, like, others, Optional.of(column), tried);
                update(row, set(column, before), tried);
            }
        }
    }

    /** @param own a column of which each row that is made has a word of its own, or triggers could not tell it from the other */
    private void states(
            String row,
            Map<String, String> before,
            List<String> like,
            List<TrialTable.Value> states,
            Optional<String> own,
            Set<TriggerStatement.Event> tried) {
        for (TrialTable.Value state : states) {
            // There and back, with a change of the text in between: what is left out may have to come in again.
            if (update(row, state.assignment(), tried)) {
                for (String column : base.textColumns()) {
                    change(row, before, List.of(column), tried);
                }
                update(row, set(state.column(), before), tried);
            }
            // A row that is made in the state goes in it, and one that has left it before.
            insert(like, made(state, own), tried).ifPresent(made -> delete(made, tried));
            insert(like, made(state, own), tried).ifPresent(made -> {
                update(made, set(state.column(), before), tried);
                delete(made, tried);
            });
        }
    }

    /** Two states of a row at once: what one trigger leaves out by the one, another may put in for the other. */
    private void pairs(List<String> first, Set<TriggerStatement.Event> tried) {
        List<TrialTable.Value> states = base.states();
        int pairs = 0;
        for (TrialTable.Value one : first.isEmpty() ? List.<TrialTable.Value>of() : states) {
            for (TrialTable.Value other : states) {
                if (one.column().equals(other.column()) || ++pairs > MAX_PAIRS) {
                    continue;
                }
                String row = first.get(0);
                Map<String, String> before = base.literals(row);
                if (update(row, one.assignment(), tried) && update(row, other.assignment(), tried)) {
                    update(row, set(one.column(), before), tried);
                }
                update(row, set(one.column(), before) + ", " + set(other.column(), before), tried);
            }
        }
    }

    private List<TrialTable.Value> made(TrialTable.Value state, Optional<String> own) {
        List<TrialTable.Value> values = new ArrayList<>(List.of(state));
        own.ifPresent(column -> values.add(new TrialTable.Value(column, "'" + search.word() + "'")));
        return values;
    }

    private void delete(String row, Set<TriggerStatement.Event> tried) {
        step(TriggerStatement.Event.DELETE, "deleted", row, "delete from " + base.from() + " where " + row, tried);
    }

    /** Gives columns of a row new text, in the first form that the table and its triggers take. */
    private boolean change(
            String row, Map<String, String> before, List<String> columns, Set<TriggerStatement.Event> tried) {
        for (TrialText.Form form : columns.isEmpty() ? List.<TrialText.Form>of() : TrialForms.MADE) {
            List<String> all = new ArrayList<>();
            Map<String, String> words = new LinkedHashMap<>();
            for (String column : columns) {
                words.put(column, search.word());
                String changed = base.changed(column, before.get(column), words.get(column), form);
                all.add(new TrialTable.Value(column, changed).assignment());
            }
            if (update(row, String.join(", ", all), tried)) {
                checkShown(row, words);
                return true;
            }
        }
        return false;
    }

    /** A row without a word can be found by its key, where that is known. */
    private void checkWordless(String row) {
        List<String> keys = expected.keysBeside(base.name()).entrySet().stream()
                .filter(key -> base.isKey(key.getValue()))
                .map(Map.Entry::getKey)
                .toList();
        new TrialCells(tx, table).byKey(wanted.of(base, List.of(row)), keys).ifPresent(difference -> {
            throw refusal.notReproducible(TriggerStatement.Event.UPDATE, "set to nothing", row, difference);
        });
    }

    /** A column that can be changed, shows in the index, and takes no word by which that could be seen. */
    private void checkUnseen(String row, String column) {
        Optional<TriggerStatement> update = triggers.stream()
                .filter(trigger -> trigger.event() == TriggerStatement.Event.UPDATE)
                .findFirst();
        if (update.isPresent() && expected.isSearched(base.name(), column) && forms.takesOthers(row, column)) {
            throw refusal.untried(update.get(), " in " + column);
        }
    }

    /** Where an index keeps nothing but terms, text that triggers cut to less than the word could not be looked for. */
    private void checkShown(String row, Map<String, String> words) {
        if (TrialCells.tellsRows(table)) {
            return;
        }
        words.forEach((column, word) -> {
            if (expected.isSearched(base.name(), column) && !wanted.shows(base, row, word)) {
                throw refusal.unshown(column);
            }
        });
    }

    private static String set(String column, Map<String, String> before) {
        return new TrialTable.Value(column, before.getOrDefault(column, "null")).assignment();
    }

    private boolean update(String row, String assignments, Set<TriggerStatement.Event> tried) {
        return step(
                TriggerStatement.Event.UPDATE,
                "set " + assignments,
                row,
                "update " + base.from() + " set " + assignments + " where " + row,
                tried);
    }

    /** Does one thing, if the table lets it be done, and looks what has become of the index. */
    private boolean step(
            TriggerStatement.Event event, String what, String row, String sql, Set<TriggerStatement.Event> tried) {
        boolean triggered = triggers.stream().anyMatch(trigger -> trigger.event() == event);
        // Of what no trigger follows, nothing can be said: the index has it neither before nor after.
        if (!triggered || !TrialStep.attempt(tx, sql)) {
            return false;
        }
        tried.add(event);
        Optional<String> difference = search.difference(base, rows);
        if (difference.isPresent()) {
            throw refusal.notReproducible(event, what, row, difference.get());
        }
        return true;
    }
}
