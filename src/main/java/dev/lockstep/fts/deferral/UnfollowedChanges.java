package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.content.ExpectedContentReader;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.ContentTable;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.SourceQuery;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Changes that the triggers of an index do not take into it, and a restore would: those of a table that is asked for what belongs into
 * it, by a subquery or by a view that is its content, and those for which its own table has no trigger.
 *
 * @param fts the index
 * @param table the table
 * @param events what no trigger follows
 * @param columns of an update, those that matter; none: all
 */
record UnfollowedChanges(String fts, String table, Set<TriggerStatement.Event> events, List<String> columns) {
    private static final String VIEW =
            "select sql from main.sqlite_master where type = 'view' and name = ? collate nocase";

    UnfollowedChanges {
        events = Set.copyOf(events);
        columns = List.copyOf(columns);
    }

    /**
     * Those of an index.
     *
     * @throws LockstepException usage: by them rows would be lost, or come back
     */
    static List<UnfollowedChanges> of(Tx tx, DeferralState deferrals, FtsIndex index) {
        if (index.told().isPresent()) {
            return List.of();
        }
        FtsTable table = index.table().orElseThrow();
        List<SourceQuery> queries = ExpectedContentReader.declared(
                        tx, table, index.sources(), List.of(), FtsTable.Columns.WRITTEN)
                .queries();
        Map<String, String> asked = new LinkedHashMap<>();
        List<UnfollowedChanges> changes = new ArrayList<>();
        for (SourceQuery query : queries) {
            if (query.choosesByOthers()) {
                throw refusal(table, "which rows belong into it depends on rows of other tables, or others of its own");
            }
            ContentTable base = ContentTable.read(tx, query.base());
            query.asking().stream()
                    .filter(text -> !asksItself(text, base))
                    .forEach(text -> name(tx, deferrals.catalog(), text, asked));
            if (deferrals
                    .catalog()
                    .relation(query.base())
                    .filter(UnfollowedChanges::isView)
                    .isPresent()) {
                view(tx, deferrals.catalog(), query.base(), asked);
            } else if (asked.containsKey(SqlToken.fold(query.base()))) {
                throw refusal(table, "what belongs into it of one row of " + query.base() + " depends on others");
            } else {
                add(index, query.base(), columns(tx, table, query), changes);
            }
        }
        for (SourceQuery query : queries) {
            asked.remove(SqlToken.fold(query.base()));
        }
        asked.values().forEach(name -> add(index, name, List.of(), changes));
        return changes;
    }

    private static void add(FtsIndex index, String name, List<String> columns, List<UnfollowedChanges> changes) {
        Set<TriggerStatement.Event> events = EnumSet.allOf(TriggerStatement.Event.class);
        index.live().stream().filter(trigger -> trigger.isOn(name)).forEach(trigger -> events.remove(trigger.event()));
        if (!events.isEmpty()) {
            changes.add(new UnfollowedChanges(index.name(), name, events, columns));
        }
    }

    /** The columns of a base that what is written depends on. */
    private static List<String> columns(Tx tx, FtsTable table, SourceQuery query) {
        List<String> columns = new ArrayList<>();
        for (String column : ContentTable.read(tx, query.base()).writable()) {
            boolean shown = table.columns().stream().anyMatch(indexed -> query.mentions(indexed, column))
                    || query.rowid().filter(text -> names(text, column)).isPresent();
            if (shown || query.condition().filter(text -> names(text, column)).isPresent()) {
                columns.add(column);
            }
        }
        return columns;
    }

    /** {@code (select c from base where id = new.id)}: the row itself. */
    private static boolean asksItself(String text, ContentTable base) {
        List<SqlToken> tokens = SqlToken.of(text);
        int end = tokens.size();
        boolean isOne = tokens.stream().filter(token -> token.is("SELECT")).count() == 1;
        if (!isOne
                || end < 12
                || !tokens.get(end - 10).is("FROM")
                || !tokens.get(end - 8).is("WHERE")) {
            return false;
        }
        String key = SqlToken.fold(tokens.get(end - 7).name());
        return SqlToken.fold(tokens.get(end - 9).name()).equals(SqlToken.fold(base.name()))
                && base.isUnique(key)
                && tokens.get(end - 6).is('=')
                && tokens.get(end - 5).is("NEW")
                && SqlToken.fold(tokens.get(end - 3).name()).equals(key)
                && tokens.get(end - 2).is(')');
    }

    private static boolean names(String text, String column) {
        return SqlToken.of(text).stream()
                .anyMatch(
                        token -> token.canName() && SqlToken.fold(token.name()).equals(SqlToken.fold(column)));
    }

    private static void view(Tx tx, FtsCatalog catalog, String view, Map<String, String> asked) {
        tx.rows(VIEW, view).forEach(row -> name(tx, catalog, row.text("sql"), asked));
    }

    /** Notes the tables that a text names, and those of the views that it names; a column of such a name does no harm. */
    private static void name(Tx tx, FtsCatalog catalog, String text, Map<String, String> asked) {
        Set<String> names = new LinkedHashSet<>();
        SqlToken.of(text).stream().filter(SqlToken::canName).forEach(token -> names.add(token.name()));
        for (String name : names) {
            Optional<FtsCatalog.Relation> relation = catalog.relation(name);
            if (relation.filter(FtsCatalog.Relation.TABLE::equals).isPresent()) {
                asked.putIfAbsent(SqlToken.fold(name), name);
            } else if (relation.filter(UnfollowedChanges::isView).isPresent()
                    && asked.putIfAbsent("view " + SqlToken.fold(name), "") == null) {
                view(tx, catalog, name, asked);
            }
        }
        asked.values().removeIf(String::isEmpty);
    }

    private static boolean isView(FtsCatalog.Relation relation) {
        return relation == FtsCatalog.Relation.VIEW;
    }

    private static LockstepException refusal(FtsTable table, String why) {
        return new LockstepException(
                        LockstepException.Kind.USAGE,
                        "not-reproducible",
                        table.name() + " would not be what its triggers make of it: " + why
                                + ", which may change without a trigger",
                        null,
                        null)
                .advising(FtsRemedy.LEAVE_OUT_OR_SAY_THE_CONTENT.of());
    }
}
