package dev.lockstep.mirror.schema;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;

/**
 * An expression of an index, of which every word means the same to both databases: columns, literals, comparisons, and a
 * few functions. What has another word in it is not translated.
 */
final class Expression {
    private static final Set<String> WORDS =
            Set.of("AND", "OR", "NOT", "IS", "NULL", "IN", "BETWEEN", "TRUE", "FALSE", "ASC", "DESC");

    private static final Set<String> FUNCTIONS = Set.of("LOWER", "UPPER", "LENGTH", "COALESCE", "ABS", "TRIM");

    private static final String SIGNS = "()=<>!,+-*";

    private final TablePlan plan;
    private final UnaryOperator<String> quote;

    /** @param quote how names are quoted there */
    Expression(TablePlan plan, UnaryOperator<String> quote) {
        this.plan = plan;
        this.quote = quote;
    }

    /** The expression there; empty if it is not known what it would mean. */
    Optional<String> translated(List<SqlToken> tokens) {
        StringBuilder sql = new StringBuilder();
        boolean ofTruth = false;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            boolean called = i + 1 < tokens.size() && tokens.get(i + 1).is('(');
            Optional<TargetTable.Column> column = called ? Optional.empty() : column(token);
            String text = column.map(known -> quote.apply(known.name())).orElseGet(() -> plain(token, called));
            if (text == null) {
                return Optional.empty();
            }
            if (column.isPresent()) {
                ofTruth = isTruth(column.get());
            } else if (token.kind() == SqlToken.Kind.NUMBER && ofTruth) {
                text = token.text().equals("0") ? "false" : token.text().equals("1") ? "true" : text;
            }
            boolean joined = i > 0
                    && tokens.get(i - 1).end() == token.start()
                    && (token.kind() == SqlToken.Kind.SIGN || tokens.get(i - 1).is('('));
            sql.append(i == 0 || joined ? "" : " ").append(text);
        }
        return Optional.of(sql.toString().replace("==", "="));
    }

    private static boolean isTruth(TargetTable.Column column) {
        return column.declared().equals("boolean");
    }

    private Optional<TargetTable.Column> column(SqlToken token) {
        if (token.kind() != SqlToken.Kind.WORD && token.kind() != SqlToken.Kind.QUOTED) {
            return Optional.empty();
        }
        return column(token.name());
    }

    Optional<TargetTable.Column> column(String name) {
        return plan.columns().stream()
                .filter(column -> SqlToken.fold(column.name()).equals(SqlToken.fold(name)))
                .findFirst();
    }

    private static String plain(SqlToken token, boolean called) {
        String upper = token.text().toUpperCase(Locale.ROOT);
        return switch (token.kind()) {
            case NUMBER, STRING -> token.text();
            case SIGN -> SIGNS.contains(token.text()) ? token.text() : null;
            case WORD -> WORDS.contains(upper) || (called && FUNCTIONS.contains(upper)) ? token.text() : null;
            case QUOTED, BLOB, BROKEN -> null;
        };
    }

    /** Whether it calls a function that takes letters for one another which SQLite tells apart. */
    static boolean foldsLetters(List<SqlToken> tokens) {
        return tokens.stream().anyMatch(token -> token.is("LOWER") || token.is("UPPER"));
    }
}
