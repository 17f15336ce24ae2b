package dev.lockstep.fts;

import dev.lockstep.db.SqlToken;
import dev.lockstep.db.Trouble;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A {@code CREATE TRIGGER} statement, read as far as it matters here: what it is on, and what each statement of its body
 * writes. Whatever only looks like a write, in a comment, a string or an expression, is none.
 *
 * @param name its name
 * @param timing when it fires
 * @param event what fires it
 * @param table the table or view that it is on
 * @param when the text of its WHEN expression, if it has one
 * @param writes the statements of its body that write, in order
 * @param sql the whole text
 */
record TriggerSql(
        String name,
        Timing timing,
        Event event,
        String table,
        Optional<String> when,
        List<WriteStatement> writes,
        String sql) {
    enum Timing {
        BEFORE,
        AFTER,
        INSTEAD_OF
    }

    enum Event {
        INSERT,
        UPDATE,
        DELETE
    }

    TriggerSql {
        writes = List.copyOf(writes);
    }

    /**
     * Reads one statement.
     *
     * @throws Trouble refused: the text is anything else than one {@code CREATE TRIGGER name …}; a temporary trigger
     *     is something else, and so is a second statement behind it
     */
    static TriggerSql parse(String sql) {
        return new Parser(sql).trigger();
    }

    /** The names of the tables that it writes, folded. */
    Set<String> targets() {
        Set<String> targets = new LinkedHashSet<>();
        for (WriteStatement write : writes) {
            targets.add(SqlToken.fold(write.target()));
        }
        return targets;
    }

    boolean writes(String table) {
        return targets().contains(SqlToken.fold(table));
    }

    boolean isOn(String other) {
        return SqlToken.fold(table).equals(SqlToken.fold(other));
    }

    /** Follows the grammar of {@code CREATE TRIGGER}: sqlite.org/lang_createtrigger.html. */
    private static final class Parser {
        private final String sql;
        private final List<SqlToken> tokens;
        private int at;

        Parser(String sql) {
            this.sql = sql;
            this.tokens = SqlToken.of(sql);
        }

        TriggerSql trigger() {
            want("CREATE");
            want("TRIGGER");
            if (take("IF")) {
                want("NOT");
                want("EXISTS");
            }
            String name = qualifiedName();
            Timing timing = timing();
            Event event = event();
            want("ON");
            String table = qualifiedName();
            if (take("FOR")) {
                want("EACH");
                want("ROW");
            }
            Optional<String> when = take("WHEN") ? Optional.of(condition()) : Optional.empty();
            want("BEGIN");
            List<WriteStatement> writes = body();
            return new TriggerSql(name, timing, event, table, when, writes, sql);
        }

        private Timing timing() {
            if (take("BEFORE")) {
                return Timing.BEFORE;
            }
            if (take("INSTEAD")) {
                want("OF");
                return Timing.INSTEAD_OF;
            }
            // SQLite takes the absence of all three for BEFORE.
            return take("AFTER") ? Timing.AFTER : Timing.BEFORE;
        }

        private Event event() {
            if (take("INSERT")) {
                return Event.INSERT;
            }
            if (take("DELETE")) {
                return Event.DELETE;
            }
            want("UPDATE");
            if (take("OF")) {
                do {
                    name();
                } while (takeSign(','));
            }
            return Event.UPDATE;
        }

        /** Up to BEGIN: a column of that name is always qualified here, and a table stands in a subquery. */
        private String condition() {
            int start = peek().start();
            int depth = 0;
            while (depth > 0 || !peek().is("BEGIN") || tokens.get(at - 1).is('.')) {
                depth += depthOf(peek());
                at++;
            }
            return sql.substring(start, tokens.get(at - 1).end());
        }

        private List<WriteStatement> body() {
            List<WriteStatement> writes = new ArrayList<>();
            while (!peek().is("END")) {
                int from = at;
                int depth = 0;
                while (depth > 0 || !peek().is(';')) {
                    depth += depthOf(peek());
                    at++;
                }
                WriteStatement.of(sql, tokens.subList(from, at)).ifPresent(writes::add);
                at++;
            }
            at++;
            while (at < tokens.size() && tokens.get(at).is(';')) {
                at++;
            }
            if (at < tokens.size()) {
                throw unreadable("something follows its END: " + tokens.get(at).text());
            }
            return writes;
        }

        private String qualifiedName() {
            String name = name();
            return takeSign('.') ? name() : name;
        }

        private String name() {
            SqlToken token = peek();
            if (!token.canName()) {
                throw unreadable("a name was expected instead of " + token.text());
            }
            at++;
            return token.name();
        }

        private SqlToken peek() {
            if (at >= tokens.size()) {
                throw unreadable("it ends too early");
            }
            return tokens.get(at);
        }

        private boolean take(String keyword) {
            boolean there = peek().is(keyword);
            at += there ? 1 : 0;
            return there;
        }

        private boolean takeSign(char sign) {
            boolean there = peek().is(sign);
            at += there ? 1 : 0;
            return there;
        }

        private void want(String keyword) {
            if (!take(keyword)) {
                throw unreadable(keyword + " was expected instead of " + peek().text());
            }
        }

        private static int depthOf(SqlToken token) {
            return token.is('(') ? 1 : token.is(')') ? -1 : 0;
        }

        private Trouble unreadable(String why) {
            return new Trouble(
                    Trouble.Kind.REFUSED,
                    "unreadable-trigger",
                    "not one CREATE TRIGGER statement: " + why + ": " + brief(sql),
                    null,
                    null);
        }
    }

    /** The text on one line, shortened, for messages. */
    static String brief(String sql) {
        String line = sql.strip().replaceAll("\\s+", " ");
        return line.length() <= 200 ? line : line.substring(0, 200) + "...";
    }
}
