package dev.lockstep.fts.content;

import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.fts.schema.ContentTable;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.SourceQuery;
import dev.lockstep.fts.schema.SourceQueryReader;
import dev.lockstep.fts.schema.TriggerCompileCheck;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.journal.TableKey;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Tells what an FTS5 table ought to hold, by its triggers, by its definition, or by what is declared. */
public final class ExpectedContentReader {
    private ExpectedContentReader() {}

    /**
     * Reads it out of the triggers that write the table; those on other events than INSERT say nothing about it.
     *
     * @throws dev.lockstep.support.LockstepException usage: it cannot be told
     */
    public static ExpectedContent of(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        SourceQueryReader reader = new SourceQueryReader(table);
        List<SourceQuery> queries = new ArrayList<>();
        Map<String, ContentTable> bases = new HashMap<>();
        for (TriggerStatement trigger : writers) {
            if (trigger.event() == TriggerStatement.Event.INSERT) {
                ContentTable base = bases.computeIfAbsent(
                        SqlToken.fold(trigger.table()), name -> ContentTable.read(tx, trigger.table()));
                queries.addAll(reader.read(trigger, base::has, base::isUnique));
            }
        }
        if (queries.isEmpty()) {
            throw reader.underivable("there is none that inserts into it");
        }
        return checked(
                tx,
                table,
                of(table, queries, bases.get(SqlToken.fold(queries.get(0).base()))));
    }

    /**
     * The same by another word: what an external-content table reads; or all columns, whatever the triggers write.
     *
     * @param bases what the index is about
     * @throws dev.lockstep.support.LockstepException usage: it cannot be told
     */
    public static ExpectedContent declared(
            Tx tx, FtsTable table, List<TriggerStatement> writers, List<String> bases, FtsTable.Columns columns) {
        if (table.kind() == FtsTable.Kind.EXTERNAL_CONTENT) {
            return selective(tx, table, writers).orElseGet(() -> content(tx, table));
        }
        return switch (columns) {
            case WRITTEN -> of(tx, table, writers);
            case ALL -> allColumns(tx, table, writers, bases);
        };
    }

    /** What a table that keeps its own text has kept, which is all there is where no trigger says what belongs into it. */
    public static ExpectedContent ofOwnText(Tx tx, FtsTable table) {
        Identifier kept = table.shadow("content");
        List<String> stored = SqliteCatalog.of(tx).columns(kept.name()).stream()
                .map(SqliteCatalog.Column::name)
                .toList();
        List<String> expressions = new ArrayList<>();
        for (int i = 1; i <= table.columns().size(); i++) {
            expressions.add("(new." + new Identifier(stored.get(i)) + ")");
        }
        SourceQuery query = new SourceQuery(kept.name(), table.columns(), expressions, Optional.empty())
                .withRowid(Optional.of("(new." + new Identifier(stored.get(0)) + ")"));
        return new ExpectedContent(table, List.of(query), ExpectedContent.Numbers.WRITTEN, Optional.empty());
    }

    /** Every row of the content table, as it is. */
    private static ExpectedContent content(Tx tx, FtsTable table) {
        String rowid = table.option("content_rowid").orElse("rowid");
        return checked(tx, table, named(table, table.content().orElseThrow(), Optional.of(rowid), Optional.empty()));
    }

    /** What the insert triggers of an external-content table write, if that is not simply every row as it is. */
    private static Optional<ExpectedContent> selective(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        String content = table.content().orElseThrow();
        boolean elsewhere = writers.stream()
                .anyMatch(trigger -> trigger.event() == TriggerStatement.Event.INSERT && !trigger.isOn(content));
        if (elsewhere || writers.stream().noneMatch(trigger -> trigger.event() == TriggerStatement.Event.INSERT)) {
            return Optional.empty();
        }
        ExpectedContent written;
        try {
            written = of(tx, table, writers);
        } catch (LockstepException e) {
            if (e.kind() != LockstepException.Kind.USAGE) {
                throw e;
            }
            return Optional.empty();
        }
        Optional<String> number = TableKey.of(tx, content)
                .filter(key -> key.kind() == TableKey.Kind.ROWID)
                .map(key -> key.columns().get(0));
        return written.isContent(number) ? Optional.empty() : Optional.of(written);
    }

    private static ExpectedContent allColumns(
            Tx tx, FtsTable table, List<TriggerStatement> writers, List<String> bases) {
        SourceQueryReader reader = new SourceQueryReader(table);
        if (bases.size() != 1) {
            throw reader.underivable("all columns of which table? It is about " + bases.size());
        }
        ContentTable base = ContentTable.read(tx, bases.get(0));
        for (String column : table.columns()) {
            if (!base.columns().contains(SqlToken.fold(column))) {
                throw reader.underivable(base.name() + " has no column " + column);
            }
        }
        Optional<String> condition = Optional.empty();
        Optional<String> rowid = Optional.empty();
        boolean triggered = writers.stream().anyMatch(trigger -> trigger.event() == TriggerStatement.Event.INSERT);
        if (triggered && table.kind() != FtsTable.Kind.OWN_CONTENT) {
            SourceQuery written = of(tx, table, writers).first();
            condition = written.condition();
            rowid = written.rowid();
        }
        SourceQuery query =
                named(table, base.name(), Optional.empty(), condition).first().withRowid(rowid);
        return checked(tx, table, of(table, List.of(query), base));
    }

    /** Each column from the column of its name. */
    private static ExpectedContent named(
            FtsTable table, String base, Optional<String> rowid, Optional<String> condition) {
        List<String> expressions = new ArrayList<>();
        for (String column : table.columns()) {
            expressions.add("(new." + new Identifier(column) + ")");
        }
        SourceQuery query = new SourceQuery(base, table.columns(), expressions, condition)
                .withRowid(rowid.map(name -> "(new." + new Identifier(name) + ")"));
        return new ExpectedContent(table, List.of(query), ExpectedContent.Numbers.WRITTEN, Optional.empty());
    }

    private static ExpectedContent checked(Tx tx, FtsTable table, ExpectedContent expected) {
        TriggerCompileCheck.objection(tx, expected.query()).ifPresent(objection -> {
            if (Unopened.isForeign(objection)) {
                throw Unopened.lacking("what belongs into " + table.name() + " cannot be read: " + objection);
            }
            throw new SourceQueryReader(table).underivable(objection);
        });
        return expected;
    }

    /** A row whose number nobody chose gets its base row's: then the two can be compared without sorting either. */
    private static ExpectedContent of(FtsTable table, List<SourceQuery> queries, ContentTable base) {
        if (queries.stream().allMatch(query -> query.rowid().isPresent())) {
            return new ExpectedContent(table, queries, ExpectedContent.Numbers.WRITTEN, Optional.empty());
        }
        if (queries.size() > 1 || table.kind() != FtsTable.Kind.OWN_CONTENT) {
            return new ExpectedContent(table, queries, ExpectedContent.Numbers.UNKNOWN, Optional.empty());
        }
        SourceQuery only = queries.get(0);
        Optional<ExpectedContent.Key> key = key(table, only, base);
        return base.rowid().isEmpty()
                ? new ExpectedContent(table, queries, ExpectedContent.Numbers.UNKNOWN, key)
                : new ExpectedContent(
                        table,
                        List.of(only.withRowid(base.rowid().map(name -> "(new." + name + ")"))),
                        ExpectedContent.Numbers.GIVEN,
                        key);
    }

    private static Optional<ExpectedContent.Key> key(FtsTable table, SourceQuery query, ContentTable base) {
        for (int i = 0; i < table.columns().size(); i++) {
            String column = table.columns().get(i);
            List<SqlToken> expression = SqlToken.of(query.expression(column));
            boolean plain = expression.size() == 5
                    && expression.get(1).is("NEW")
                    && expression.get(2).is('.');
            if (plain && base.unique().contains(SqlToken.fold(expression.get(3).name()))) {
                return Optional.of(
                        new ExpectedContent.Key(i, column, expression.get(3).name()));
            }
        }
        return Optional.empty();
    }
}
