package dev.lockstep.audit.query;

import dev.lockstep.audit.query.QueryShape.Sorted;
import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads an {@code order by} or a {@code group by}, as far as an index serves it. */
final class OrderParser {
    private final OperandParser operands;
    private final ResultColumns results;
    private final Engine engine;
    private final List<String> notes;

    /** @param notes takes what whoever asked should know */
    OrderParser(OperandParser operands, ResultColumns results, Engine engine, List<String> notes) {
        this.operands = operands;
        this.results = results;
        this.engine = engine;
        this.notes = notes;
    }

    /** Reads what comes after {@code order} or {@code group}: the columns by which an index can sort. */
    List<Sorted> read(SqlCursor sql) {
        if (!sql.took("BY")) {
            throw sql.expected("'by'");
        }
        List<Sorted> order = new ArrayList<>();
        boolean served = true;
        do {
            int from = sql.at();
            Optional<String> column = served ? column(sql) : Optional.empty();
            while (!sql.atEnd()
                    && !sql.is(',')
                    && !LoggedQuery.isEnd(sql)
                    && !sql.isOneOf(QueryParser.CLAUSES)
                    && !isDirection(sql)) {
                column = Optional.empty();
                sql.move(sql.afterGroup());
            }
            if (sql.at() == from) {
                throw sql.expected("a column");
            }
            Sorted sorted = direction(sql, column.orElse(""));
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

    private static boolean isDirection(SqlCursor sql) {
        return sql.is("ASC") || sql.is("DESC") || sql.is("NULLS");
    }

    private Optional<String> column(SqlCursor sql) {
        SqlToken token = sql.peek(0);
        boolean alone = token != null && (sql.peek(1) == null || !sql.peek(1).is('.'));
        Optional<String> named = alone && !operands.has(token) ? results.named(token) : Optional.empty();
        if (named.isPresent()) {
            sql.next();
            return named;
        }
        return operands.column(sql);
    }

    private Sorted direction(SqlCursor sql, String column) {
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
}
