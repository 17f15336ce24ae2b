package dev.lockstep.audit.query;

import dev.lockstep.audit.query.QueryShape.Sorted;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a {@code where}: the conditions that all have to hold, and what each says of a column. */
final class ConditionParser {
    private final OperandParser operands;
    final Set<String> equals = new LinkedHashSet<>();
    final Set<String> nulls = new LinkedHashSet<>();
    final Set<String> anyOf = new LinkedHashSet<>();

    /** In the order in which they stand. */
    private final Set<String> ranges = new LinkedHashSet<>();

    ConditionParser(OperandParser operands) {
        this.operands = operands;
    }

    /** Reads all that is there as conditions that all have to hold. */
    void read(SqlCursor sql) {
        int from = sql.at();
        boolean between = false;
        List<int[]> terms = new ArrayList<>();
        while (!sql.atEnd()) {
            if (sql.is("OR") || sql.is("XOR")) {
                throw sql.wrong("'" + sql.peek(0).text() + "': one index serves conditions that all hold");
            }
            between |= sql.is("BETWEEN");
            if (sql.is("AND") && !between) {
                terms.add(new int[] {from, sql.at()});
                sql.move(sql.at() + 1);
                from = sql.at();
            } else {
                between &= !sql.is("AND");
                sql.move(sql.afterGroup());
            }
        }
        terms.add(new int[] {from, sql.at()});
        for (int[] term : terms) {
            if (term[0] == term[1]) {
                throw sql.part(term[0], sql.end()).expected("a condition");
            }
            term(sql.part(term[0], term[1]));
        }
    }

    private void term(SqlCursor sql) {
        int from = sql.at();
        if (sql.is('(') && sql.afterGroup() == sql.end()) {
            SqlCursor inner = sql.part(from + 1, sql.end() - 1);
            if (isAlternative(inner)) {
                unserved(sql, from, "alternatives");
            } else {
                read(inner);
            }
            return;
        }
        if (sql.is('(') && row(sql)) {
            return;
        }
        if (sql.is("NOT") || sql.is("EXISTS")) {
            unserved(sql, from, "no comparison with a value");
            return;
        }
        Optional<String> column = operands.column(sql);
        if (column.isPresent()) {
            if (!compared(sql, column.get())) {
                unserved(sql, from, "no comparison with a value");
            }
        } else if (!flipped(sql, from) && !operands.isConstant(sql.part(from, sql.end()))) {
            unserved(sql, from, "not a column that is compared");
        }
    }

    private static boolean isAlternative(SqlCursor inner) {
        SqlCursor look = inner.part(inner.at(), inner.end());
        while (!look.atEnd()) {
            if (look.is("OR") || look.is("XOR") || look.is("SELECT") || look.is(',')) {
                return true;
            }
            look.move(look.afterGroup());
        }
        return false;
    }

    private void unserved(SqlCursor sql, int from, String why) {
        operands.note("no index serves " + sql.text(from, sql.end()) + " at " + sql.place(from) + ": " + why
                + "; it is checked row by row");
    }

    /** {@code 7 = a}: the column stands behind. */
    private boolean flipped(SqlCursor sql, int from) {
        for (int i = from; i < sql.end(); i = next(sql, i)) {
            SqlCursor here = sql.part(i, sql.end());
            String operator = operator(here);
            if (!operator.isEmpty()) {
                SqlCursor right = here.part(here.at(), sql.end());
                Optional<String> column = operands.column(right);
                boolean plain =
                        column.isPresent() && right.atEnd() && i > from && operands.isConstant(sql.part(from, i));
                return plain && take(operator, column.get());
            }
        }
        return false;
    }

    private static int next(SqlCursor sql, int at) {
        return sql.part(at, sql.end()).afterGroup();
    }

    /** {@code (a, b) = (?, ?)}, {@code (a, b) < (?, ?)}. */
    private boolean row(SqlCursor sql) {
        int start = sql.at();
        int close = sql.afterGroup();
        SqlCursor inner = sql.part(start + 1, close - 1);
        List<String> columns = new ArrayList<>();
        do {
            Optional<String> column = operands.column(inner);
            if (column.isEmpty()) {
                return false;
            }
            columns.add(column.get());
        } while (inner.took(','));
        SqlCursor rest = sql.part(close, sql.end());
        String operator = operator(rest);
        if (!inner.atEnd() || operator.isEmpty() || !operands.isConstant(rest)) {
            return false;
        }
        if (operator.equals("=")) {
            equals.addAll(columns);
            return true;
        }
        return take(operator, columns.get(0));
    }

    private boolean take(String operator, String column) {
        switch (operator) {
            case "=", "==", "<=>" -> equals.add(column);
            case "<", ">", "<=", ">=" -> ranges.add(column);
            default -> {
                return false;
            }
        }
        return true;
    }

    /** What follows the column. */
    private boolean compared(SqlCursor sql, String column) {
        if (sql.took("IS")) {
            return is(sql, column);
        }
        if (sql.took("IN")) {
            return in(sql, column);
        }
        if (sql.took("BETWEEN")) {
            return !sql.took("SYMMETRIC") && operands.isConstant(sql.part(sql.at(), sql.end())) && ranges.add(column);
        }
        if (sql.is("LIKE") || sql.is("GLOB")) {
            return like(sql, column);
        }
        String operator = operator(sql);
        if (operator.isEmpty()) {
            return false;
        }
        if (sql.is("ANY") || sql.is("SOME") || sql.is("ALL")) {
            boolean any = operator.equals("=") && !sql.is("ALL");
            return any && operands.isConstant(sql.part(sql.at() + 1, sql.end())) && anyOf.add(column);
        }
        return operands.isConstant(sql) && take(operator, column);
    }

    /** Texts that begin alike are a range, in an order that tells letters apart as the comparison does. */
    private boolean like(SqlCursor sql, String column) {
        boolean glob = sql.next().is("GLOB");
        SqlToken pattern = sql.peek(0);
        boolean begins = pattern != null
                && pattern.kind() == SqlToken.Kind.STRING
                && pattern.text().length() > 2
                && (glob ? "*?[" : "%_").indexOf(pattern.text().charAt(1)) < 0;
        if (sql.end() - sql.at() != 1 || !begins) {
            return false;
        }
        if (operands.sortsLike(column, glob)) {
            ranges.add(column);
        }
        return true;
    }

    private boolean is(SqlCursor sql, String column) {
        if (sql.took("NULL")) {
            nulls.add(column);
            return sql.atEnd();
        }
        if (sql.took("NOT")) {
            boolean same = sql.took("DISTINCT") && sql.took("FROM") && operands.isConstant(sql);
            return same && equals.add(column);
        }
        return !sql.is("TRUE")
                && !sql.is("FALSE")
                && !sql.is("UNKNOWN")
                && !sql.is("DISTINCT")
                && operands.isConstant(sql)
                && equals.add(column);
    }

    private boolean in(SqlCursor sql, String column) {
        int from = sql.at();
        if (!operands.isConstant(sql) || (sql.is('(') && sql.afterGroup() != sql.end())) {
            return false;
        }
        boolean several = !sql.is('(');
        for (int i = from + 1; sql.is('(') && i < sql.end() - 1; i = next(sql, i)) {
            several |= sql.part(i, sql.end()).is(',');
        }
        return several ? anyOf.add(column) : equals.add(column);
    }

    /** Takes an operator of signs; empty if none is here. */
    private static String operator(SqlCursor sql) {
        StringBuilder operator = new StringBuilder();
        while (sql.peek(0) != null
                && sql.peek(0).kind() == SqlToken.Kind.SIGN
                && "=<>!~@&|#^".indexOf(sql.peek(0).text()) >= 0
                && (operator.length() == 0 || sql.peek(-1).end() == sql.peek(0).start())) {
            if (operator.length() > 0 && sql.is('@')) {
                break;
            }
            operator.append(sql.next().text());
        }
        return operator.toString();
    }

    /** Of several ranges an index serves one: that of the order, else the first beside columns that are equal. */
    String range(List<Sorted> order) {
        Set<String> several = new LinkedHashSet<>(ranges);
        several.removeAll(equals);
        if (several.size() < 2) {
            return several.stream().findFirst().orElse(null);
        }
        String first = order.isEmpty() ? null : order.get(0).column();
        if (!several.contains(first) && equals.isEmpty()) {
            throw LockstepException.usage(
                    "cannot suggest an index for this query: ranges of two columns, of which an index serves one: "
                            + String.join(", ", several),
                    null);
        }
        String chosen = several.contains(first) ? first : several.iterator().next();
        several.remove(chosen);
        operands.note(
                "of several ranges an index serves one; " + String.join(", ", several) + " is checked row by row");
        return chosen;
    }
}
