package dev.lockstep.audit.query;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.support.LockstepException;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A place in a statement, from which it is read on. */
final class SqlCursor {
    private final String sql;
    private final List<SqlToken> tokens;
    private final int end;
    private int at;

    SqlCursor(String sql) {
        this(sql, SqlToken.of(sql), 0, -1);
    }

    private SqlCursor(String sql, List<SqlToken> tokens, int at, int end) {
        this.sql = sql;
        this.tokens = tokens;
        this.at = at;
        this.end = end < 0 ? tokens.size() : end;
    }

    /** A reader of the tokens from one place to another, and of no more. */
    SqlCursor part(int from, int to) {
        return new SqlCursor(sql, tokens, from, to);
    }

    int at() {
        return at;
    }

    void move(int to) {
        at = to;
    }

    int end() {
        return end;
    }

    boolean atEnd() {
        return at >= end;
    }

    /** The token so many places ahead, or null behind the end. */
    SqlToken peek(int ahead) {
        int place = at + ahead;
        return place < end && place >= 0 ? tokens.get(place) : null;
    }

    SqlToken next() {
        return tokens.get(at++);
    }

    boolean is(String keyword) {
        return peek(0) != null && peek(0).is(keyword);
    }

    boolean is(char sign) {
        return peek(0) != null && peek(0).is(sign);
    }

    /** Whether an unquoted word of the set, which is in capitals, stands here. */
    boolean isOneOf(Set<String> keywords) {
        return peek(0) != null
                && peek(0).kind() == SqlToken.Kind.WORD
                && keywords.contains(peek(0).text().toUpperCase(Locale.ROOT));
    }

    boolean took(String keyword) {
        boolean is = is(keyword);
        at += is ? 1 : 0;
        return is;
    }

    boolean took(char sign) {
        boolean is = is(sign);
        at += is ? 1 : 0;
        return is;
    }

    /** Behind the bracket that closes the one here, or behind the {@code end} of the {@code case} here; else one on. */
    int afterGroup() {
        int depth = 0;
        for (int i = at; i < end; i++) {
            SqlToken token = tokens.get(i);
            if (token.is('(') || token.is("CASE")) {
                depth++;
            } else if (token.is(')') || (depth > 0 && token.is("END"))) {
                depth--;
            }
            if (depth <= 0) {
                return i + 1;
            }
        }
        throw wrongAt(at, "a bracket that is not closed");
    }

    /** What was written, from one token to before another. */
    String text(int from, int to) {
        return from >= to
                ? ""
                : sql.substring(tokens.get(from).start(), tokens.get(to - 1).end());
    }

    /** {@code 'or' at 1:42}: line and column, from 1. */
    String place(int token) {
        if (token >= tokens.size()) {
            return "the end";
        }
        int start = tokens.get(token).start();
        int line = (int) sql.substring(0, start).chars().filter(c -> c == '\n').count() + 1;
        return line + ":" + (start - sql.lastIndexOf('\n', start - 1));
    }

    LockstepException wrong(String what) {
        return wrongAt(at, what);
    }

    LockstepException wrongAt(int token, String what) {
        return LockstepException.usage(
                "cannot suggest an index for this query: at " + place(token) + ": " + what,
                "it takes: select … from T where a = ? and b > ? order by c desc limit n");
    }

    LockstepException expected(String what) {
        return wrong(what + " was expected"
                + (at < tokens.size() ? " instead of '" + tokens.get(at).text() + "'" : ""));
    }
}
