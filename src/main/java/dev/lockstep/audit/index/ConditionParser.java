package dev.lockstep.audit.index;

import dev.lockstep.audit.Relations.Known;
import dev.lockstep.audit.Relations.Name;
import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads a {@code where}: the conditions that all have to hold, and what each says of a column. */
final class ConditionParser {
    private static final Set<String> TEXT = Set.of("text", "varchar", "character");

    /** What stands among values without being a column. */
    private static final Set<String> WORDS = Set.of(
            "NULL",
            "TRUE",
            "FALSE",
            "DEFAULT",
            "INTERVAL",
            "DATE",
            "TIME",
            "TIMESTAMP",
            "TIMESTAMPTZ",
            "CURRENT_DATE",
            "CURRENT_TIME",
            "CURRENT_TIMESTAMP",
            "LOCALTIME",
            "LOCALTIMESTAMP",
            "CURRENT_USER",
            "ARRAY",
            "AS",
            "AT",
            "ZONE",
            "WITH",
            "WITHOUT",
            "YEAR",
            "MONTH",
            "WEEK",
            "DAY",
            "HOUR",
            "MINUTE",
            "SECOND",
            "COLLATE",
            "BINARY",
            "E",
            "N",
            "PRECISION",
            "VARYING");

    private final Known table;
    private final Set<String> qualifiers;
    private final Engine engine;
    final Set<String> equals = new LinkedHashSet<>();
    final Set<String> nulls = new LinkedHashSet<>();
    final Set<String> anyOf = new LinkedHashSet<>();

    /** In the order in which they stand. */
    final Set<String> ranges = new LinkedHashSet<>();

    final List<String> notes = new ArrayList<>();

    /** @param qualifiers what may stand before a column's name, in lower case */
    ConditionParser(Known table, Set<String> qualifiers, Engine engine) {
        this.table = table;
        this.qualifiers = qualifiers;
        this.engine = engine;
    }

    /** Reads all that is there as conditions that all have to hold. */
    void read(SqlCursor sql) {
        int from = sql.at();
        boolean between = false;
        List<int[]> terms = new ArrayList<>();
        while (!sql.atEnd()) {
            if (sql.is("OR") || sql.is("XOR")) {
                throw sql.wrong("'" + sql.peek(0).text() + "': one index serves conditions that all hold");
            }
            between |= sql.is("BETWEEN");
            if (sql.is("AND") && !between) {
                terms.add(new int[] {from, sql.at()});
                sql.move(sql.at() + 1);
                from = sql.at();
            } else {
                between &= !sql.is("AND");
                sql.move(sql.afterGroup());
            }
        }
        terms.add(new int[] {from, sql.at()});
        for (int[] term : terms) {
            if (term[0] == term[1]) {
                throw sql.part(term[0], sql.end()).expected("a condition");
            }
            term(sql.part(term[0], term[1]));
        }
    }

    private void term(SqlCursor sql) {
        int from = sql.at();
        if (sql.is('(') && sql.afterGroup() == sql.end()) {
            SqlCursor inner = sql.part(from + 1, sql.end() - 1);
            if (isAlternative(inner)) {
                unserved(sql, from, "alternatives");
            } else {
                read(inner);
            }
            return;
        }
        if (sql.is('(') && row(sql)) {
            return;
        }
        Optional<String> column = column(sql);
        if (column.isPresent()) {
            if (!compared(sql, column.get())) {
                unserved(sql, from, "no comparison with a value");
            }
        } else if (!flipped(sql, from) && !isConstant(sql.part(from, sql.end()))) {
            unserved(sql, from, "not a column that is compared");
        }
    }

    private static boolean isAlternative(SqlCursor inner) {
        SqlCursor look = inner.part(inner.at(), inner.end());
        while (!look.atEnd()) {
            if (look.is("OR") || look.is("XOR") || look.is("SELECT") || look.is(',')) {
                return true;
            }
            look.move(look.afterGroup());
        }
        return false;
    }

    private void unserved(SqlCursor sql, int from, String why) {
        notes.add("no index serves " + sql.text(from, sql.end()) + " at " + sql.place(from) + ": " + why
                + "; it is checked row by row");
    }

    /** {@code 7 = a}: the column stands behind. */
    private boolean flipped(SqlCursor sql, int from) {
        for (int i = from; i < sql.end(); i = next(sql, i)) {
            SqlCursor here = sql.part(i, sql.end());
            String operator = operator(here);
            if (!operator.isEmpty()) {
                SqlCursor right = here.part(here.at(), sql.end());
                Optional<String> column = column(right);
                boolean plain = column.isPresent() && right.atEnd() && i > from && isConstant(sql.part(from, i));
                return plain && take(operator, column.get());
            }
        }
        return false;
    }

    private static int next(SqlCursor sql, int at) {
        return sql.part(at, sql.end()).afterGroup();
    }

    /** {@code (a, b) = (?, ?)}, {@code (a, b) < (?, ?)}. */
    private boolean row(SqlCursor sql) {
        int start = sql.at();
        int close = sql.afterGroup();
        SqlCursor inner = sql.part(start + 1, close - 1);
        List<String> columns = new ArrayList<>();
        do {
            Optional<String> column = column(inner);
            if (column.isEmpty()) {
                return false;
            }
            columns.add(column.get());
        } while (inner.took(','));
        SqlCursor rest = sql.part(close, sql.end());
        String operator = operator(rest);
        if (!inner.atEnd() || operator.isEmpty() || !isConstant(rest)) {
            return false;
        }
        if (operator.equals("=")) {
            equals.addAll(columns);
            return true;
        }
        return take(operator, columns.get(0));
    }

    private boolean take(String operator, String column) {
        switch (operator) {
            case "=", "==", "<=>" -> equals.add(column);
            case "<", ">", "<=", ">=" -> ranges.add(column);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What follows the column. */
    private boolean compared(SqlCursor sql, String column) {
        if (sql.took("IS")) {
            return is(sql, column);
        }
        if (sql.took("IN")) {
            return in(sql, column);
        }
        if (sql.took("BETWEEN")) {
            return sql.took("SYMMETRIC") ? false : isConstant(sql.part(sql.at(), sql.end())) && ranges.add(column);
        }
        String operator = operator(sql);
        if (operator.isEmpty()) {
            return false;
        }
        if (operator.equals("=") && (sql.is("ANY") || sql.is("SOME"))) {
            return isConstant(sql.part(sql.at() + 1, sql.end())) && anyOf.add(column);
        }
        return isConstant(sql) && take(operator, column);
    }

    private boolean is(SqlCursor sql, String column) {
        if (sql.took("NULL")) {
            nulls.add(column);
            return sql.atEnd();
        }
        if (sql.took("NOT")) {
            boolean same = sql.took("DISTINCT") && sql.took("FROM") && isConstant(sql);
            return same && equals.add(column);
        }
        return !sql.is("TRUE")
                && !sql.is("FALSE")
                && !sql.is("UNKNOWN")
                && !sql.is("DISTINCT")
                && isConstant(sql)
                && equals.add(column);
    }

    private boolean in(SqlCursor sql, String column) {
        int from = sql.at();
        if (!isConstant(sql) || (sql.is('(') && sql.afterGroup() != sql.end())) {
            return false;
        }
        boolean several = !sql.is('(');
        for (int i = from + 1; sql.is('(') && i < sql.end() - 1; i = next(sql, i)) {
            several |= sql.part(i, sql.end()).is(',');
        }
        return several ? anyOf.add(column) : equals.add(column);
    }

    /** Takes an operator of signs; empty if none is here. */
    private static String operator(SqlCursor sql) {
        StringBuilder operator = new StringBuilder();
        while (sql.peek(0) != null
                && sql.peek(0).kind() == SqlToken.Kind.SIGN
                && "=<>!~@&|#^".indexOf(sql.peek(0).text()) >= 0
                && (operator.length() == 0 || sql.peek(-1).end() == sql.peek(0).start())) {
            if (operator.length() > 0 && sql.is('@')) {
                break;
            }
            operator.append(sql.next().text());
        }
        return operator.toString();
    }

    /** Takes a column, with what qualifies it and a cast that changes nothing; empty, and nothing taken, if none is here. */
    Optional<String> column(SqlCursor sql) {
        int from = sql.at();
        boolean bracketed = sql.took('(');
        Optional<String> column = plain(sql);
        if (column.isPresent() && bracketed && !sql.took(')')) {
            column = Optional.empty();
        }
        if (column.isPresent() && sql.is(':')) {
            column = castToText(sql, column.get());
        }
        if (column.isEmpty()) {
            sql.move(from);
        }
        return column;
    }

    private Optional<String> plain(SqlCursor sql) {
        List<SqlToken> parts = new ArrayList<>();
        do {
            SqlToken part = sql.peek(0);
            if (part == null || !part.canName() || part.kind() == SqlToken.Kind.STRING) {
                return Optional.empty();
            }
            parts.add(sql.next());
        } while (sql.took('.'));
        SqlToken last = parts.get(parts.size() - 1);
        boolean call = sql.is('(');
        if (call || (parts.size() == 1 && isText(last))) {
            return Optional.empty();
        }
        if (parts.size() > 1) {
            String qualifier = parts.get(parts.size() - 2).name();
            if (!qualifiers.contains(qualifier.toLowerCase(Locale.ROOT))) {
                throw sql.wrongAt(sql.at() - parts.size() * 2 + 1, "there is no " + qualifier + " in it");
            }
        }
        Optional<String> column = table.column(Name.of(last));
        if (column.isEmpty() && parts.size() == 1 && WORDS.contains(last.text().toUpperCase(Locale.ROOT))) {
            return Optional.empty();
        }
        if (column.isEmpty()) {
            throw table.noColumn(last.name());
        }
        noteCase(last, column.get());
        return column;
    }

    private void noteCase(SqlToken written, String column) {
        String folded = written.kind() == SqlToken.Kind.WORD ? written.text().toLowerCase(Locale.ROOT) : written.name();
        String note = "PostgreSQL reads " + written.text() + " as " + folded + "; the column is \"" + column
                + "\", which the query has to quote so";
        if (engine == Engine.POSTGRESQL && !folded.equals(column) && !notes.contains(note)) {
            notes.add(note);
        }
    }

    /** In double quotes stands a text in MariaDB, and in SQLite where no column has the name. */
    private boolean isText(SqlToken token) {
        return switch (engine) {
            case POSTGRESQL -> false;
            case MARIADB ->
                token.text().startsWith("\"") && table.column(Name.of(token)).isEmpty();
            case SQLITE ->
                token.text().startsWith("\"") && table.column(Name.of(token)).isEmpty();
        };
    }

    /** {@code ::text} of what is text already. */
    private Optional<String> castToText(SqlCursor sql, String column) {
        String type = table.types().get(column);
        String base = type.replaceFirst("[ (].*", "").toLowerCase(Locale.ROOT);
        while (sql.took(':')) {
            boolean toText = sql.took(':')
                    && sql.peek(0) != null
                    && TEXT.contains(sql.peek(0).text().toLowerCase(Locale.ROOT));
            if (!toText || !TEXT.contains(base)) {
                return Optional.empty();
            }
            sql.next();
            sql.took("VARYING");
            if (sql.is('(')) {
                return Optional.empty();
            }
        }
        return Optional.of(column);
    }

    /** Whether all that is left is the same for each row: it names no column. */
    private boolean isConstant(SqlCursor rest) {
        SqlToken before = null;
        for (int i = rest.at(); i < rest.end(); i++) {
            SqlCursor here = rest.part(i, rest.end());
            SqlToken token = here.peek(0);
            SqlToken after = here.peek(1);
            boolean word = token.kind() == SqlToken.Kind.WORD;
            boolean quoted =
                    token.kind() == SqlToken.Kind.QUOTED && !token.text().startsWith("[");
            if (token.is("SELECT") || token.is("CASE") || (token.is("AND") && !within(rest, i))) {
                return false;
            }
            boolean parameter =
                    before != null && (before.is(':') || before.is('@') || before.is('%') || before.is('$'));
            boolean call = after != null && after.is('(');
            boolean known =
                    token.is("AND") || (word && WORDS.contains(token.text().toUpperCase(Locale.ROOT)));
            if ((word || quoted) && !parameter && !call && !known && !isText(token) && !isNamedParameter(rest, i)) {
                return false;
            }
            before = token;
        }
        return rest.at() < rest.end();
    }

    /** The {@code and} of a {@code between}. */
    private static boolean within(SqlCursor rest, int at) {
        return at > rest.at() && at < rest.end() - 1;
    }

    /** {@code %(name)s}, {@code #{name}}: the words in it. */
    private static boolean isNamedParameter(SqlCursor rest, int at) {
        SqlCursor here = rest.part(rest.at(), rest.end());
        here.move(at);
        boolean inside =
                here.peek(-1) != null && (here.peek(-1).is('(') || here.peek(-1).is('{'));
        boolean behind = here.peek(-1) != null
                && here.peek(-1).is(')')
                && here.peek(-3) != null
                && here.peek(-3).is('(');
        SqlToken mark = here.peek(inside ? -2 : -4);
        return (inside || behind) && mark != null && (mark.is('%') || mark.is('#') || mark.is('$'));
    }
}
