package dev.lockstep.audit;

import dev.lockstep.db.Db;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Query;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Indexes of SQLite. Making one is a single transaction: writers wait for it, readers in WAL mode do not. */
final class SqliteIndexes implements IndexEngine {
    private static final String COLUMNS = """
            select c.name
              from pragma_table_info(?) c
             where exists (select 1 from sqlite_master m where m.type = 'table' and m.name = ? collate nocase)
             order by c.cid
            """;

    private static final String NAMES = """
            select m.name
              from sqlite_master m
             where m.type = 'index'
               and m.tbl_name = ? collate nocase
             order by m.name
            """;

    private static final String NAMED = """
            select m.type, m.tbl_name, m.sql
              from sqlite_master m
             where m.name = ? collate nocase
               and m.type in ('index', 'table', 'view')
            """;

    private static final String SHAPE = """
            select l."unique" as is_unique, l.partial
              from pragma_index_list(?) l
             where l.name = ? collate nocase
            """;

    private static final String KEYS = """
            select x.name, x."desc" as descending, x.coll
              from pragma_index_xinfo(?) x
             where x.key = 1
             order by x.seqno
            """;

    private final Db db;
    private final String table;

    SqliteIndexes(Db db, String table) {
        this.db = db;
        this.table = table;
    }

    @Override
    public List<String> columns() {
        return IndexEngine.texts(db, COLUMNS, table, table);
    }

    @Override
    public List<String> names() {
        return IndexEngine.texts(db, NAMES, table);
    }

    /** VARCHAR(255) means nothing here. */
    @Override
    public Map<String, Integer> widths() {
        return Map.of();
    }

    @Override
    public Optional<Found> find(Index index) {
        Optional<Row> named = db.autocommit(tx -> tx.row(NAMED, index.name()));
        return named.map(row -> {
            if (!row.text("type").equals("index")) {
                return new Found(Found.Fit.OTHER_RELATION, "a " + row.text("type"));
            }
            String sql = row.isNull("sql") ? "an index of a constraint of " + row.text("tbl_name") : row.text("sql");
            boolean right = row.text("tbl_name").equalsIgnoreCase(table) && isRight(index);
            return new Found(right ? Found.Fit.RIGHT : Found.Fit.OTHER_INDEX, sql);
        });
    }

    private boolean isRight(Index index) {
        Row shape = db.autocommit(tx -> tx.only(SHAPE, table, index.name()));
        boolean unique = index.uniqueness() == Uniqueness.UNIQUE;
        if (shape.flag("partial") || shape.flag("is_unique") != unique) {
            return false;
        }
        List<Row> keys = db.autocommit(tx -> tx.rows(KEYS, index.name()));
        boolean right = keys.size() == index.columns().size();
        for (int i = 0; right && i < keys.size(); i++) {
            Row key = keys.get(i);
            // The name of an expression is NULL. A collation of its own serves no comparison of the application's.
            right = index.columns().get(i).equalsIgnoreCase(key.text("name"))
                    && !key.flag("descending")
                    && "BINARY".equalsIgnoreCase(key.text("coll"));
        }
        return right;
    }

    @Override
    public void create(Index index) {
        db.run(tx -> tx.execute(IndexEngine.definition(table, index)));
    }

    @Override
    public void drop(Index index) {
        db.run(tx -> tx.execute("drop index " + new Identifier(index.name())));
    }

    @Override
    public void rebuild(Index index) {
        db.run(tx -> tx.execute("reindex " + new Identifier(index.name())));
    }

    @Override
    public Plan plan(Query query, Index index, Choice choice, Object... values) {
        String hint =
                switch (choice) {
                    case FREE -> "";
                    case FORCED -> " indexed by " + new Identifier(index.name());
                };
        List<Row> steps =
                db.autocommit(tx -> tx.rows("explain query plan " + HotQuery.sql(table, query, hint), values));
        StringBuilder text = new StringBuilder();
        for (Row step : steps) {
            text.append(text.isEmpty() ? "" : "; ").append(step.text("detail"));
        }
        String plan = text.toString();
        boolean seeks = plan.contains("SEARCH ")
                && plan.contains(" INDEX " + index.name() + " (")
                && plan.contains("(" + query.equals().get(0) + "=?");
        return Plan.of(seeks, plan.contains("USE TEMP B-TREE"), plan);
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
