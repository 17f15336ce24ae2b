package dev.lockstep.audit.query;

import dev.lockstep.audit.Relations.Known;
import dev.lockstep.audit.Relations.Name;
import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Reads what stands on the sides of a comparison: a column of the table, or what is the same for each row. */
final class OperandParser {
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
    private final List<String> notes = new ArrayList<>();

    /** @param qualifiers what may stand before a column's name, in lower case */
    OperandParser(Known table, Set<String> qualifiers, Engine engine) {
        this.table = table;
        this.qualifiers = qualifiers;
        this.engine = engine;
    }

    /** Adds something that whoever asked should know. */
    void note(String note) {
        notes.add(note);
    }

    List<String> notes() {
        return notes;
    }

    /** Whether the table has a column of that name. */
    boolean has(SqlToken name) {
        return table.column(Name.of(name)).isPresent();
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
            case MARIADB, SQLITE ->
                token.text().startsWith("\"") && table.column(Name.of(token)).isEmpty();
        };
    }

    /**
     * Whether an index on a column stands in the order that LIKE, or GLOB, compares in: MariaDB's do for LIKE, SQLite's for
     * GLOB; for LIKE SQLite's and PostgreSQL's need another collation or class than the column has by itself.
     */
    boolean sortsLike(String column, boolean glob) {
        return switch (engine) {
            case MARIADB -> true;
            case SQLITE -> glob || needs(column, "collate nocase");
            case POSTGRESQL -> needs(column, "text_pattern_ops");
        };
    }

    private boolean needs(String column, String how) {
        notes.add("what begins alike is found by an index on \"" + column + "\" " + how
                + ", which serves no other comparison; without it LIKE is checked row by row");
        return false;
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
    boolean isConstant(SqlCursor rest) {
        SqlToken before = null;
        boolean type = false;
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
            boolean known = token.is("AND") || (word && isKeyword(here));
            type = token.is("AS") || (type && !token.is(')'));
            if (!type
                    && (word || quoted)
                    && !parameter
                    && !call
                    && !known
                    && !isText(token)
                    && !isNamedParameter(rest, i)) {
                return false;
            }
            before = token;
        }
        return rest.at() < rest.end();
    }

    /** A word of the language; where a column has that name, only as it can stand nowhere else. */
    private boolean isKeyword(SqlCursor here) {
        SqlToken token = here.peek(0);
        SqlToken after = here.peek(1);
        boolean zone = after != null && (after.is("TIME") || after.is("ZONE"));
        boolean literal = after != null && after.kind() == SqlToken.Kind.STRING;
        return WORDS.contains(token.text().toUpperCase(Locale.ROOT)) && (!has(token) || zone || literal);
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
