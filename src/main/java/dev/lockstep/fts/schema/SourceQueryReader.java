package dev.lockstep.fts.schema;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Reads what insert triggers write into one FTS5 table, as queries. Whatever cannot be said so is refused: a rebuild
 * from a wrong query would be wrong without anybody noticing.
 */
public final class SourceQueryReader {
    /** Give another value when they are asked again, or one that only the running trigger knows. */
    private static final Set<String> UNSTABLE = Set.of(
            "random",
            "randomblob",
            "current_time",
            "current_date",
            "current_timestamp",
            "last_insert_rowid",
            "changes",
            "total_changes",
            "fts5_locale",
            "raise");

    /** Mean the present when they are given no time. */
    private static final Set<String> CLOCKS = Set.of("date", "time", "datetime", "julianday", "unixepoch");

    /** Make a query of more than the new row. */
    private static final Set<String> BEYOND_A_ROW =
            Set.of("FROM", "UNION", "EXCEPT", "INTERSECT", "GROUP", "HAVING", "ORDER", "LIMIT", "WINDOW", "DISTINCT");

    private final FtsTable table;

    public SourceQueryReader(FtsTable table) {
        this.table = table;
    }

    /**
     * What a trigger's statements write for one new row.
     *
     * @param isColumn whether the trigger's table has a column of that name, which a word in double quotes would mean in a
     *     query and not in the trigger
     * @param isUnique whether no two rows of it share a value in that column
     * @throws LockstepException usage: it cannot be said as a query
     */
    public List<SourceQuery> read(TriggerStatement trigger, Predicate<String> isColumn, Predicate<String> isUnique) {
        if (trigger.timing() != TriggerStatement.Timing.AFTER) {
            throw underivable(trigger.name() + " fires before the row is there");
        }
        List<SourceQuery> queries = new ArrayList<>();
        List<WriteStatement> deletes = new ArrayList<>();
        trigger.when().ifPresent(when -> check(SqlToken.of(when), isColumn));
        for (WriteStatement write : trigger.writes()) {
            if (!SqlToken.fold(write.target()).equals(SqlToken.fold(table.name())) || isCommand(write)) {
                continue;
            }
            switch (write.verb()) {
                case UPDATE -> throw underivable(trigger.name() + " also updates it");
                case DELETE -> {
                    if (!queries.isEmpty()) {
                        throw underivable(trigger.name() + " also deletes from it");
                    }
                    deletes.add(write);
                }
                case INSERT -> {
                    check(write.content(), isColumn);
                    queries.addAll(queries(trigger, write));
                }
            }
        }
        for (WriteStatement delete : deletes) {
            if (queries.size() != 1 || !deletesOnlyItself(delete, queries.get(0), isUnique)) {
                throw underivable(trigger.name() + " also deletes from it");
            }
        }
        return queries;
    }

    public LockstepException underivable(String why) {
        return new LockstepException(
                        LockstepException.Kind.USAGE,
                        "no-mapping",
                        "what belongs into " + table.name() + " cannot be told from its insert triggers: " + why,
                        null,
                        null)
                .advising(FtsRemedy.LEAVE_OUT_OR_SAY_THE_QUERY.of());
    }

    /** {@code insert into f(f) values ('optimize')}: FTS5's way of taking commands. */
    private boolean isCommand(WriteStatement write) {
        String name = SqlToken.fold(table.name());
        return write.verb() == WriteStatement.Verb.INSERT
                && write.columns().stream()
                        .anyMatch(column -> SqlToken.fold(column).equals(name));
    }

    /**
     * What one INSERT of a trigger writes.
     *
     * @throws LockstepException usage: it cannot be said as a query
     */
    public List<SourceQuery> queries(TriggerStatement trigger, WriteStatement insert) {
        List<SqlToken> content = insert.content();
        if (content.isEmpty()) {
            throw underivable(trigger.name() + " inserts nothing that is known here");
        }
        List<SourceQuery> queries = new ArrayList<>();
        if (content.get(0).is("VALUES")) {
            for (List<SqlToken> row : split(content.subList(1, content.size()))) {
                queries.add(query(trigger, insert, split(row.subList(1, row.size() - 1)), trigger.when()));
            }
        } else {
            queries.add(selected(trigger, insert, content));
        }
        return queries;
    }

    private SourceQuery selected(TriggerStatement trigger, WriteStatement insert, List<SqlToken> content) {
        if (!content.get(0).is("SELECT")) {
            throw underivable(trigger.name() + " inserts in a way that is not known here");
        }
        int where = content.size();
        int depth = 0;
        for (int i = 1; i < content.size(); i++) {
            SqlToken token = content.get(i);
            depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
            if (depth == 0 && token.kind() == SqlToken.Kind.WORD) {
                where = token.is("WHERE") ? i : where;
                if (BEYOND_A_ROW.contains(token.text().toUpperCase(Locale.ROOT))) {
                    throw underivable(trigger.name() + " inserts what a query finds");
                }
            }
        }
        Optional<String> condition = trigger.when();
        if (where < content.size()) {
            String own = insert.text(content.subList(where + 1, content.size()));
            condition = Optional.of(
                    condition.map(when -> "(" + when + ") and (" + own + ")").orElse(own));
        }
        return query(trigger, insert, split(content.subList(1, where)), condition);
    }

    private SourceQuery query(
            TriggerStatement trigger, WriteStatement insert, List<List<SqlToken>> values, Optional<String> condition) {
        List<String> columns = insert.columns().isEmpty()
                ? table.columns()
                : insert.columns().stream()
                        .map(column -> table.isRowid(column) ? "rowid" : column)
                        .toList();
        List<String> expressions = new ArrayList<>();
        for (List<SqlToken> value : values) {
            int size = value.size();
            boolean named = size > 2 && value.get(size - 2).is("AS");
            expressions.add("(" + insert.text(named ? value.subList(0, size - 2) : value) + ")");
        }
        if (expressions.size() != columns.size()) {
            throw underivable(
                    trigger.name() + " has " + expressions.size() + " values for " + columns.size() + " columns");
        }
        return new SourceQuery(trigger.table(), columns, expressions, condition.map(text -> "(" + text + ")"));
    }

    /** The parts between the commas outside all parentheses. */
    static List<List<SqlToken>> split(List<SqlToken> tokens) {
        List<List<SqlToken>> parts = new ArrayList<>();
        int from = 0;
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
            if (depth == 0 && token.is(',')) {
                parts.add(tokens.subList(from, i));
                from = i + 1;
            }
        }
        parts.add(tokens.subList(from, tokens.size()));
        return parts;
    }

    /**
     * {@code delete from f where c = new.k} before the insert is harmless if the insert fills {@code c} with the very same
     * {@code new.k} and no two base rows share it.
     */
    private boolean deletesOnlyItself(WriteStatement delete, SourceQuery query, Predicate<String> isUnique) {
        List<SqlToken> rest = delete.rest();
        if (rest.size() != 6 || !rest.get(0).is("WHERE")) {
            return false;
        }
        boolean columnFirst = rest.get(2).is('=');
        SqlToken column = rest.get(columnFirst ? 1 : 5);
        List<SqlToken> key = columnFirst ? rest.subList(3, 6) : rest.subList(1, 4);
        if (!(columnFirst || rest.get(4).is('='))
                || !key.get(0).is("new")
                || !key.get(1).is('.')) {
            return false;
        }
        boolean byRowid = table.isRowid(column.name());
        String filled = byRowid ? query.rowid().orElse("") : query.expression(column.name());
        return SqlToken.fold(filled).equals(SqlToken.fold("(" + delete.text(key) + ")"))
                && (byRowid || isUnique.test(key.get(2).name()));
    }

    private void check(List<SqlToken> tokens, Predicate<String> isColumn) {
        int subquery = 0;
        int depth = 0;
        for (int i = 0; i < tokens.size(); i++) {
            SqlToken token = tokens.get(i);
            depth += token.is('(') ? 1 : token.is(')') ? -1 : 0;
            if (token.is('(') && subquery == 0 && follows(tokens, i, "SELECT")) {
                subquery = depth;
            } else if (depth < subquery) {
                subquery = 0;
            }
            if (isUnstable(tokens, i)) {
                throw underivable(token.text() + " gives another value each time");
            }
            // In the trigger it is text, by an old leniency of SQLite; inside a subquery it is mostly a column.
            if (subquery == 0 && token.text().startsWith("\"") && isLoose(tokens, i) && isColumn.test(token.name())) {
                throw underivable(token.text() + " is text in the trigger and would be a column in a query");
            }
        }
    }

    private static boolean isUnstable(List<SqlToken> tokens, int at) {
        SqlToken token = tokens.get(at);
        String word = SqlToken.fold(token.text());
        return switch (token.kind()) {
            case WORD ->
                (UNSTABLE.contains(word) && !follows(tokens, at - 2, "."))
                        || (CLOCKS.contains(word) && follows(tokens, at, "(") && follows(tokens, at + 1, ")"));
            case STRING -> word.equals("'now'");
            case QUOTED, NUMBER, BLOB, SIGN, BROKEN -> false;
        };
    }

    /** Neither a part of a qualified name, nor a function, nor the name that follows AS. */
    private static boolean isLoose(List<SqlToken> tokens, int at) {
        return !follows(tokens, at - 2, ".")
                && !follows(tokens, at - 2, "AS")
                && !follows(tokens, at, ".")
                && !follows(tokens, at, "(");
    }

    private static boolean follows(List<SqlToken> tokens, int at, String text) {
        return at + 1 >= 0
                && at + 1 < tokens.size()
                && tokens.get(at + 1).text().equalsIgnoreCase(text);
    }
}
