package dev.lockstep.audit.query;

import dev.lockstep.db.sqlite.SqlToken;
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
