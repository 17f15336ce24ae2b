package dev.lockstep.mirror.source;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.db.sqlite.SqliteCatalog.Origin;
import dev.lockstep.mirror.source.SourceTable.Affinity;
import dev.lockstep.mirror.source.SourceTable.Column;
import dev.lockstep.mirror.source.SourceTable.Nulls;
import dev.lockstep.mirror.source.SourceTable.Order;
import dev.lockstep.mirror.source.SourceTable.Strictness;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The tables of the source that can be mirrored, read from SQLite's own catalog. */
public final class SourceSchema {
    private static final List<String> ROWID_NAMES = List.of("rowid", "_rowid_", "oid");

    private final Tx tx;
    private final SqliteCatalog catalog;
    private final Map<String, SqliteCatalog.Table> relations = new LinkedHashMap<>();
    private final Map<String, String> spelling = new LinkedHashMap<>();
    private final Map<String, String> damaged = new LinkedHashMap<>();

    private SourceSchema(Tx tx) {
        this.tx = tx;
        this.catalog = SqliteCatalog.of(tx);
    }

    /** Reads which tables there are; what each is like is read when it is asked for, from the same transaction. */
    public static SourceSchema read(Tx tx) {
        SourceSchema schema = new SourceSchema(tx);
        for (SqliteCatalog.Table table : schema.catalog.tables()) {
            String folded = SqlToken.fold(table.name());
            if (!folded.startsWith("sqlite_")) {
                schema.relations.put(table.name(), table);
                schema.spelling.put(folded, table.name());
            }
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

    private SqliteCatalog.Table relation(String name) {
        String spelled = spelling.get(SqlToken.fold(name));
        if (spelled == null) {
            throw LockstepException.usage(
                    "no such table: " + name,
                    DidYouMean.to(name, spelling.values())
                            .map(near -> "did you mean " + near + "?")
                            .orElse("the source has " + spelling.size() + " tables"));
        }
        SqliteCatalog.Table found = relations.get(spelled);
        if (!found.isOrdinary()) {
            throw LockstepException.usage(
                    spelled + " is a " + found.type() + ", not a table", "what can be mirrored are ordinary tables");
        }
        return found;
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
        relations.values().stream().filter(SourceSchema::isOrdinary).forEach(table -> names.add(table.name()));
        return names;
    }

    private static boolean isOrdinary(SqliteCatalog.Table relation) {
        return relation.isOrdinary() && !SqlToken.fold(relation.name()).startsWith("lockstep_");
    }

    /** What one table is like, or why that cannot be told: it keeps nobody from the others. */
    private SourceTable described(SqliteCatalog.Table relation) {
        String name = relation.name();
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

    private SourceTable table(SqliteCatalog.Table relation) {
        String name = relation.name();
        Strictness strictness = relation.strict() ? Strictness.STRICT : Strictness.LAX;
        Map<String, Column> columns = new LinkedHashMap<>();
        List<String> primary = new ArrayList<>();
        for (SqliteCatalog.Column row : catalog.columns(name)) {
            if (row.kind() == SqliteCatalog.Kind.HIDDEN) {
                continue;
            }
            String column = row.name();
            if (column.isEmpty()) {
                return SourceTable.unreadable(name, "a column has no name");
            }
            Nulls nulls = row.notNull() ? Nulls.FORBIDDEN : Nulls.ALLOWED;
            String type = row.type();
            columns.put(
                    SqlToken.fold(column),
                    new Column(column, columns.size(), type, Affinity.of(type, strictness), nulls, Wish.NONE));
            if (row.keyPosition() > 0) {
                primary.add(SqlToken.fold(column));
            }
        }
        boolean rowid = !relation.withoutRowid();
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
                UnfitValues.REFUSED,
                Optional.empty());
    }

    /** The columns that tell rows apart, by folded name, with the collation of the index that says so. */
    private List<Order> index(String table, Map<String, Column> columns, List<String> primary, boolean rowid) {
        List<Order> chosen = null;
        boolean hasPrimaryIndex = false;
        List<SqliteCatalog.Index> indexes = new ArrayList<>(catalog.indexes(table));
        indexes.sort(Comparator.comparing(index -> index.origin() != Origin.PRIMARY_KEY));
        for (SqliteCatalog.Index index : indexes) {
            boolean isPrimary = index.origin() == Origin.PRIMARY_KEY;
            hasPrimaryIndex |= isPrimary;
            if (chosen == null && index.unique() && !index.partial()) {
                chosen = columns(index, columns, isPrimary);
            }
        }
        if (rowid && primary.size() == 1 && !hasPrimaryIndex) {
            // INTEGER PRIMARY KEY is the rowid itself, and has no index.
            return List.of(new Order(primary.get(0), Optional.empty()));
        }
        return chosen == null ? List.of() : chosen;
    }

    private List<Order> columns(SqliteCatalog.Index index, Map<String, Column> columns, boolean primary) {
        List<Order> parts = new ArrayList<>();
        for (SqliteCatalog.Part part : catalog.parts(index)) {
            Column column =
                    part.column().map(name -> columns.get(SqlToken.fold(name))).orElse(null);
            if (column == null || (!primary && column.nulls() == Nulls.ALLOWED)) {
                return null;
            }
            parts.add(new Order(SqlToken.fold(column.name()), Optional.of(part.collation())));
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
