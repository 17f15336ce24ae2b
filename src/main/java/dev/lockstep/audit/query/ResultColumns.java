package dev.lockstep.audit.query;

import dev.lockstep.audit.query.QueryShape.Sorted;
import dev.lockstep.db.Engine;
import dev.lockstep.db.sqlite.SqlToken;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** What a query selects, and what that is called in its {@code order by}. */
final class ResultColumns {
    private final OperandParser operands;
    private final Engine engine;
    private final Map<String, String> aliases = new HashMap<>();

    ResultColumns(OperandParser operands, Engine engine) {
        this.operands = operands;
        this.engine = engine;
    }

    /** The column of the table that is selected under this name, or has this number. */
    Optional<String> named(SqlToken name) {
        return Optional.ofNullable(aliases.get(name.name().toLowerCase(Locale.ROOT)));
    }

    /** Reads the list. @return the order in which the one extreme that is asked for is first */
    List<Sorted> read(SqlCursor list) {
        list.took("ALL");
        if (list.took("DISTINCT") && list.took("ON") && list.is('(')) {
            list.move(list.afterGroup());
        }
        if (isExtreme(list)) {
            SqlCursor inner = list.part(list.at() + 2, list.end());
            boolean largest = list.is("MAX");
            return operands.column(inner)
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
        Optional<String> column = operands.column(item);
        item.took("AS");
        if (column.isPresent() && item.end() - item.at() <= 1) {
            aliases.put(String.valueOf(number), column.get());
            if (!item.atEnd()) {
                aliases.put(item.peek(0).name().toLowerCase(Locale.ROOT), column.get());
            }
        }
    }

    /** Whether all that is asked for is the largest or the smallest value of a column. */
    boolean isExtreme(SqlCursor list) {
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
}
