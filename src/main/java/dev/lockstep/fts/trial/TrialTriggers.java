package dev.lockstep.fts.trial;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.schema.TriggerStatement;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the triggers that are tried look at in a row. */
final class TrialTriggers {
    private static final Pattern JSON_PATH = Pattern.compile("'\\$\\.([A-Za-z0-9_]+)'");

    private final List<TriggerStatement> triggers;

    TrialTriggers(List<TriggerStatement> triggers) {
        this.triggers = triggers;
    }

    /** All names that stand in them, folded. */
    Set<String> names() {
        Set<String> named = new LinkedHashSet<>();
        for (TriggerStatement trigger : triggers) {
            for (SqlToken token : SqlToken.of(trigger.sql())) {
                if (token.canName()) {
                    named.add(SqlToken.fold(token.name()));
                }
            }
        }
        return named;
    }

    /** The numbers and texts that stand in them, as SQL writes them. */
    Set<String> literals() {
        Set<String> literals = new LinkedHashSet<>();
        for (TriggerStatement trigger : triggers) {
            for (SqlToken token : SqlToken.of(trigger.sql())) {
                if (token.kind() == SqlToken.Kind.NUMBER || token.kind() == SqlToken.Kind.STRING) {
                    literals.add(token.text());
                }
            }
        }
        return literals;
    }

    /** The columns of the row that stand in a condition, folded. */
    Set<String> conditional() {
        Set<String> conditional = new LinkedHashSet<>();
        for (TriggerStatement trigger : triggers) {
            List<SqlToken> tokens = SqlToken.of(trigger.sql());
            boolean condition = false;
            for (int i = 0; i < tokens.size(); i++) {
                SqlToken token = tokens.get(i);
                condition = (condition || opensCondition(token)) && !token.is(';') && !token.is("BEGIN");
                if (condition && isOfRow(tokens, i)) {
                    conditional.add(SqlToken.fold(token.name()));
                }
            }
        }
        return conditional;
    }

    /** Of each key of several columns one that they do not choose by: there a new row has another value than any has. */
    Set<String> distinct(List<List<String>> keys) {
        Set<String> chosen = conditional();
        Set<String> distinct = new LinkedHashSet<>();
        for (List<String> key : keys) {
            key.stream()
                    .filter(column -> key.size() > 1 && !chosen.contains(SqlToken.fold(column)))
                    .findFirst()
                    .ifPresent(distinct::add);
        }
        return distinct;
    }

    private static boolean opensCondition(SqlToken token) {
        return token.is("WHEN") || token.is("WHERE") || token.is("CASE") || token.is("IIF");
    }

    /** {@code new.column} or {@code old.column}. */
    private static boolean isOfRow(List<SqlToken> tokens, int at) {
        return at >= 2
                && tokens.get(at).canName()
                && tokens.get(at - 1).is('.')
                && (tokens.get(at - 2).is("NEW") || tokens.get(at - 2).is("OLD"));
    }

    boolean followUpdates() {
        return triggers.stream().anyMatch(trigger -> trigger.event() == TriggerStatement.Event.UPDATE);
    }

    /** Whether an update of one column can do something else than an update of another. */
    boolean tellColumnsApart() {
        long updates = triggers.stream()
                .filter(trigger -> trigger.event() == TriggerStatement.Event.UPDATE)
                .count();
        boolean chooses = triggers.stream()
                .filter(trigger -> trigger.event() == TriggerStatement.Event.UPDATE)
                .anyMatch(trigger -> trigger.when().isPresent() || namesColumns(trigger));
        return updates != 1 || chooses;
    }

    /** {@code UPDATE OF a, b}. */
    private static boolean namesColumns(TriggerStatement trigger) {
        List<SqlToken> tokens = SqlToken.of(trigger.sql());
        for (int i = 0; i + 1 < tokens.size() && !tokens.get(i).is("BEGIN"); i++) {
            if (tokens.get(i).is("UPDATE") && tokens.get(i + 1).is("OF")) {
                return true;
            }
        }
        return false;
    }

    /** A JSON object that holds a word under each key that the triggers ask for; empty if they ask for none. */
    Optional<String> json(String word) {
        Set<String> keys = new LinkedHashSet<>();
        for (TriggerStatement trigger : triggers) {
            for (SqlToken token : SqlToken.of(trigger.sql())) {
                Matcher path = JSON_PATH.matcher(token.text());
                if (token.kind() == SqlToken.Kind.STRING && path.matches()) {
                    keys.add(path.group(1));
                }
            }
        }
        return keys.isEmpty()
                ? Optional.empty()
                : Optional.of("'{"
                        + String.join(
                                ", ",
                                keys.stream()
                                        .map(key -> "\"" + key + "\": \"" + word + "\"")
                                        .toList())
                        + "}'");
    }
}
