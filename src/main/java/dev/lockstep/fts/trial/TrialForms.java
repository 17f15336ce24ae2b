package dev.lockstep.fts.trial;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** In which form a table takes a word in each of its columns. */
final class TrialForms {
    /** Those that have a word. */
    static final List<TrialText.Form> MADE = List.of(TrialText.Form.TEXT, TrialText.Form.JSON, TrialText.Form.BEHIND);

    private final Tx tx;
    private final TrialTable base;
    private final Supplier<String> words;
    private final Map<String, TrialText.Form> own = new HashMap<>();

    TrialForms(Tx tx, TrialTable base, Supplier<String> words) {
        this.tx = tx;
        this.base = base;
        this.words = words;
    }

    /** For a new row: all columns alike, and then, for a table that takes none of that, each as it takes it. */
    List<Function<String, TrialText.Form>> ofRow(Optional<String> template) {
        List<Function<String, TrialText.Form>> forms = new ArrayList<>();
        for (TrialText.Form form : MADE) {
            forms.add(column -> form);
        }
        if (template.isPresent()) {
            forms.add(column -> own.computeIfAbsent(column, name -> form(template.get(), name)));
        } else {
            forms.add(base.unlessChecked(TrialText.Form.TEXT));
            forms.add(base.unlessChecked(TrialText.Form.JSON));
        }
        return forms;
    }

    /** An assignment that leaves nothing in these columns. */
    static String nothing(List<String> columns) {
        return columns.stream()
                .map(column -> new TrialTable.Value(column, "null").assignment())
                .collect(Collectors.joining(", "));
    }

    private TrialText.Form form(String row, String column) {
        String before = base.literals(row).get(column);
        for (TrialText.Form form : MADE) {
            if (takes(row, column, base.changed(column, before, words.get(), form))) {
                return form;
            }
        }
        return TrialText.Form.AS_IT_WAS;
    }

    /** Whether a column that takes no word takes another value than it has. */
    boolean takesOthers(String row, String column) {
        String before = base.literals(row).get(column);
        return base.others(column).stream().anyMatch(other -> !other.equals(before) && takes(row, column, other));
    }

    private boolean takes(String row, String column, String literal) {
        tx.execute("savepoint lockstep_form");
        boolean taken = TrialStep.attempt(
                tx, "update " + base.from() + " set " + new Identifier(column) + " = " + literal + " where " + row);
        tx.execute("rollback to lockstep_form");
        tx.execute("release lockstep_form");
        return taken;
    }
}
