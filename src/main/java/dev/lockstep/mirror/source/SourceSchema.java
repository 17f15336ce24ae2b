package dev.lockstep.mirror.source;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.mirror.source.SourceTable.Affinity;
import dev.lockstep.mirror.source.SourceTable.Column;
import dev.lockstep.mirror.source.SourceTable.Nulls;
import dev.lockstep.mirror.source.SourceTable.Order;
import dev.lockstep.mirror.source.SourceTable.Strictness;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tables of the source that can be mirrored, read from SQLite's own catalog. */
public final class SourceSchema {
    private static final String RELATIONS = """
              select name, type, wr as without_rowid, strict
                from pragma_table_list
               where schema = 'main'
                 and name not like 'sqlite\\_%' escape '\\'
            order by name
            """;

    /** Unlike table_info, this one shows generated columns. */
    private static final String COLUMNS = """
              select name, type, "notnull" as forbids_null, pk, hidden
                from pragma_table_xinfo(?, 'main')
               where hidden <> 1
            order by cid
            """;

    private static final String UNIQUE_INDEXES = """
              select name, origin
                from pragma_index_list(?, 'main')
               where "unique" = 1
                 and partial = 0
            order by origin = 'pk' desc, name
            """;

    /** An expression in an index has no name. */
    private static final String INDEX_COLUMNS = """
              select name, coll
                from pragma_index_xinfo(?, 'main')
               where key = 1
            order by seqno
            """;

    private static final List<String> ROWID_NAMES = List.of("rowid", "_rowid_", "oid");

    private final Tx tx;
    private final Map<String, Row> relations = new LinkedHashMap<>();
    private final Map<String, String> spelling = new LinkedHashMap<>();
    private final Map<String, String> damaged = new LinkedHashMap<>();

    private SourceSchema(Tx tx) {
        this.tx = tx;
    }

    /** Reads which tables there are; what each is like is read when it is asked for, from the same transaction. */
    public static SourceSchema read(Tx tx) {
        SourceSchema schema = new SourceSchema(tx);
        for (Row row : tx.rows(RELATIONS)) {
            schema.relations.put(row.text("name"), row);
            schema.spelling.put(SqlToken.fold(row.text("name")), row.text("name"));
        }
        schema.damaged.putAll(DamagedSchema.of(tx));
        return schema;
    }

    /**
     * The tables of a selection: ordinary ones that are not lockstep's own, and what is damaged of those.
     *
     * @throws LockstepException usage: there is no table of a name or pattern, or it is none that can be mirrored, or none at all, or
     *     the selection says something of a table or column that is not among them
     */
    public List<SourceTable> tables(Selection selection) {
        List<SourceTable> tables = new ArrayList<>();
        for (String name : new SelectedTables(this, selection).names()) {
            String entry = damaged.keySet().stream()
                    .filter(other -> Selection.isSame(other, name))
                    .findFirst()
                    .orElse(null);
            tables.add(entry == null ? described(relation(name)) : SourceTable.unreadable(entry, damaged.get(entry)));
        }
        return new SelectedTables(this, selection).asSelected(tx, tables);
    }

    /** What of it cannot be read, by name. */
    List<String> damaged() {
        return List.copyOf(damaged.keySet());
    }

    /** Whether SQLite passes over something: what is not here may be there. */
    public boolean isDamaged() {
        return !damaged.isEmpty();
    }

    private Row relation(String name) {
        String spelled = spelling.get(SqlToken.fold(name));
        if (spelled == null) {
            throw LockstepException.usage(
                    "no such table: " + name,
                    DidYouMean.to(name, spelling.values())
                            .map(near -> "did you mean " + near + "?")
                            .orElse("the source has " + spelling.size() + " tables"));
        }
        Row row = relations.get(spelled);
        if (!row.text("type").equals("table")) {
            throw LockstepException.usage(
                    spelled + " is a " + row.text("type") + ", not a table",
                    "what can be mirrored are ordinary tables");
        }
        return row;
    }

    /** What the mirror calls all of them, damaged ones, too. */
    public List<String> mirrorNames(Selection selection) {
        Set<String> names = new LinkedHashSet<>();
        names().forEach(name -> names.add(selection.mirrorName(name)));
        damaged.keySet().forEach(name -> names.add(selection.mirrorName(name)));
        return List.copyOf(names);
    }

    /** The names of all ordinary tables. */
    public List<String> names() {
        List<String> names = new ArrayList<>();
        relations.values().stream().filter(SourceSchema::isOrdinary).forEach(row -> names.add(row.text("name")));
        return names;
    }

    private static boolean isOrdinary(Row relation) {
        return relation.text("type").equals("table")
                && !SqlToken.fold(relation.text("name")).startsWith("lockstep_");
    }

    /** What one table is like, or why that cannot be told: it keeps nobody from the others. */
    private SourceTable described(Row relation) {
        String name = relation.text("name");
        if (name.isEmpty()) {
            return SourceTable.unreadable(name, "it has no name");
        }
        try {
            SourceTable table = table(relation);
            if (table.unreadable().isEmpty() && !table.order().isEmpty()) {
                table.check(tx);
            }
            return table;
        } catch (DbException e) {
            return switch (e.reason()) {
                case OTHER, CORRUPT, NO_SUCH_OBJECT -> SourceTable.unreadable(name, why(e));
                default -> throw e;
            };
        }
    }

    private static String why(DbException e) {
        String said = said(e);
        boolean applications = said.startsWith("no such collation") || said.contains("function: ");
        return "SQLite cannot read it: " + said + (applications ? ", which only the application has" : "");
    }

    /** What SQLite itself said, which the driver puts behind its own words. */
    static String said(DbException e) {
        String said = e.getMessage();
        int from = said.lastIndexOf(" (");
        return said.endsWith(")") && from >= 0 ? said.substring(from + 2, said.length() - 1) : said;
    }

    private SourceTable table(Row relation) {
        String name = relation.text("name");
        Strictness strictness = relation.flag("strict") ? Strictness.STRICT : Strictness.LAX;
        Map<String, Column> columns = new LinkedHashMap<>();
        Map<Long, String> primary = new LinkedHashMap<>();
        for (Row row : tx.rows(COLUMNS, name)) {
            String column = row.text("name");
            if (column.isEmpty()) {
                return SourceTable.unreadable(name, "a column has no name");
            }
            Nulls nulls = row.flag("forbids_null") ? Nulls.FORBIDDEN : Nulls.ALLOWED;
            String type = row.text("type") == null ? "" : row.text("type");
            columns.put(
                    SqlToken.fold(column),
                    new Column(column, columns.size(), type, Affinity.of(type, strictness), nulls, Wish.NONE));
            if (row.integer("pk") > 0) {
                primary.put(row.integer("pk"), SqlToken.fold(column));
            }
        }
        boolean rowid = !relation.flag("without_rowid");
        List<Order> index = index(name, columns, primary, rowid);
        List<Column> key = new ArrayList<>();
        for (Order part : index) {
            key.add(columns.get(part.expression()));
        }
        return new SourceTable(
                name,
                List.copyOf(columns.values()),
                List.copyOf(key),
                order(columns, key, index, rowid),
                name,
                Optional.empty(),
                Optional.empty());
    }

    /** The columns that tell rows apart, by folded name, with the collation of the index that says so. */
    private List<Order> index(String table, Map<String, Column> columns, Map<Long, String> primary, boolean rowid) {
        List<Order> chosen = null;
        boolean hasPrimaryIndex = false;
        for (Row row : tx.rows(UNIQUE_INDEXES, table)) {
            boolean isPrimary = row.text("origin").equals("pk");
            hasPrimaryIndex |= isPrimary;
            if (chosen == null) {
                chosen = columns(row.text("name"), columns, isPrimary);
            }
        }
        if (rowid && primary.size() == 1 && !hasPrimaryIndex) {
            // INTEGER PRIMARY KEY is the rowid itself, and has no index.
            return List.of(new Order(primary.values().iterator().next(), Optional.empty()));
        }
        return chosen == null ? List.of() : chosen;
    }

    private List<Order> columns(String index, Map<String, Column> columns, boolean primary) {
        List<Order> parts = new ArrayList<>();
        for (Row row : tx.rows(INDEX_COLUMNS, index)) {
            Column column = row.isNull("name") ? null : columns.get(SqlToken.fold(row.text("name")));
            if (column == null || (!primary && column.nulls() == Nulls.ALLOWED)) {
                return null;
            }
            parts.add(new Order(SqlToken.fold(column.name()), Optional.of(row.text("coll"))));
        }
        return parts;
    }

    private static List<Order> order(Map<String, Column> columns, List<Column> key, List<Order> index, boolean rowid) {
        if (rowid) {
            for (String name : ROWID_NAMES) {
                if (!columns.containsKey(name)) {
                    return List.of(new Order(name, Optional.empty()));
                }
            }
        }
        List<Order> order = new ArrayList<>();
        for (int i = 0; i < key.size(); i++) {
            order.add(new Order(
                    new Identifier(key.get(i).name()).toString(), index.get(i).collation()));
        }
        return order;
    }
}
