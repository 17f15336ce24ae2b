package dev.lockstep.fts.check;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.fts.check.TriggerTuning.Shortcut;
import dev.lockstep.fts.check.TriggerTuning.Way;
import dev.lockstep.fts.content.IncrementalReindex;
import dev.lockstep.fts.content.RowLookup;
import dev.lockstep.fts.content.RowLookup.Types;
import dev.lockstep.fts.schema.ContentTable;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.SourceQuery;
import dev.lockstep.fts.schema.SourceQueryReader;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.WriteStatement;
import dev.lockstep.fts.trial.KeyIndex;
import dev.lockstep.journal.TableKey;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Ways to the rows of one FTS5 table of its own content that a statement means. Each is proved before it is named: whatever
 * the rows are and become, it finds every row that the statement's own condition does.
 */
final class Shortcuts {
    private final Tx tx;
    private final FtsTable table;
    private final KeyProof proof;

    /** What the one insert trigger writes; empty if it is not so simple. */
    private final Optional<SourceQuery> query;

    Shortcuts(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        this.tx = tx;
        this.table = table;
        this.proof = new KeyProof(tx, table, writers);
        this.query = query(tx, table, writers);
    }

    private static Optional<SourceQuery> query(Tx tx, FtsTable table, List<TriggerStatement> writers) {
        List<SourceQuery> queries = new ArrayList<>();
        for (TriggerStatement trigger : writers) {
            if (trigger.event() == TriggerStatement.Event.INSERT) {
                ContentTable base = ContentTable.read(tx, trigger.table());
                try {
                    queries.addAll(new SourceQueryReader(table).read(trigger, base::has, base::isUnique));
                } catch (DbException e) {
                    throw e;
                } catch (LockstepException e) {
                    return Optional.empty();
                }
            }
        }
        return queries.size() == 1 ? Optional.of(queries.get(0)) : Optional.empty();
    }

    /** The best way to the rows that a statement of a trigger means; empty if there is none. */
    Optional<Shortcut> find(TriggerStatement trigger, WriteStatement write) {
        ContentTable base = ContentTable.read(tx, trigger.table());
        List<RowLookup> lookups = new ArrayList<>();
        RowLookup.of(write, table).forEach(lookup -> lookups.add(typed(base, lookup)));
        for (RowLookup lookup : lookups) {
            if (lookup.isNumber() && proof.isOwnNumber(lookup.column())) {
                return Optional.of(
                        new Shortcut(Way.NUMBER, "rowid = " + lookup.value(), Optional.empty(), Optional.empty()));
            }
        }
        for (RowLookup lookup : lookups) {
            if (isPlain(base, lookup) && base.isUnique(lookup.key())) {
                return Optional.of(of(lookup));
            }
        }
        List<RowLookup> keys = keys(base, lookups);
        if (!keys.isEmpty()) {
            return Optional.of(byIndex(keys));
        }
        return lookups.stream().filter(this::isSearchable).findFirst().map(this::byWords);
    }

    /** The shortest way to the row of a key. */
    Shortcut of(RowLookup key) {
        return isSearchable(key) ? byWords(key) : byIndex(List.of(key));
    }

    /** A key of a trigger's table that the index holds as it is, as it was in the old row; rather one with words. */
    Optional<RowLookup> key(TriggerStatement trigger) {
        if (query.isEmpty() || !trigger.isOn(query.get().base())) {
            return Optional.empty();
        }
        ContentTable base = ContentTable.read(tx, trigger.table());
        Optional<RowLookup> found = Optional.empty();
        for (String column : table.columns()) {
            Optional<RowLookup> key = SourceQuery.column(query.get().expression(column))
                    .filter(base::isUnique)
                    .map(name -> typed(
                            base,
                            new RowLookup(
                                    column,
                                    "old." + new Identifier(name),
                                    name,
                                    RowLookup.Nulls.NOT_FOUND,
                                    Types.TEXT)));
            if (key.filter(this::isSearchable).isPresent()) {
                return key;
            }
            found = found.isPresent() ? found : key;
        }
        return found;
    }

    /** What is worth an index: one unique key, the whole primary key, or all that can be found by nothing else. */
    private List<RowLookup> keys(ContentTable base, List<RowLookup> lookups) {
        List<RowLookup> unindexed = new ArrayList<>();
        List<RowLookup> primary = new ArrayList<>();
        for (RowLookup lookup : lookups) {
            if (base.isUnique(lookup.key())) {
                return List.of(lookup);
            }
            if (base.primary().stream().anyMatch(column -> SqlToken.fold(column).equals(SqlToken.fold(lookup.key())))) {
                primary.add(lookup);
            }
            if (!table.isIndexed(lookup.column())) {
                unindexed.add(lookup);
            }
        }
        return !primary.isEmpty() && primary.size() == base.primary().size() ? primary : unindexed;
    }

    /** The same with what is known about the values of its key. */
    private RowLookup typed(ContentTable base, RowLookup lookup) {
        boolean alias = base.rowid().isPresent()
                && SourceQuery.isRowid(lookup.key())
                && !base.columns().contains(SqlToken.fold(lookup.key()));
        boolean number = alias
                || TableKey.of(tx, base.name())
                        .filter(key -> IncrementalReindex.isNumber(lookup.key(), base, key))
                        .isPresent();
        if (number) {
            return lookup.with(Types.NUMBER);
        }
        boolean integers = isPlain(base, lookup)
                && declared(base, lookup.key()).contains("INT")
                && proof.isWrittenPlainly(lookup.column());
        return lookup.with(integers ? Types.TEXT_AND_INTEGER : Types.TEXT);
    }

    /** Whether the column holds the key as it is, for all that the insert trigger says. */
    private boolean isPlain(ContentTable base, RowLookup lookup) {
        return query.filter(only -> SqlToken.fold(only.base()).equals(SqlToken.fold(base.name())))
                .flatMap(only -> SourceQuery.column(only.expression(lookup.column())))
                .filter(name -> SqlToken.fold(name).equals(SqlToken.fold(lookup.key())))
                .isPresent();
    }

    private boolean isSearchable(RowLookup lookup) {
        return RowLookup.isSearchable(table, lookup.column())
                && switch (lookup.types()) {
                    case TEXT -> query.isEmpty() || isText(lookup);
                    case TEXT_AND_INTEGER -> true;
                    case NUMBER -> proof.isWrittenPlainly(lookup.column());
                };
    }

    /** Numbers in a column of no type would be looked for by reading everything. */
    private boolean isText(RowLookup lookup) {
        String type = declared(ContentTable.read(tx, query.orElseThrow().base()), lookup.key());
        return type.contains("CHAR") || type.contains("CLOB") || type.contains("TEXT");
    }

    private String declared(ContentTable base, String column) {
        return SqliteCatalog.of(tx).columns(base.name()).stream()
                .filter(declared -> SqlToken.fold(declared.name()).equals(SqlToken.fold(column)))
                .findFirst()
                .map(declared -> declared.type().toUpperCase(Locale.ROOT))
                .orElse("");
    }

    private Shortcut byWords(RowLookup lookup) {
        return new Shortcut(Way.WORDS, lookup.byWords(table), Optional.of(lookup.isWordless()), Optional.empty());
    }

    private Shortcut byIndex(List<RowLookup> keys) {
        KeyIndex index = new KeyIndex(table, keys);
        return new Shortcut(Way.INDEX, index.condition(), Optional.empty(), Optional.of(index));
    }
}
