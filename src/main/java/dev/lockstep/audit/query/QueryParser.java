package dev.lockstep.audit.query;

import dev.lockstep.audit.Relations;
import dev.lockstep.audit.Relations.Known;
import dev.lockstep.audit.Relations.Name;
import dev.lockstep.audit.query.QueryShape.Sorted;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Reads the queries that one b-tree can serve, as people copy them from logs: {@code select … from T where a = x and b > y
 * order by c, d desc limit n}, with the parameters and the quotes of whatever wrote them. A condition that no index serves is
 * named; what makes it another kind of query is refused, for an index that serves a part of a query may serve nothing.
 */
public final class QueryParser {
    /** What ends the part of a query that stands before. */
    static final Set<String> CLAUSES = Set.of(
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

    private static final Set<String> JOINS = Set.of(
            "JOIN", "INNER", "LEFT", "RIGHT", "FULL", "CROSS", "NATURAL", "OUTER", "STRAIGHT_JOIN", "TABLESAMPLE");

    private final Db db;
    private final Engine engine;
    private final String text;
    private final SqlCursor sql;
    private final List<String> notes = new ArrayList<>();
    private Known table;
    private OperandParser operands;
    private ConditionParser conditions;
    private ResultColumns results;
    private OrderParser order;

    private QueryParser(Db db, String text) {
        this.db = db;
        this.engine = db.engine();
        this.text = text;
        this.sql = new SqlCursor(LoggedQuery.asked(text, engine));
    }

    /**
     * Reads a query.
     *
     * @throws LockstepException usage: it is no such query, or its table or a column is not there
     */
    public static QueryShape read(Db db, String text) {
        return new QueryParser(db, LoggedQuery.plain(text)).query();
    }

    private QueryShape query() {
        LoggedQuery.start(sql);
        int items = sql.at();
        skipToFrom();
        SqlCursor list = sql.part(items, sql.at());
        if (!sql.took("FROM")) {
            throw sql.expected("'from'");
        }
        from();
        List<Sorted> order = results.read(list);
        if (sql.took("WHERE")) {
            int from = sql.at();
            skipTo(CLAUSES);
            conditions.read(sql.part(from, sql.at()));
        }
        order = grouped(order);
        if (sql.took("ORDER")) {
            order = this.order.read(sql);
        }
        long limit = rest();
        limit = limit == 0 && !order.isEmpty() && results.isExtreme(list) ? 1 : limit;
        String range = conditions.range(order);
        notes.addAll(operands.notes());
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
                    operands.notes().isEmpty() ? null : operands.notes().get(0));
        }
        return shape;
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
        while (!sql.atEnd() && !sql.isOneOf(keywords) && !LoggedQuery.isEnd(sql)) {
            sql.move(sql.afterGroup());
        }
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
        operands = new OperandParser(table, qualifiers, engine);
        conditions = new ConditionParser(operands);
        results = new ResultColumns(operands, engine);
        order = new OrderParser(operands, results, engine, notes);
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
                || LoggedQuery.isTrailer(sql)
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

    private List<Sorted> grouped(List<Sorted> otherwise) {
        if (!sql.took("GROUP")) {
            return otherwise;
        }
        List<Sorted> order = this.order.read(sql);
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

    /** What may follow the order. @return the limit; 1 if it is a parameter, 0 if there is none */
    private long rest() {
        long limit = 0;
        while (!LoggedQuery.isEnd(sql)) {
            boolean takes = sql.is("LIMIT") || sql.is("FETCH");
            if (takes || sql.is("OFFSET")) {
                sql.next();
                int from = sql.at();
                skipTo(CLAUSES);
                limit = takes ? number(sql.part(from, sql.at())) : limit;
            } else if (sql.is("FOR") || sql.is("LOCK")) {
                while (!LoggedQuery.isEnd(sql)) {
                    sql.next();
                }
            } else {
                throw sql.wrong("'" + sql.peek(0).text() + "' is not understood");
            }
        }
        if (sql.took(';') && !LoggedQuery.isEnd(sql)) {
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
}
