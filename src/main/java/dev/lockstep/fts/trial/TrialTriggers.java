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
    private final Set<String> names = new LinkedHashSet<>();
    private final Set<String> literals = new LinkedHashSet<>();
    private final Set<String> conditional = new LinkedHashSet<>();
    private final Set<String> keys = new LinkedHashSet<>();
    private final boolean tellsColumnsApart;

    TrialTriggers(List<TriggerStatement> triggers) {
        this.triggers = triggers;
        List<List<SqlToken>> texts =
                triggers.stream().map(trigger -> SqlToken.of(trigger.sql())).toList();
        for (List<SqlToken> tokens : texts) {
            tokens.forEach(this::note);
        }
        findConditions(texts);
        this.tellsColumnsApart = tellColumnsApart(triggers, texts);
    }

    private void note(SqlToken token) {
        if (token.canName()) {
            names.add(SqlToken.fold(token.name()));
        }
        if (token.kind() == SqlToken.Kind.NUMBER || token.kind() == SqlToken.Kind.STRING) {
            literals.add(token.text());
        }
        if (token.kind() == SqlToken.Kind.STRING) {
            Matcher path = JSON_PATH.matcher(token.text());
            if (path.matches()) {
                keys.add(path.group(1));
            }
        }
    }

    /** All names that stand in them, folded. */
    Set<String> names() {
        return names;
    }

    /** The numbers and texts that stand in them, as SQL writes them. */
    Set<String> literals() {
        return literals;
    }

    /** The columns of the row that stand in a condition, folded. */
    Set<String> conditional() {
        return conditional;
    }

    private void findConditions(List<List<SqlToken>> texts) {
        for (List<SqlToken> tokens : texts) {
            boolean condition = false;
            for (int i = 0; i < tokens.size(); i++) {
                SqlToken token = tokens.get(i);
                condition = (condition || opensCondition(token)) && !token.is(';') && !token.is("BEGIN");
                if (condition && isOfRow(tokens, i)) {
                    conditional.add(SqlToken.fold(token.name()));
                }
            }
        }
    }

    /** Of each key of several columns one that they do not choose by: there a new row has another value than any has. */
    Set<String> distinct(List<List<String>> keys) {
        Set<String> distinct = new LinkedHashSet<>();
        for (List<String> key : keys) {
            key.stream()
                    .filter(column -> key.size() > 1 && !conditional.contains(SqlToken.fold(column)))
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
        return tellsColumnsApart;
    }

    private static boolean tellColumnsApart(List<TriggerStatement> triggers, List<List<SqlToken>> texts) {
        int updates = 0;
        boolean chooses = false;
        for (int i = 0; i < triggers.size(); i++) {
            if (triggers.get(i).event() == TriggerStatement.Event.UPDATE) {
                updates++;
                chooses |= triggers.get(i).when().isPresent() || namesColumns(texts.get(i));
            }
        }
        return updates != 1 || chooses;
    }

    /** {@code UPDATE OF a, b}. */
    private static boolean namesColumns(List<SqlToken> tokens) {
        for (int i = 0; i + 1 < tokens.size() && !tokens.get(i).is("BEGIN"); i++) {
            if (tokens.get(i).is("UPDATE") && tokens.get(i + 1).is("OF")) {
                return true;
            }
        }
        return false;
    }

    /** A JSON object that holds a word under each key that the triggers ask for; empty if they ask for none. */
    Optional<String> json(String word) {
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
