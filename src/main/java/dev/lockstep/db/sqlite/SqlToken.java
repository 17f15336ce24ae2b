package dev.lockstep.db.sqlite;

import java.util.ArrayList;
import java.util.List;

/**
 * A token of SQLite's SQL, as {@code tokenize.c} cuts it. White space and comments are not tokens.
 *
 * @param text as it stands in the source, quotes included
 * @param start the offset of its first character
 * @param end the offset behind its last character
 */
public record SqlToken(Kind kind, String text, int start, int end) {
    public enum Kind {
        /** A keyword or a plain name; only the grammar knows which. */
        WORD,
        /** A name in double quotes, backticks or brackets. */
        QUOTED,
        /** In single quotes; where the grammar wants a name, SQLite takes it for one. */
        STRING,
        NUMBER,
        BLOB,
        /** One character of an operator, or punctuation. */
        SIGN,
        /** A quote that is never closed. */
        BROKEN
    }

    /** Cuts the text. */
    public static List<SqlToken> of(String sql) {
        List<SqlToken> tokens = new ArrayList<>();
        int at = 0;
        while (at < sql.length()) {
            int next = skip(sql, at);
            if (next > at) {
                at = next;
                continue;
            }
            SqlToken token = cut(sql, at);
            tokens.add(token);
            at = token.end;
        }
        return tokens;
    }

    /** Whether this is that keyword, given in capitals, unquoted. */
    public boolean is(String keyword) {
        return kind == Kind.WORD && text.equalsIgnoreCase(keyword);
    }

    public boolean is(char sign) {
        return kind == Kind.SIGN && text.charAt(0) == sign;
    }

    /** Whether the grammar may take this for a name. */
    public boolean canName() {
        return switch (kind) {
            case WORD, QUOTED, STRING -> true;
            case NUMBER, BLOB, SIGN, BROKEN -> false;
        };
    }

    /** The text without its quotes, with doubled ones made single. */
    public String name() {
        return switch (kind) {
            case WORD, NUMBER, BLOB, SIGN, BROKEN -> text;
            case QUOTED, STRING -> {
                String inner = text.substring(1, text.length() - 1);
                String quote = text.substring(0, 1);
                yield quote.equals("[") ? inner : inner.replace(quote + quote, quote);
            }
        };
    }

    /** A name as SQLite compares it: without regard to the case of ASCII letters, and of no others. */
    public static String fold(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c >= 'A' && c <= 'Z') {
                return foldFrom(name);
            }
        }
        return name;
    }

    private static String foldFrom(String name) {
        StringBuilder folded = new StringBuilder(name.length());
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            folded.append(c >= 'A' && c <= 'Z' ? (char) (c + 32) : c);
        }
        return folded.toString();
    }

    /** Behind the white space or the comment that begins here; here, if neither does. */
    private static int skip(String sql, int at) {
        char c = sql.charAt(at);
        if (c == ' ' || (c >= '\t' && c <= '\r' && c != '\u000b')) {
            return at + 1;
        }
        if (sql.startsWith("--", at)) {
            int end = sql.indexOf('\n', at);
            return end < 0 ? sql.length() : end + 1;
        }
        if (sql.startsWith("/*", at)) {
            int end = sql.indexOf("*/", at + 2);
            return end < 0 ? sql.length() : end + 2;
        }
        return at;
    }

    private static SqlToken cut(String sql, int at) {
        char c = sql.charAt(at);
        if (c == '\'' || c == '"' || c == '`' || c == '[') {
            return quoted(sql, at, c == '\'' ? Kind.STRING : Kind.QUOTED, at);
        }
        if ((c == 'x' || c == 'X') && sql.startsWith("'", at + 1)) {
            return quoted(sql, at, Kind.BLOB, at + 1);
        }
        if (isWordStart(c)) {
            return token(Kind.WORD, sql, at, runEnd(sql, at));
        }
        if (isDigit(c) || (c == '.' && at + 1 < sql.length() && isDigit(sql.charAt(at + 1)))) {
            return token(Kind.NUMBER, sql, at, numberEnd(sql, at));
        }
        return token(Kind.SIGN, sql, at, at + 1);
    }

    private static SqlToken quoted(String sql, int at, Kind kind, int quoteAt) {
        char close = sql.charAt(quoteAt) == '[' ? ']' : sql.charAt(quoteAt);
        int end = sql.indexOf(close, quoteAt + 1);
        while (end >= 0 && close != ']' && end + 1 < sql.length() && sql.charAt(end + 1) == close) {
            end = sql.indexOf(close, end + 2);
        }
        return end < 0 ? token(Kind.BROKEN, sql, at, sql.length()) : token(kind, sql, at, end + 1);
    }

    private static int runEnd(String sql, int at) {
        int end = at;
        while (end < sql.length()) {
            char c = sql.charAt(end);
            if (!isWordStart(c) && !isDigit(c) && c != '$') {
                break;
            }
            end++;
        }
        return end;
    }

    private static int numberEnd(String sql, int at) {
        int end = at;
        while (end < sql.length()) {
            char c = sql.charAt(end);
            boolean exponentSign = (c == '+' || c == '-')
                    && (sql.charAt(end - 1) | 0x20) == 'e'
                    && !sql.regionMatches(true, at, "0x", 0, 2);
            if (!isWordStart(c) && !isDigit(c) && c != '.' && !exponentSign) {
                break;
            }
            end++;
        }
        return end;
    }

    private static boolean isWordStart(char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static SqlToken token(Kind kind, String sql, int start, int end) {
        return new SqlToken(kind, sql.substring(start, end), start, end);
    }
}
