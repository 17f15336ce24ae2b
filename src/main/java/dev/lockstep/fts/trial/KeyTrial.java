package dev.lockstep.fts.trial;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.schema.ContentTable;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gives a row another key, and its key to another row, as a part of a trial; all of it is undone. */
final class KeyTrial {
    /** As {@code quote} writes it; it is like no other. */
    private static final String NOTHING = "NULL";

    private final Tx tx;
    private final String fts;
    private final TrialTable base;
    private final TrialSearch search;

    /** @param fts the index */
    KeyTrial(Tx tx, String fts, TrialTable base, TrialSearch search) {
        this.tx = tx;
        this.fts = fts;
        this.base = base;
        this.search = search;
    }

    /**
     * The keys whose change would not come into the index.
     *
     * @param row which is in the table, if there is any
     * @param indexed one that is in the index, if there is any
     * @param rows all that have been touched
     */
    List<KeptKey> run(Optional<String> row, Optional<String> indexed, Set<String> rows) {
        List<KeptKey> kept = new ArrayList<>();
        for (String key : row.isEmpty() ? List.<String>of() : base.keys()) {
            if (!follows(row.get(), key, rows)) {
                kept.add(new KeptKey(
                        fts, base.name(), KeptKey.Change.UPDATE, List.of(List.of(key)), base.isNumber(key)));
            }
        }
        List<List<String>> replaced = ContentTable.read(tx, base.name()).uniqueKeys(tx).stream()
                .filter(key -> !followsReplacement(indexed, key, rows))
                .toList();
        if (!replaced.isEmpty()) {
            kept.add(new KeptKey(fts, base.name(), KeptKey.Change.REPLACEMENT, replaced, false));
        }
        return kept;
    }

    /** Whether the row that is replaced leaves the index, whatever state the new one is in; where none can be tried it may stay. */
    private boolean followsReplacement(Optional<String> row, List<String> key, Set<String> rows) {
        if (row.isEmpty()) {
            return false;
        }
        List<List<TrialTable.Value>> states = new ArrayList<>(List.of(List.of()));
        base.states().stream()
                .filter(state -> !key.contains(state.column()))
                .forEach(state -> states.add(List.of(state)));
        boolean tried = false;
        for (List<TrialTable.Value> state : states) {
            Optional<Boolean> followed = replaced(row.get(), key, state, rows);
            if (followed.equals(Optional.of(false))) {
                return false;
            }
            tried |= followed.isPresent();
        }
        return tried;
    }

    /** Empty if the table did not take such a row. */
    private Optional<Boolean> replaced(String row, List<String> key, List<TrialTable.Value> state, Set<String> rows) {
        tx.execute("savepoint lockstep_key");
        try {
            List<TrialTable.Value> given = new ArrayList<>(state);
            key.forEach(column -> given.add(new TrialTable.Value(column, literal(row, column))));
            if (given.stream().anyMatch(value -> value.literal().equals(NOTHING) && key.contains(value.column()))) {
                return Optional.empty();
            }
            for (TrialText.Form form : TrialForms.MADE) {
                TrialTable.NewRow made = base.insert(Optional.of(row), given, search::word, column -> form);
                if (TrialStep.attempt(tx, made.sql().replaceFirst("insert", "insert or replace"))) {
                    Set<String> touched = new LinkedHashSet<>(rows);
                    touched.add(made.locator());
                    return Optional.of(isEqual(touched));
                }
            }
            return Optional.empty();
        } finally {
            tx.execute("rollback to lockstep_key");
            tx.execute("release lockstep_key");
        }
    }

    private String literal(String row, String column) {
        return tx.row("select quote(" + new Identifier(column) + ") as q from " + base.from() + " where " + row)
                .map(found -> found.text("q"))
                .orElse(NOTHING);
    }

    /** Whether triggers find the row again, once its text changes and once it is deleted. */
    private boolean follows(String row, String key, Set<String> rows) {
        tx.execute("savepoint lockstep_key");
        try {
            Map<String, String> before = base.literals(row);
            String changed = base.isNumber(key)
                    ? base.unusedNumber()
                    : base.changed(key, before.get(key), search.word(), TrialText.Form.TEXT);
            String found = base.locator(row, key, changed);
            if (!update(row, new Identifier(key) + " = " + changed)) {
                return true;
            }
            Set<String> touched = new LinkedHashSet<>(rows);
            touched.add(found);
            List<String> texts = new ArrayList<>();
            for (String column : base.textColumns()) {
                texts.add(new Identifier(column) + " = "
                        + base.changed(column, before.get(column), search.word(), TrialText.Form.TEXT));
            }
            return isEqual(touched)
                    && (texts.isEmpty() || !update(found, String.join(", ", texts)) || isEqual(touched))
                    && (!TrialStep.attempt(tx, "delete from " + base.from() + " where " + found) || isEqual(touched));
        } finally {
            tx.execute("rollback to lockstep_key");
            tx.execute("release lockstep_key");
        }
    }

    private boolean update(String row, String assignments) {
        return TrialStep.attempt(tx, "update " + base.from() + " set " + assignments + " where " + row);
    }

    private boolean isEqual(Set<String> touched) {
        return search.difference(base, touched).isEmpty();
    }
}
