package dev.lockstep.audit.query;

import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.List;
import java.util.Set;

/** A query as a log prints it: with colours, something before it, and its parameters behind. */
final class LoggedQuery {
    private static final Set<String> OTHERS =
            Set.of("WITH", "INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "MERGE", "COPY", "ALTER", "DROP", "CALL");

    /** What a log prints behind a query. */
    private static final Set<String> TRAILERS = Set.of("ARGS", "ALIAS", "DETAIL", "PARAMETERS");

    private LoggedQuery() {}

    /** The text without the colours of a log. */
    static String plain(String text) {
        return text.replaceAll("\u001b\\[[0-9;]*m", "");
    }

    /** The text with what the query is not about blanked, each character at its place. */
    static String asked(String text, Engine engine) {
        return insideExists(withoutBackslashes(text, engine));
    }

    /** In MariaDB's texts, and in those of PostgreSQL that begin with E, a backslash makes the next character an ordinary one. */
    private static String withoutBackslashes(String text, Engine engine) {
        StringBuilder plain = new StringBuilder(text);
        char quote = 0;
        boolean escapes = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (quote == 0 && (c == '\'' || (c == '"' && engine == Engine.MARIADB))) {
                quote = c;
                boolean begun = i > 0 && (text.charAt(i - 1) == 'E' || text.charAt(i - 1) == 'e');
                escapes = switch (engine) {
                    case MARIADB -> true;
                    case POSTGRESQL -> begun && (i < 2 || !Character.isLetterOrDigit(text.charAt(i - 2)));
                    case SQLITE -> false;
                };
            } else if (quote != 0 && escapes && c == '\\' && i + 1 < text.length()) {
                plain.replace(i, i + 2, "..");
                i++;
            } else if (c == quote) {
                quote = 0;
            }
        }
        return plain.toString();
    }

    /** {@code select exists (select …)} asks what the query in it asks. */
    private static String insideExists(String text) {
        List<SqlToken> tokens = SqlToken.of(text);
        for (int i = 0; i + 3 < tokens.size(); i++) {
            boolean wraps = tokens.get(i).is("SELECT")
                    && tokens.get(i + 1).is("EXISTS")
                    && tokens.get(i + 2).is('(')
                    && tokens.get(i + 3).is("SELECT");
            if (wraps) {
                int open = tokens.get(i).start();
                int close = closing(tokens, i + 2);
                int inner = tokens.get(i + 3).start();
                return text.substring(0, open)
                        + " ".repeat(inner - open)
                        + text.substring(inner, close)
                        + " ".repeat(text.length() - close);
            }
            if (tokens.get(i).is("SELECT")) {
                return text;
            }
        }
        return text;
    }

    private static int closing(List<SqlToken> tokens, int open) {
        int depth = 0;
        for (SqlToken token : tokens.subList(open, tokens.size())) {
            depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
            if (depth == 0) {
                return token.start();
            }
        }
        return tokens.get(tokens.size() - 1).end();
    }

    private static void refuseBrokenQuotes(SqlCursor sql) {
        for (int i = 0; i < sql.end(); i++) {
            if (sql.peek(i).kind() == SqlToken.Kind.BROKEN) {
                throw sql.wrongAt(i, "a quote that is not closed");
            }
        }
    }

    /** Whatever a log puts before the query has a colon or a bracket in it; {@code explain} is no part of it either. */
    static void start(SqlCursor sql) {
        refuseBrokenQuotes(sql);
        while (!sql.atEnd() && !sql.is("SELECT")) {
            if (sql.isOneOf(OTHERS)) {
                throw sql.wrong("'" + sql.peek(0).text() + "' where 'select' was expected");
            }
            sql.next();
        }
        if (sql.atEnd()) {
            sql.move(0);
            throw sql.expected("'select'");
        }
        SqlToken before = sql.peek(-1);
        boolean explain = sql.part(0, sql.at()).is("EXPLAIN");
        if (before != null && !explain && !isPrefix(sql.part(0, sql.at()))) {
            throw sql.wrongAt(0, "'" + sql.part(0, sql.end()).peek(0).text() + "' where 'select' was expected");
        }
        sql.next();
    }

    private static boolean isPrefix(SqlCursor before) {
        for (; !before.atEnd(); before.next()) {
            if (before.is(':') || before.is(')') || before.is(']')) {
                return true;
            }
        }
        return false;
    }

    /** Whether a log's own words begin here. */
    static boolean isTrailer(SqlCursor sql) {
        return sql.isOneOf(TRAILERS);
    }

    /** Whether the query is over here. */
    static boolean isEnd(SqlCursor sql) {
        SqlToken token = sql.peek(0);
        return token == null
                || token.is(';')
                || token.is('\\')
                || (token.kind() == SqlToken.Kind.QUOTED
                        && (token.text().startsWith("[[") || token.text().startsWith("[{")))
                || (sql.isOneOf(TRAILERS)
                        && sql.peek(1) != null
                        && (sql.peek(1).is(':') || sql.peek(1).is('=')));
    }
}
