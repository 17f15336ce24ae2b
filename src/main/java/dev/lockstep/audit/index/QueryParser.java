package dev.lockstep.audit.index;

import dev.lockstep.audit.Relations;
import dev.lockstep.audit.Relations.Known;
import dev.lockstep.audit.Relations.Name;
import dev.lockstep.audit.index.QueryShape.Sorted;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads the queries that one b-tree can serve, as people copy them from logs: {@code select … from T where a = x and b > y
 * order by c, d desc limit n}, with the parameters and the quotes of whatever wrote them. A condition that no index serves is
 * named; what makes it another kind of query is refused, for an index that serves a part of a query may serve nothing.
 */
final class QueryParser {
    private static final Set<String> OTHERS =
            Set.of("WITH", "INSERT", "UPDATE", "DELETE", "REPLACE", "CREATE", "MERGE", "COPY", "ALTER", "DROP", "CALL");

    /** What ends the part of a query that stands before. */
    private static final Set<String> CLAUSES = Set.of(
            "WHERE",
            "GROUP",
            "HAVING",
            "ORDER",
            "LIMIT",
            "OFFSET",
            "FETCH",
            "FOR",
            "LOCK",
            "UNION",
            "INTERSECT",
            "EXCEPT",
            "WINDOW");

    /** What a log prints behind a query. */
    private static final Set<String> TRAILERS = Set.of("ARGS", "ALIAS", "DETAIL", "PARAMETERS");

    private static final Set<String> JOINS = Set.of(
            "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "OUTER", "STRAIGHT_JOIN", "TABLESAMPLE");

    private final Db db;
    private final Engine engine;
    private final String text;
    private final SqlCursor sql;
    private final Map<String, String> aliases = new HashMap<>();
    private final List<String> notes = new ArrayList<>();
    private Known table;
    private ConditionParser conditions;

    private QueryParser(Db db, String text) {
        this.db = db;
        this.engine = db.engine();
        this.text = text;
        this.sql = new SqlCursor(text);
    }

    /** @throws LockstepException usage: it is no such query, or its table or a column is not there */
    static QueryShape read(Db db, String text) {
        // Colours of a log.
        return new QueryParser(db, text.replaceAll("\u001b\\[[0-9;]*m", "")).query();
    }

    private QueryShape query() {
        brokenQuotes();
        start();
        int items = sql.at();
        skipToFrom();
        SqlCursor list = sql.part(items, sql.at());
        if (!sql.took("FROM")) {
            throw sql.expected("'from'");
        }
        from();
        List<Sorted> order = items(list);
        if (sql.took("WHERE")) {
            int from = sql.at();
            skipTo(CLAUSES);
            conditions.read(sql.part(from, sql.at()));
        }
        order = grouped(order);
        if (sql.took("ORDER")) {
            order = order();
        }
        long limit = rest();
        limit = limit == 0 && !order.isEmpty() && isExtreme(list) ? 1 : limit;
        String range = range(order);
        notes.addAll(conditions.notes);
        QueryShape shape = new QueryShape(
                text.strip(),
                table.name(),
                List.copyOf(conditions.equals),
                List.copyOf(conditions.nulls),
                List.copyOf(conditions.anyOf),
                range,
                order,
                limit,
                notes);
        if (shape.asksNothing()) {
            throw LockstepException.usage(
                    "cannot suggest an index for this query: it compares and sorts nothing that an index serves, so it"
                            + " reads the whole table",
                    conditions.notes.isEmpty() ? null : conditions.notes.get(0));
        }
        return shape;
    }

    private void brokenQuotes() {
        for (int i = 0; i < sql.end(); i++) {
            if (sql.peek(i).kind() == SqlToken.Kind.BROKEN) {
                throw sql.wrongAt(i, "a quote that is not closed");
            }
        }
    }

    /** Whatever a log puts before the query ends with a colon or a bracket; {@code explain} is no part of it either. */
    private void start() {
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
        if (before != null && !explain && !before.is(':') && !before.is(')')) {
            throw sql.wrongAt(0, "'" + sql.part(0, sql.end()).peek(0).text() + "' where 'select' was expected");
        }
        sql.next();
    }

    private void skipToFrom() {
        while (!sql.atEnd() && !sql.is("FROM")) {
            if (sql.is("OVER")) {
                throw sql.wrong("a window function, which reads more than the rows that it is shown");
            }
            int after = sql.afterGroup();
            for (int i = sql.at(); i < after; i++) {
                if (sql.part(i, after).is("SELECT")) {
                    throw sql.wrongAt(i, "a query in a query");
                }
            }
            sql.move(after);
        }
    }

    private void skipTo(Set<String> keywords) {
        while (!sql.atEnd() && !sql.isOneOf(keywords) && !isEnd()) {
            sql.move(sql.afterGroup());
        }
    }

    private boolean isEnd() {
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

    private void from() {
        if (sql.is('(')) {
            throw sql.wrong("a query in a query, or a table in brackets");
        }
        sql.took("ONLY");
        List<SqlToken> parts = new ArrayList<>();
        do {
            if (sql.peek(0) == null || !sql.peek(0).canName()) {
                throw sql.expected("the name of a table");
            }
            parts.add(sql.next());
        } while (sql.took('.'));
        if (sql.is('(')) {
            throw sql.wrong("a function that makes a table");
        }
        int last = parts.size() - 1;
        table = Relations.find(db, last > 0 ? Name.of(parts.get(last - 1)) : null, Name.of(parts.get(last)));
        notes.addAll(table.notes());
        Set<String> qualifiers = new LinkedHashSet<>(Set.of(lower(parts.get(last))));
        sql.took('*');
        boolean named = sql.took("AS");
        if (named || (sql.peek(0) != null && sql.peek(0).canName() && !isAfterTable())) {
            qualifiers.add(lower(sql.next()));
        }
        conditions = new ConditionParser(table, qualifiers, engine);
        indexHints();
        if (sql.is(',') || sql.isOneOf(JOINS)) {
            throw sql.wrong("'" + sql.peek(0).text() + "': more than one table");
        }
    }

    private static String lower(SqlToken token) {
        return token.name().toLowerCase(Locale.ROOT);
    }

    private boolean isAfterTable() {
        return sql.isOneOf(CLAUSES)
                || sql.isOneOf(JOINS)
                || sql.isOneOf(TRAILERS)
                || sql.isOneOf(Set.of("USE", "FORCE", "IGNORE", "INDEXED", "NOT", "PARTITION"));
    }

    /** The query may name an index itself; that is not what it asks for. */
    private void indexHints() {
        if (sql.took("INDEXED")) {
            sql.took("BY");
            sql.next();
        } else if (sql.is("NOT") && sql.peek(1) != null && sql.peek(1).is("INDEXED")) {
            sql.move(sql.at() + 2);
        }
        while (sql.isOneOf(Set.of("USE", "FORCE", "IGNORE"))) {
            while (!sql.atEnd() && !sql.is('(')) {
                sql.next();
            }
            sql.move(sql.atEnd() ? sql.at() : sql.afterGroup());
        }
    }

    /** Learns what the columns of the result are called. @return the order in which the one extreme that is asked for is first */
    private List<Sorted> items(SqlCursor list) {
        list.took("ALL");
        if (list.took("DISTINCT") && list.took("ON") && list.is('(')) {
            list.move(list.afterGroup());
        }
        if (isExtreme(list)) {
            SqlCursor inner = list.part(list.at() + 2, list.end());
            boolean largest = list.is("MAX");
            return conditions
                    .column(inner)
                    .map(column -> List.of(Sorted.of(column, largest, engine)))
                    .orElse(List.of());
        }
        for (int number = 1; !list.atEnd(); number++) {
            int from = list.at();
            while (!list.atEnd() && !list.is(',')) {
                list.move(list.afterGroup());
            }
            item(list.part(from, list.at()), number);
            list.took(',');
        }
        return List.of();
    }

    private void item(SqlCursor item, int number) {
        SqlToken first = item.peek(0);
        boolean plain = first != null
                && first.canName()
                && item.part(item.end() - 1, item.end()).peek(0).canName();
        if (!plain
                || item.end() - item.at() > 7
                || (item.peek(1) != null && item.peek(1).is('('))) {
            return;
        }
        Optional<String> column = conditions.column(item);
        item.took("AS");
        if (column.isPresent() && item.end() - item.at() <= 1) {
            aliases.put(String.valueOf(number), column.get());
            if (!item.atEnd()) {
                aliases.put(lower(item.peek(0)), column.get());
            }
        }
    }

    /** Whether all that is asked for is the largest or the smallest value of a column. */
    private boolean isExtreme(SqlCursor list) {
        SqlCursor look = list.part(list.at(), list.end());
        boolean called = look.peek(1) != null && look.peek(1).is('(');
        if (!called || !(look.is("MAX") || look.is("MIN"))) {
            return false;
        }
        look.next();
        look.move(look.afterGroup());
        look.took("AS");
        return look.atEnd() || look.end() - look.at() == 1;
    }

    private List<Sorted> grouped(List<Sorted> otherwise) {
        if (!sql.took("GROUP")) {
            return otherwise;
        }
        List<Sorted> order = order();
        if (sql.took("HAVING")) {
            skipTo(CLAUSES);
        }
        if (sql.is("ORDER")) {
            int from = sql.at();
            sql.next();
            skipTo(Set.of("LIMIT", "OFFSET", "FETCH", "FOR", "LOCK", "UNION", "INTERSECT", "EXCEPT"));
            notes.add("no index serves " + sql.text(from, sql.at()) + " at " + sql.place(from)
                    + ": groups are sorted when they are whole");
        }
        return order;
    }

    private List<Sorted> order() {
        if (!sql.took("BY")) {
            throw sql.expected("'by'");
        }
        List<Sorted> order = new ArrayList<>();
        boolean served = true;
        do {
            int from = sql.at();
            Optional<String> column = served ? orderColumn() : Optional.empty();
            while (!sql.atEnd() && !sql.is(',') && !isEnd() && !sql.isOneOf(CLAUSES) && !isDirection()) {
                column = Optional.empty();
                sql.move(sql.afterGroup());
            }
            if (sql.at() == from) {
                throw sql.expected("a column");
            }
            Sorted sorted = direction(column.orElse(""));
            if (column.isEmpty()) {
                served = false;
                notes.add("no index serves the order by " + sql.text(from, sql.at()) + " at " + sql.place(from)
                        + ": it is sorted");
            } else {
                order.add(sorted);
            }
        } while (sql.took(','));
        return order;
    }

    private boolean isDirection() {
        return sql.is("ASC") || sql.is("DESC") || sql.is("NULLS");
    }

    private Optional<String> orderColumn() {
        SqlToken token = sql.peek(0);
        boolean alone = token != null && (sql.peek(1) == null || !sql.peek(1).is('.'));
        if (alone
                && aliases.containsKey(lower(token))
                && table.column(Name.of(token)).isEmpty()) {
            sql.next();
            return Optional.of(aliases.get(lower(token)));
        }
        return conditions.column(sql);
    }

    private Sorted direction(String column) {
        boolean descending = sql.took("DESC");
        if (!descending) {
            sql.took("ASC");
        }
        boolean nullsFirst = Sorted.nullsFirst(descending, engine);
        if (sql.took("NULLS")) {
            nullsFirst = sql.is("FIRST");
            if (!sql.took("FIRST") && !sql.took("LAST")) {
                throw sql.expected("'first' or 'last'");
            }
        }
        return new Sorted(column, descending, nullsFirst);
    }

    /** What may follow the order. @return the limit; 1 if it is a parameter, 0 if there is none */
    private long rest() {
        long limit = 0;
        while (!isEnd()) {
            boolean takes = sql.is("LIMIT") || sql.is("FETCH");
            if (takes || sql.is("OFFSET")) {
                sql.next();
                int from = sql.at();
                skipTo(CLAUSES);
                limit = takes ? number(sql.part(from, sql.at())) : limit;
            } else if (sql.is("FOR") || sql.is("LOCK")) {
                while (!isEnd()) {
                    sql.next();
                }
            } else {
                throw sql.wrong("'" + sql.peek(0).text() + "' is not understood");
            }
        }
        if (sql.took(';') && !isEnd()) {
            throw sql.wrong("'" + sql.peek(0).text() + "': a second statement");
        }
        return limit;
    }

    private static long number(SqlCursor value) {
        while (!value.atEnd() && value.isOneOf(Set.of("FIRST", "NEXT"))) {
            value.next();
        }
        if (value.is("ALL")) {
            return 0;
        }
        SqlToken first = value.peek(0);
        return first != null && first.text().matches("\\d{1,9}") ? Math.max(1, Long.parseLong(first.text())) : 1;
    }

    /** Of several ranges an index serves one: that of the order, else the first beside columns that are equal. */
    private String range(List<Sorted> order) {
        Set<String> ranges = new LinkedHashSet<>(conditions.ranges);
        ranges.removeAll(conditions.equals);
        if (ranges.size() < 2) {
            return ranges.stream().findFirst().orElse(null);
        }
        String first = order.isEmpty() ? null : order.get(0).column();
        if (!ranges.contains(first) && conditions.equals.isEmpty()) {
            throw LockstepException.usage(
                    "cannot suggest an index for this query: ranges of two columns, of which an index serves one: "
                            + String.join(", ", ranges),
                    null);
        }
        String chosen = ranges.contains(first) ? first : ranges.iterator().next();
        ranges.remove(chosen);
        notes.add("of several ranges an index serves one; " + String.join(", ", ranges) + " is checked row by row");
        return chosen;
    }
}
