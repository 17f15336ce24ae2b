package dev.lockstep.fts.schema;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The full-text tables of a SQLite database and the triggers that write them, found by what the triggers do: no name says it,
 * and a text that mentions an index need not write it.
 */
public final class FtsCatalog {
    private static final String SCHEMA = """
            select rowid as position, type, name, sql
              from main.sqlite_master
             where type in ('table', 'view', 'trigger')
             order by rowid
            """;

    private static final String TEMPORARY_TRIGGERS = """
            select sql
              from temp.sqlite_temp_master
             where type = 'trigger'
             order by rowid
            """;

    /** What a name stands for. */
    public enum Relation {
        TABLE,
        VIEW,
        /** A full-text table. */
        INDEX,
        /** A virtual table of another module. */
        VIRTUAL,
        /** A table in which a full-text table keeps itself. */
        SHADOW
    }

    private final Map<String, FtsTable> tables = new LinkedHashMap<>();
    private final Map<String, TriggerStatement> triggers = new LinkedHashMap<>();
    private final Map<String, Long> positions = new LinkedHashMap<>();
    private final Map<String, Relation> relations = new LinkedHashMap<>();
    private final Map<String, String> names = new LinkedHashMap<>();
    private final Map<String, String> modules = new LinkedHashMap<>();
    private final List<TriggerStatement> temporary = new ArrayList<>();

    private FtsCatalog() {}

    public static FtsCatalog read(Tx tx) {
        FtsCatalog catalog = new FtsCatalog();
        for (Row row : tx.rows(SCHEMA)) {
            String name = row.text("name");
            switch (row.text("type")) {
                case "trigger" -> {
                    catalog.triggers.put(SqlToken.fold(name), TriggerStatement.parse(row.text("sql")));
                    catalog.positions.put(SqlToken.fold(name), row.integer("position"));
                }
                case "view" -> catalog.relate(name, Relation.VIEW);
                default -> catalog.relate(tx, name, row.text("sql"));
            }
        }
        for (FtsTable table : catalog.tables()) {
            catalog.missingPart(table)
                    .ifPresent(part -> catalog.tables.put(
                            SqlToken.fold(table.name()),
                            FtsTable.unopened(
                                    table.name(), table.module(), table.sql(), "its own table " + part + " is gone")));
            for (String suffix : table.module().shadows()) {
                catalog.relations.replace(SqlToken.fold(table.name() + "_" + suffix), Relation.TABLE, Relation.SHADOW);
            }
        }
        for (Row row : tx.rows(TEMPORARY_TRIGGERS)) {
            catalog.temporary.add(TriggerStatement.parse(row.text("sql")));
        }
        return catalog;
    }

    /** A table that SQLite does not miss before it needs it. */
    private Optional<String> missingPart(FtsTable table) {
        List<String> parts = new ArrayList<>(table.module().termTables());
        if (table.kind() == FtsTable.Kind.OWN_CONTENT) {
            parts.add("content");
        }
        return table.objection().isPresent()
                ? Optional.empty()
                : parts.stream()
                        .map(part -> table.name() + "_" + part)
                        .filter(part -> relation(part).isEmpty())
                        .findFirst();
    }

    private void relate(Tx tx, String name, String sql) {
        Optional<String> module = sql == null ? Optional.empty() : FtsDefinition.module(sql);
        if (module.isEmpty()) {
            relate(name, Relation.TABLE);
            return;
        }
        Optional<FtsModule> known = FtsModule.named(module.get());
        if (known.isEmpty()) {
            relate(name, Relation.VIRTUAL);
            modules.put(SqlToken.fold(name), module.get());
        } else {
            relate(name, Relation.INDEX);
            tables.put(SqlToken.fold(name), table(tx, name, known.get(), sql));
        }
    }

    /** One that cannot be opened is its own trouble, and not that of the others. */
    private static FtsTable table(Tx tx, String name, FtsModule module, String sql) {
        try {
            List<String> columns = new ArrayList<>();
            for (SqliteCatalog.Column column : SqliteCatalog.of(tx).columns(name)) {
                if (column.kind() != SqliteCatalog.Kind.HIDDEN) {
                    columns.add(column.name());
                }
            }
            FtsTable table = FtsTable.of(name, module, columns, sql);
            return Unopened.tokenizer(tx, table)
                    .map(reason -> FtsTable.unopened(name, module, sql, reason))
                    .orElse(table);
        } catch (DbException e) {
            if (!Unopened.isOfTable(e)) {
                throw e;
            }
            return FtsTable.unopened(name, module, sql, Unopened.reason(e));
        }
    }

    private void relate(String name, Relation relation) {
        relations.put(SqlToken.fold(name), relation);
        names.put(SqlToken.fold(name), name);
    }

    /** All full-text tables, in the order in which they were made. */
    public List<FtsTable> tables() {
        return List.copyOf(tables.values());
    }

    public Optional<FtsTable> table(String name) {
        return Optional.ofNullable(tables.get(SqlToken.fold(name)));
    }

    /** What the name stands for, if anything. */
    public Optional<Relation> relation(String name) {
        return Optional.ofNullable(relations.get(SqlToken.fold(name)));
    }

    /** The names of all tables and views, as they are written. */
    public List<String> names() {
        return List.copyOf(names.values());
    }

    /** The module of a virtual table that is no full-text index. */
    public String module(String name) {
        return modules.get(SqlToken.fold(name));
    }

    /** The trigger of that name, whatever it does. */
    public Optional<TriggerStatement> trigger(String name) {
        return Optional.ofNullable(triggers.get(SqlToken.fold(name)));
    }

    /** The rowid in sqlite_master of a trigger that is there. */
    public long position(String trigger) {
        return positions.get(SqlToken.fold(trigger));
    }

    /** All triggers on a table, in the order in which they were made; what lockstep notes changes by is none of them. */
    public List<TriggerStatement> on(String table) {
        return triggers.values().stream()
                .filter(trigger -> trigger.isOn(table)
                        && !trigger.name().startsWith("lockstep_journal_")
                        && !trigger.name().startsWith("lockstep_watch_"))
                .toList();
    }

    /** The triggers on tables whose body writes the index, in the order in which they were made. */
    public List<TriggerStatement> writers(String fts) {
        return writers(triggers.values(), fts, Relation.TABLE);
    }

    /** The triggers on views whose body writes it. They stand between a view and the index, and nobody defers them. */
    public List<TriggerStatement> writersOnViews(String fts) {
        return writers(triggers.values(), fts, Relation.VIEW);
    }

    /** The triggers of this very connection whose body writes it; no other connection knows them. */
    public List<TriggerStatement> temporaryWriters(String fts) {
        return writers(temporary, fts, null);
    }

    /** @param on what the triggers must be on; null for anything */
    private List<TriggerStatement> writers(Iterable<TriggerStatement> among, String fts, Relation on) {
        List<TriggerStatement> writers = new ArrayList<>();
        for (TriggerStatement trigger : among) {
            if (trigger.writes(fts)
                    && (on == null
                            || relation(trigger.table()).filter(on::equals).isPresent())) {
                writers.add(trigger);
            }
        }
        return writers;
    }

    /** The tables that an index is about: what an external-content table reads, and those of its triggers. */
    public static List<String> bases(Optional<String> content, List<TriggerStatement> writers) {
        Map<String, String> bases = new LinkedHashMap<>();
        content.ifPresent(table -> bases.put(SqlToken.fold(table), table));
        for (TriggerStatement trigger : writers) {
            bases.putIfAbsent(SqlToken.fold(trigger.table()), trigger.table());
        }
        return List.copyOf(bases.values());
    }
}
