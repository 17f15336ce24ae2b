package dev.lockstep.audit.index;

import dev.lockstep.audit.TableName;
import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.db.sqlite.SqliteCatalog;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Indexes of SQLite. Making one is a single transaction: writers wait for it, readers in WAL mode do not. */
final class SqliteIndexes implements IndexEngine {
    private static final String INDEXES = """
            select l.name, l."unique" as is_unique, l.origin, l.partial,
                   (select m.sql from sqlite_master m where m.type = 'index' and m.name = l.name) as sql,
                   x.name as col, x."desc" as descending, x.key as declared, x.cid
              from pragma_index_list(?) l
              join pragma_index_xinfo(l.name) x
             order by l.seq, x.seqno
            """;

    private static final String TAKEN = "select 1 from sqlite_master where name = ? collate nocase";

    private static final String NAMED = """
            select m.type, m.tbl_name, m.sql
              from sqlite_master m
             where m.name = ? collate nocase
               and m.type in ('index', 'table', 'view')
            """;

    private final Db db;
    private final String table;
    private final TableName name;

    SqliteIndexes(Db db, TableName table) {
        this.db = db;
        this.table = table.table();
        this.name = table;
    }

    @Override
    public List<String> columns() {
        return db.autocommit(tx -> {
            SqliteCatalog catalog = SqliteCatalog.of(tx);
            return catalog.table(table)
                            .filter(found -> !found.type().equals("view"))
                            .isEmpty()
                    ? List.<String>of()
                    : catalog.columns(table).stream()
                            .map(SqliteCatalog.Column::name)
                            .toList();
        });
    }

    @Override
    public List<TableIndex> indexes() {
        Optional<String> number = db.<Optional<SqliteCatalog.Column>>autocommit(
                        tx -> SqliteCatalog.of(tx).rowNumber(table))
                .map(SqliteCatalog.Column::name);
        List<TableIndex> indexes = new ArrayList<>();
        number.map(column -> new TableIndex.Key(column, false, true, true))
                .ifPresent(key ->
                        indexes.add(new TableIndex("PRIMARY KEY", true, true, Optional.empty(), 1, List.of(key))));
        List<Row> rows = db.autocommit(tx -> tx.rows(INDEXES, table));
        for (int from = 0; from < rows.size(); ) {
            Row first = rows.get(from);
            List<TableIndex.Key> keys = new ArrayList<>();
            int declared = 0;
            int to = from;
            for (; to < rows.size() && rows.get(to).text("name").equals(first.text("name")); to++) {
                Row key = rows.get(to);
                declared += key.flag("declared") ? 1 : 0;
                // The row's number stands behind the keys of each index.
                String column = key.integer("cid") == -1 ? number.orElse(null) : key.text("col");
                boolean descending = key.flag("descending");
                keys.add(new TableIndex.Key(column, descending, !descending, true));
            }
            String shown = first.text("origin").equals("pk") ? "PRIMARY KEY" : first.text("name");
            Optional<String> onlyNull = first.flag("partial") ? onlyNull(first.text("sql")) : Optional.empty();
            boolean usable = !first.flag("partial") || onlyNull.isPresent();
            indexes.add(new TableIndex(shown, first.flag("is_unique"), usable, onlyNull, declared, keys));
            from = to;
        }
        return indexes;
    }

    private static Optional<String> onlyNull(String sql) {
        List<SqlToken> tokens = SqlToken.of(sql);
        for (SqlToken token : tokens) {
            if (token.is("WHERE")) {
                return TableIndex.onlyNull(sql.substring(token.end()));
            }
        }
        return Optional.empty();
    }

    @Override
    public boolean isTaken(String name) {
        return db.<Optional<Row>>autocommit(tx -> tx.row(TAKEN, name)).isPresent();
    }

    @Override
    public String definition(Index index) {
        return IndexEngine.definition("create %sindex", name, index, Engine.SQLITE);
    }

    @Override
    public String advice(Index index) {
        return IndexEngine.definition("create %sindex if not exists", name, index, Engine.SQLITE);
    }

    /** VARCHAR(255) means nothing here. */
    @Override
    public Map<String, Integer> widths() {
        return Map.of();
    }

    @Override
    public Optional<ExistingIndex> find(Index index) {
        Optional<Row> named = db.autocommit(tx -> tx.row(NAMED, index.name()));
        return named.map(row -> {
            if (!row.text("type").equals("index")) {
                return new ExistingIndex(ExistingIndex.Fit.OTHER_RELATION, "a " + row.text("type"));
            }
            String sql = row.isNull("sql") ? "an index of a constraint of " + row.text("tbl_name") : row.text("sql");
            boolean right = row.text("tbl_name").equalsIgnoreCase(table) && db.autocommit(tx -> isRight(tx, index));
            return new ExistingIndex(right ? ExistingIndex.Fit.RIGHT : ExistingIndex.Fit.OTHER_INDEX, sql);
        });
    }

    private boolean isRight(Tx tx, Index index) {
        SqliteCatalog catalog = SqliteCatalog.of(tx);
        SqliteCatalog.Index there = catalog.indexes(table).stream()
                .filter(found -> found.name().equalsIgnoreCase(index.name()))
                .findFirst()
                .orElseThrow();
        if (there.partial() || there.unique() != (index.uniqueness() == Uniqueness.UNIQUE)) {
            return false;
        }
        List<SqliteCatalog.Part> keys = catalog.parts(there);
        boolean right = keys.size() == index.columns().size();
        for (int i = 0; right && i < keys.size(); i++) {
            SqliteCatalog.Part key = keys.get(i);
            // An expression has no name. A collation of its own serves no comparison of the application's.
            right = index.columns().get(i).equalsIgnoreCase(key.column().orElse(null))
                    && !key.descending()
                    && "BINARY".equalsIgnoreCase(key.collation());
        }
        return right;
    }

    @Override
    public void create(Index index) {
        db.run(tx -> tx.execute(definition(index)));
    }

    @Override
    public void drop(Index index) {
        db.run(tx -> tx.execute("drop index " + new Identifier(index.name())));
    }

    @Override
    public void rebuild(Index index) {
        db.run(tx -> tx.execute("reindex " + new Identifier(index.name())));
    }

    /** Its plans depend on no value, unless the statistics have samples. */
    @Override
    public QueryPlan plan(QueryShape query, Index index, Choice choice, Object... values) {
        String hint =
                switch (choice) {
                    case FREE -> "";
                    case FORCED -> " indexed by " + new Identifier(index.name());
                };
        String sql = "explain query plan " + HotQuery.sql(query, hint, Engine.SQLITE);
        Object[] given = values == null ? new Object[HotQuery.places(query)] : values;
        StringBuilder text = new StringBuilder();
        try {
            for (Row step : db.<List<Row>>autocommit(tx -> tx.rows(sql, given))) {
                text.append(text.isEmpty() ? "" : "; ").append(step.text("detail"));
            }
        } catch (DbException e) {
            if (choice == Choice.FORCED) {
                // "no query solution": the index cannot be used for it at all.
                return QueryPlan.of(false, false, e.getMessage());
            }
            throw e;
        }
        String plan = text.toString();
        int at = plan.indexOf(" INDEX " + index.name());
        String first = index.columns().get(0);
        boolean finds = plan.contains("SEARCH ")
                && at >= 0
                && (plan.contains("(" + first + "=?") || plan.contains("(" + first + ">?"));
        return QueryPlan.of(finds || (HotQuery.places(query) == 0 && at >= 0), plan.contains("USE TEMP B-TREE"), plan);
    }

    /** SQLite's own write lock is all that it takes. */
    @Override
    public boolean tryLock() {
        return true;
    }

    @Override
    public void unlock() {}

    @Override
    public Optional<String> holder() {
        return Optional.empty();
    }
}
