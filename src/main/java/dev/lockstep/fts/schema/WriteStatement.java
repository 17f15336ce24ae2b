package dev.lockstep.fts.schema;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One statement of a trigger's body that writes a table.
 *
 * @param verb what it does
 * @param target the table, as it is written
 * @param rest what follows the table's name
 * @param start where it begins in the source
 * @param source the trigger's text, which the tokens point into
 */
public record WriteStatement(Verb verb, String target, List<SqlToken> rest, int start, String source) {
    public enum Verb {
        /** {@code REPLACE} too. */
        INSERT,
        UPDATE,
        DELETE
    }

    public WriteStatement {
        rest = List.copyOf(rest);
    }

    /** A statement, if it writes. SQLite allows neither a WITH before it nor a schema before the table's name. */
    static Optional<WriteStatement> of(String source, List<SqlToken> tokens) {
        if (tokens.isEmpty()) {
            return Optional.empty();
        }
        SqlToken first = tokens.get(0);
        Verb verb;
        int at = 1;
        if (first.is("INSERT") || first.is("UPDATE")) {
            verb = first.is("INSERT") ? Verb.INSERT : Verb.UPDATE;
            if (at < tokens.size() && tokens.get(at).is("OR")) {
                at += 2;
            }
        } else if (first.is("REPLACE")) {
            verb = Verb.INSERT;
        } else if (first.is("DELETE")) {
            verb = Verb.DELETE;
        } else {
            return Optional.empty();
        }
        // The table itself may be called into or from.
        boolean keyword = verb != Verb.UPDATE
                && at + 1 < tokens.size()
                && (tokens.get(at).is("INTO") || tokens.get(at).is("FROM"));
        at += keyword ? 1 : 0;
        if (at >= tokens.size() || !tokens.get(at).canName()) {
            return Optional.empty();
        }
        return Optional.of(new WriteStatement(
                verb, tokens.get(at).name(), tokens.subList(at + 1, tokens.size()), first.start(), source));
    }

    public boolean isOn(String table) {
        return SqlToken.fold(target).equals(SqlToken.fold(table));
    }

    /** The statement as it could stand outside a trigger: each {@code old.c} and {@code new.c} a parameter. */
    public String standalone() {
        StringBuilder text = new StringBuilder(
                switch (verb) {
                    case INSERT -> "insert into ";
                    case UPDATE -> "update ";
                    case DELETE -> "delete from ";
                });
        text.append("main.").append(new Identifier(target));
        for (int i = 0; i < rest.size(); i++) {
            boolean ofRow = (rest.get(i).is("OLD") || rest.get(i).is("NEW"))
                    && i + 2 < rest.size()
                    && rest.get(i + 1).is('.')
                    && (i == 0 || !rest.get(i - 1).is('.'));
            boolean apart = i == 0 || rest.get(i).start() > rest.get(i - 1).end();
            text.append(apart ? " " : "").append(ofRow ? "?" : rest.get(i).text());
            i += ofRow ? 2 : 0;
        }
        return text.toString();
    }

    /** The tokens of its own WHERE, no subquery's; none if it has none. */
    public List<SqlToken> condition() {
        int depth = 0;
        for (int i = 0; i < rest.size(); i++) {
            depth += rest.get(i).is('(') ? 1 : rest.get(i).is(')') ? -1 : 0;
            if (depth == 0 && verb != Verb.INSERT && rest.get(i).is("WHERE")) {
                return rest.subList(i + 1, rest.size());
            }
        }
        return List.of();
    }

    /** The names in the list of columns of an INSERT; empty if it has no such list. */
    public List<String> columns() {
        List<String> columns = new ArrayList<>();
        int at = columnsStart();
        if (at < 0) {
            return columns;
        }
        for (at++; at < rest.size() && !rest.get(at).is(')'); at++) {
            if (rest.get(at).canName()) {
                columns.add(rest.get(at).name());
            }
        }
        return columns;
    }

    /** The tokens of an INSERT behind its list of columns: VALUES or SELECT, and on. */
    List<SqlToken> content() {
        int at = columnsStart();
        if (at < 0) {
            return rest.subList(aliasEnd(), rest.size());
        }
        while (at < rest.size() && !rest.get(at).is(')')) {
            at++;
        }
        return rest.subList(Math.min(at + 1, rest.size()), rest.size());
    }

    /** The text that the tokens came from, comments between them included. */
    public String text(List<SqlToken> tokens) {
        return tokens.isEmpty()
                ? ""
                : source.substring(
                        tokens.get(0).start(), tokens.get(tokens.size() - 1).end());
    }

    private int columnsStart() {
        int at = aliasEnd();
        return at < rest.size() && rest.get(at).is('(') ? at : -1;
    }

    private int aliasEnd() {
        return !rest.isEmpty() && rest.get(0).is("AS") ? 2 : 0;
    }
}
