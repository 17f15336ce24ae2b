package dev.lockstep.fts.schema;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.support.Excerpts;
import dev.lockstep.support.LockstepException;
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
 * @param parts the statements of its body, in order
 * @param sql the whole text
 */
public record TriggerStatement(
        String name, Timing timing, Event event, String table, Optional<String> when, List<Part> parts, String sql) {
    private static final int MAX_SHOWN = 200;

    /**
     * One statement of the body.
     *
     * @param start where it begins in the text
     * @param end where the semicolon behind it ends
     * @param write what it writes; empty for a SELECT
     */
    public record Part(int start, int end, Optional<WriteStatement> write) {
        private boolean writesOneOf(Set<String> tables) {
            return write.filter(statement -> tables.contains(SqlToken.fold(statement.target())))
                    .isPresent();
        }
    }

    public enum Timing {
        BEFORE,
        AFTER,
        INSTEAD_OF
    }

    public enum Event {
        INSERT,
        UPDATE,
        DELETE
    }

    public TriggerStatement {
        parts = List.copyOf(parts);
    }

    /** The statements of its body that write, in order. */
    public List<WriteStatement> writes() {
        return parts.stream().flatMap(part -> part.write().stream()).toList();
    }

    /**
     * What is left of it without the statements that write these tables; empty if nothing is. It has the same name, and all
     * that is not left out stands in it as it stood.
     *
     * @param tables their names, folded
     */
    public Optional<TriggerStatement> without(Set<String> tables) {
        StringBuilder rest = new StringBuilder();
        int from = 0;
        int left = 0;
        for (Part part : parts) {
            if (part.writesOneOf(tables)) {
                rest.append(sql, from, part.start());
                from = part.end();
            } else {
                left++;
            }
        }
        return left == 0
                ? Optional.empty()
                : Optional.of(parse(rest.append(sql.substring(from)).toString()));
    }

    /** Whether a name stands in its text as a name. */
    public boolean mentions(String name) {
        return SqlToken.of(sql).stream()
                .anyMatch(
                        token -> token.canName() && SqlToken.fold(token.name()).equals(SqlToken.fold(name)));
    }

    /**
     * Reads one statement.
     *
     * @throws LockstepException refused: the text is anything else than one {@code CREATE TRIGGER name …}; a temporary trigger
     *     is something else, and so is a second statement behind it
     */
    public static TriggerStatement parse(String sql) {
        return new Parser(sql).trigger();
    }

    /** The names of the tables that it writes, folded. */
    public Set<String> targets() {
        Set<String> targets = new LinkedHashSet<>();
        for (WriteStatement write : writes()) {
            targets.add(SqlToken.fold(write.target()));
        }
        return targets;
    }

    public boolean writes(String table) {
        return targets().contains(SqlToken.fold(table));
    }

    public boolean isOn(String other) {
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

        TriggerStatement trigger() {
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
            List<Part> parts = body();
            return new TriggerStatement(name, timing, event, table, when, parts, sql);
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

        private List<Part> body() {
            List<Part> parts = new ArrayList<>();
            while (!peek().is("END")) {
                int from = at;
                int depth = 0;
                while (depth > 0 || !peek().is(';')) {
                    depth += depthOf(peek());
                    at++;
                }
                parts.add(new Part(
                        tokens.get(from).start(),
                        tokens.get(at).end(),
                        WriteStatement.of(sql, tokens.subList(from, at))));
                at++;
            }
            at++;
            while (at < tokens.size() && tokens.get(at).is(';')) {
                at++;
            }
            if (at < tokens.size()) {
                throw unreadable("something follows its END: " + tokens.get(at).text());
            }
            return parts;
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

        private LockstepException unreadable(String why) {
            return new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "unreadable-trigger",
                    "not one CREATE TRIGGER statement: " + why + ": " + brief(sql),
                    null,
                    null);
        }
    }

    /** The text on one line, shortened, for messages. */
    public static String brief(String sql) {
        return Excerpts.beginning(line(sql), MAX_SHOWN);
    }

    /** {@link #brief} of two texts that differ: what is shown of them differs too. */
    public static Excerpts brief(String one, String other) {
        boolean inLine = !line(one).equals(line(other));
        return Excerpts.of(inLine ? line(one) : one, inLine ? line(other) : other, MAX_SHOWN);
    }

    private static String line(String sql) {
        return sql.strip().replaceAll("\\s+", " ");
    }
}
