package dev.lockstep.audit;

import dev.lockstep.db.Trouble;
import dev.lockstep.profile.AuditProfile.Direction;
import dev.lockstep.profile.AuditProfile.Order;
import dev.lockstep.profile.AuditProfile.Query;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the queries that one b-tree can serve: {@code select … from T where a = x and b > y order by c, d desc limit n}.
 * Whatever else a query has in it is refused, for an index that serves a part of a query may serve nothing.
 */
final class QueryReader {
    /** @param range the column that is compared with {@code <} or {@code >}, or null */
    record Parsed(String table, Query query, String range) {}

    private final String sql;
    private final List<String> tokens = new ArrayList<>();
    private int at;

    private QueryReader(String sql) {
        this.sql = sql;
    }

    /** @throws Trouble usage: it is no such query */
    static Parsed read(String sql) {
        QueryReader reader = new QueryReader(sql);
        reader.split();
        return reader.query();
    }

    private void split() {
        for (int i = 0; i < sql.length(); ) {
            char c = sql.charAt(i);
            int end = i + 1;
            if (Character.isWhitespace(c)) {
                i++;
                continue;
            }
            if (c == '\'' || c == '"' || c == '`') {
                end = afterQuote(i);
            } else if (Character.isLetterOrDigit(c) || c == '_') {
                while (end < sql.length()
                        && (Character.isLetterOrDigit(sql.charAt(end)) || "_.".indexOf(sql.charAt(end)) >= 0)) {
                    end++;
                }
            } else if ((c == '<' || c == '>') && end < sql.length() && sql.charAt(end) == '=') {
                end++;
            }
            tokens.add(sql.substring(i, end));
            i = end;
        }
        if (!tokens.isEmpty() && tokens.get(tokens.size() - 1).equals(";")) {
            tokens.remove(tokens.size() - 1);
        }
    }

    /** A quote that is doubled belongs to the text. */
    private int afterQuote(int from) {
        char quote = sql.charAt(from);
        int end = from;
        do {
            end = sql.indexOf(quote, end + 1) + 1;
            if (end == 0) {
                throw wrong("a quote that is not closed");
            }
        } while (end < sql.length() && sql.charAt(end) == quote);
        return end;
    }

    private Trouble wrong(String what) {
        return Trouble.usage(
                "cannot suggest an index for this query: " + what,
                "it takes: select … from T where a = ? and b > ? order by c desc limit n");
    }

    private String word() {
        return at < tokens.size() ? tokens.get(at).toLowerCase(Locale.ROOT) : "";
    }

    private boolean took(String keyword) {
        if (!word().equals(keyword)) {
            return false;
        }
        at++;
        return true;
    }

    private void take(String keyword) {
        if (!took(keyword)) {
            throw wrong("'" + keyword + "' was expected"
                    + (at < tokens.size() ? " instead of '" + tokens.get(at) + "'" : ""));
        }
    }

    private String name() {
        String token = at < tokens.size() ? tokens.get(at) : "";
        boolean quoted = token.startsWith("\"") || token.startsWith("`");
        if (!quoted && (token.isEmpty() || (!Character.isLetter(token.charAt(0)) && token.charAt(0) != '_'))) {
            throw wrong("a name was expected" + (token.isEmpty() ? "" : " instead of '" + token + "'"));
        }
        at++;
        return quoted ? token.substring(1, token.length() - 1) : token.substring(token.lastIndexOf('.') + 1);
    }

    private Parsed query() {
        take("select");
        while (at < tokens.size() && !word().equals("from")) {
            if (word().equals("(")) {
                throw wrong("a function, which reads more than the rows that it is shown");
            }
            at++;
        }
        take("from");
        String table = name();
        List<String> equals = new ArrayList<>();
        String range = took("where") ? conditions(equals) : null;
        List<Order> order = took("order") ? order() : List.of();
        long limit = 0;
        if (took("limit")) {
            limit = word().matches("\\d{1,18}") ? Long.parseLong(word()) : 1;
            at++;
            if (took("offset")) {
                at++;
            }
        }
        if (at < tokens.size()) {
            throw wrong("'" + tokens.get(at) + "' is not understood");
        }
        if (equals.isEmpty() && range == null && order.isEmpty()) {
            throw wrong("it compares and sorts nothing, so it reads the whole table");
        }
        return new Parsed(table, new Query(sql.strip(), equals, order, limit, null), range);
    }

    private String conditions(List<String> equals) {
        String range = null;
        do {
            String column = name();
            String operator = word();
            at++;
            switch (operator) {
                case "=" -> equals.add(column);
                case "<", ">", "<=", ">=" -> {
                    if (range != null && !range.equals(column)) {
                        throw wrong("ranges of two columns, of which an index serves one");
                    }
                    range = column;
                }
                default -> throw wrong("'" + operator + "' is not understood; =, <, > are");
            }
            at++;
        } while (took("and"));
        return range;
    }

    private List<Order> order() {
        take("by");
        List<Order> order = new ArrayList<>();
        do {
            String column = name();
            Direction direction = took("desc") ? Direction.DESCENDING : Direction.ASCENDING;
            if (direction == Direction.ASCENDING) {
                took("asc");
            }
            order.add(new Order(column, direction));
        } while (took(","));
        return order;
    }
}
