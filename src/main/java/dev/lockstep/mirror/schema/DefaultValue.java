package dev.lockstep.mirror.schema;

import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetType.Form;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** A default of SQLite's as another database has it: a literal, or the time. */
final class DefaultValue {
    private DefaultValue() {}

    /** The expression there; empty if it is none of those. */
    static Optional<String> translated(String sqlite, Column column, Engine engine) {
        List<SqlToken> tokens = SqlToken.of(sqlite);
        while (tokens.size() > 2
                && tokens.get(0).is('(')
                && tokens.get(tokens.size() - 1).is(')')) {
            tokens = tokens.subList(1, tokens.size() - 1);
        }
        Optional<String> time = DefaultTime.translated(tokens, column, engine);
        if (time.isPresent()) {
            return time;
        }
        boolean signed =
                tokens.size() == 2 && (tokens.get(0).is('-') || tokens.get(0).is('+'));
        if (tokens.size() != 1 && !signed) {
            return Optional.empty();
        }
        SqlToken last = tokens.get(tokens.size() - 1);
        Form form = column.type().orElseThrow().form();
        return switch (last.kind()) {
            case NUMBER -> number((tokens.get(0).is('-') ? "-" : "") + decimal(last.text()), form, column, engine);
            case STRING -> signed ? Optional.empty() : Optional.of(text(last.text(), column, engine));
            case QUOTED ->
                signed || !last.text().startsWith("\"")
                        ? Optional.empty()
                        : Optional.of(text("'" + last.name().replace("'", "''") + "'", column, engine));
            case WORD -> signed ? Optional.empty() : word(last.text().toUpperCase(Locale.ROOT), form, column, engine);
            case BLOB -> signed ? Optional.empty() : blob(last.text(), form, engine);
            case SIGN, BROKEN -> Optional.empty();
        };
    }

    /** A number that may be spelled in hexadecimal; not one of 64 bits, of which the first would be its sign. */
    private static String decimal(String number) {
        boolean hex = number.matches("0[xX][0-9A-Fa-f]{1,15}");
        return hex ? String.valueOf(Long.parseLong(number.substring(2), 16)) : number;
    }

    /** @param literal {@code x'...'} */
    private static Optional<String> blob(String literal, Form form, Engine engine) {
        String digits = literal.substring(2, literal.length() - 1);
        return form != Form.BLOB || !digits.matches("([0-9A-Fa-f]{2})*")
                ? Optional.empty()
                : Optional.of(
                        engine == Engine.POSTGRESQL ? "decode('" + digits + "', 'hex')" : "(unhex('" + digits + "'))");
    }

    private static Optional<String> number(String number, Form form, Column column, Engine engine) {
        boolean truth = engine == Engine.POSTGRESQL && column.declared().equals("boolean");
        if (truth) {
            return number.equals("0") || number.equals("1")
                    ? Optional.of(number.equals("1") ? "true" : "false")
                    : Optional.empty();
        }
        return switch (form) {
            case INTEGER, REAL, DECIMAL -> Optional.of(number);
            case TEXT, CHAR -> Optional.of("'" + number + "'");
            case LABEL, BLOB, TIMESTAMP, DATE, TIME, INTERVAL, UUID, JSON, ANY -> Optional.empty();
        };
    }

    /** A text in a column of numbers is a number if it is one; the server says so. */
    private static String text(String literal, Column column, Engine engine) {
        Form form = column.type().orElseThrow().form();
        boolean number = form == Form.INTEGER || form == Form.REAL || form == Form.DECIMAL;
        String inside = literal.substring(1, literal.length() - 1);
        if (engine == Engine.MARIADB && column.type().orElseThrow().isBoolean()) {
            String truth = inside.toLowerCase(Locale.ROOT);
            if (truth.equals("t") || truth.equals("true") || truth.equals("f") || truth.equals("false")) {
                return truth.startsWith("t") ? "1" : "0";
            }
        }
        if (engine == Engine.MARIADB && form == Form.TEXT && column.declared().contains("text")) {
            // MySQL gives long texts no other default than an expression.
            return "(" + literal + ")";
        }
        return number && inside.matches("-?\\d+(\\.\\d+)?") ? inside : literal;
    }

    private static Optional<String> word(String word, Form form, Column column, Engine engine) {
        boolean truth = engine == Engine.POSTGRESQL && column.declared().equals("boolean");
        return switch (word) {
            case "NULL" -> Optional.of("null");
            case "TRUE", "FALSE" ->
                form == Form.INTEGER
                        ? Optional.of(truth ? word.toLowerCase(Locale.ROOT) : word.equals("TRUE") ? "1" : "0")
                        : Optional.empty();
            default -> Optional.empty();
        };
    }
}
