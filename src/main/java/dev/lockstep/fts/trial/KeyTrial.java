package dev.lockstep.fts.trial;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Gives a row another key, as a part of a trial; all of it is undone. */
final class KeyTrial {
    private final Tx tx;
    private final TrialTable base;
    private final TrialSearch search;

    KeyTrial(Tx tx, TrialTable base, TrialSearch search) {
        this.tx = tx;
        this.base = base;
        this.search = search;
    }

    /**
     * Whether triggers find the row again, once its text changes and once it is deleted.
     *
     * @param rows all that have been touched
     */
    boolean follows(String row, String key, Set<String> rows) {
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
