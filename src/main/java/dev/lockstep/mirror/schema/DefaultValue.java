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
        boolean signed =
                tokens.size() == 2 && (tokens.get(0).is('-') || tokens.get(0).is('+'));
        if (tokens.size() != 1 && !signed) {
            return Optional.empty();
        }
        SqlToken last = tokens.get(tokens.size() - 1);
        Form form = column.type().orElseThrow().form();
        return switch (last.kind()) {
            case NUMBER -> number((tokens.get(0).is('-') ? "-" : "") + last.text(), form, column, engine);
            case STRING -> signed ? Optional.empty() : Optional.of(text(last.text(), column, engine));
            case QUOTED ->
                signed || !last.text().startsWith("\"")
                        ? Optional.empty()
                        : Optional.of(text("'" + last.name().replace("'", "''") + "'", column, engine));
            case WORD -> signed ? Optional.empty() : word(last.text().toUpperCase(Locale.ROOT), form, column, engine);
            case BLOB, SIGN, BROKEN -> Optional.empty();
        };
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
            case "CURRENT_TIMESTAMP" -> now(form, column, engine);
            default -> Optional.empty();
        };
    }

    private static Optional<String> now(Form form, Column column, Engine engine) {
        boolean zoned =
                column.declared().startsWith("timestamptz") || column.declared().endsWith("with time zone");
        return switch (engine) {
            case POSTGRESQL ->
                switch (form) {
                    case TIMESTAMP -> Optional.of(zoned ? "now()" : "(now() at time zone 'UTC')");
                    case TEXT -> Optional.of("to_char(now() at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS')");
                    default -> Optional.empty();
                };
            // Its sessions have other times than UTC.
            case MARIADB -> form == Form.TIMESTAMP ? Optional.of("(utc_timestamp())") : Optional.empty();
            case SQLITE -> Optional.empty();
        };
    }
}
