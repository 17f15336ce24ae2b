package dev.lockstep.audit.index;

import dev.lockstep.audit.TableName;
import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.db.lock.SessionLock;
import dev.lockstep.db.lock.UserLock;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Indexes of MariaDB and MySQL, made online: the table can be written meanwhile. Before and after that the server needs
 * the table for itself for a moment, and whoever comes after it in the queue waits too; {@code lock_wait_timeout} ends that.
 *
 * <p>An index that the optimizer has been told to ignore counts as not valid.
 */
final class MariaDbIndexes implements IndexEngine {
    private static final String COLUMNS = """
            select c.column_name
              from information_schema.columns c
              join information_schema.tables t on t.table_schema = c.table_schema and t.table_name = c.table_name
             where c.table_schema = coalesce(?, database())
               and c.table_name = ?
               and t.table_type in ('BASE TABLE', 'SYSTEM VERSIONED')
             order by c.ordinal_position
            """;

    private static final String WIDTHS = """
            select column_name, cast(character_maximum_length as signed) as width
              from information_schema.columns
             where table_schema = coalesce(?, database())
               and table_name = ?
               and data_type in ('char', 'varchar')
            """;

    private static final String HOLDER = """
            select concat('connection ', p.id, ' of ', p.user, ' at ', p.host, ' for ', p.time, ' s: ',
                          coalesce(left(p.info, 80), p.command)) as holder
              from information_schema.innodb_trx t
              join information_schema.processlist p on p.id = t.trx_mysql_thread_id
             where p.id <> connection_id()
             order by t.trx_started
             limit 1
            """;

    /** How {@code explain} calls access by the leading columns of an index. */
    private static final List<String> SEEKS = List.of("const", "eq_ref", "ref", "ref_or_null", "range");

    private final Db db;
    private final TableName table;
    private final String quoted;
    private final SessionLock lock;
    private final MariaDbKeys keys;

    MariaDbIndexes(Db db, TableName table) {
        this.db = db;
        this.table = table;
        this.quoted = table.sql();
        this.keys = new MariaDbKeys(db, table);
        String database = db.autocommit(tx -> tx.only("select database()").text(0));
        this.lock = UserLock.of("audit indexes of " + database + "." + table);
    }

    @Override
    public List<String> columns() {
        return IndexEngine.texts(db, COLUMNS, table.schema(), table.table());
    }

    @Override
    public List<TableIndex> indexes() {
        return keys.indexes();
    }

    /** A name is the table's own. */
    @Override
    public boolean isTaken(String name) {
        return find(new Index(name, List.of(), Uniqueness.ANY)).isPresent();
    }

    @Override
    public String definition(Index index) {
        return IndexEngine.definition("create %sindex", table, index, parts(index), Engine.MARIADB);
    }

    @Override
    public String advice(Index index) {
        String create = isMariaDb() ? "create %sindex if not exists" : "create %sindex";
        return IndexEngine.definition(create, table, index, parts(index), Engine.MARIADB);
    }

    private boolean isMariaDb() {
        return db.<Row>autocommit(tx -> tx.only("select version()")).text(0).contains("MariaDB");
    }

    @Override
    public Map<String, Integer> widths() {
        Map<String, Integer> widths = new HashMap<>();
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows(WIDTHS, table.schema(), table.table()))) {
            widths.put(row.text(0), Math.toIntExact(row.integer(1)));
        }
        return widths;
    }

    @Override
    public Optional<ExistingIndex> find(Index index) {
        List<Row> keys = new ArrayList<>();
        for (Row row : db.<List<Row>>autocommit(tx -> tx.rows("show index from " + quoted))) {
            if (row.text("key_name").equalsIgnoreCase(index.name())) {
                keys.add(row);
            }
        }
        return keys.isEmpty() ? Optional.empty() : Optional.of(found(keys, index));
    }

    private ExistingIndex found(List<Row> keys, Index index) {
        Row first = keys.get(0);
        boolean unique = first.integer("non_unique") == 0;
        boolean right = keys.size() == index.columns().size()
                && unique == (index.uniqueness() == Uniqueness.UNIQUE)
                && first.text("index_type").equals("BTREE");
        StringBuilder columns = new StringBuilder();
        for (int i = 0; i < keys.size(); i++) {
            Row key = keys.get(i);
            boolean whole = key.isNull("sub_part");
            boolean descending = "D".equals(key.text("collation"));
            right = right
                    && (whole || isWanted(key, i, index))
                    && !descending
                    && index.columns().get(i).equalsIgnoreCase(key.text("column_name"));
            columns.append(i == 0 ? "" : ", ").append(key.text("column_name"));
            columns.append(whole ? "" : "(" + key.text("sub_part") + ")").append(descending ? " desc" : "");
        }
        boolean ignored = (first.has("ignored") && "YES".equals(first.text("ignored")))
                || (first.has("visible") && "NO".equals(first.text("visible")));
        String definition = (unique ? "unique " : "") + "index " + index.name() + " (" + columns + ") using "
                + first.text("index_type") + (ignored ? " ignored" : "");
        ExistingIndex.Fit fit =
                !right ? ExistingIndex.Fit.OTHER_INDEX : ignored ? ExistingIndex.Fit.INVALID : ExistingIndex.Fit.RIGHT;
        return new ExistingIndex(fit, definition);
    }

    /** Whether the beginning of a column is as long as it would be made. */
    private boolean isWanted(Row key, int at, Index index) {
        return parts(index).get(at).endsWith("(" + key.text("sub_part") + ")");
    }

    @Override
    public void create(Index index) {
        String unique = index.uniqueness() == Uniqueness.UNIQUE ? "unique " : "";
        execute("alter table " + quoted + " add " + unique + "index " + new Identifier(index.name()) + " ("
                + String.join(", ", parts(index)) + "), algorithm = inplace, lock = none");
    }

    /** The beginnings of two values may be equal and the values not: what is unique is so as a whole, or not at all. */
    private List<String> parts(Index index) {
        return switch (index.uniqueness()) {
            case UNIQUE ->
                index.columns().stream()
                        .map(column -> new Identifier(column).in(Engine.MARIADB))
                        .toList();
            case ANY -> keys.parts(index.columns());
        };
    }

    @Override
    public void drop(Index index) {
        execute("alter table " + quoted + " drop index " + new Identifier(index.name())
                + ", algorithm = inplace, lock = none");
    }

    /** It is whole, and kept up to date, while it is ignored. */
    @Override
    public void rebuild(Index index) {
        execute("alter table " + quoted + " alter index " + new Identifier(index.name())
                + (isMariaDb() ? " not ignored" : " visible"));
    }

    private void execute(String statement) {
        db.autocommit(tx -> {
            tx.execute(statement);
            return null;
        });
    }

    @Override
    public QueryPlan plan(QueryShape query, Index index, Choice choice, Object... values) {
        String hint =
                switch (choice) {
                    case FREE -> "";
                    case FORCED -> " force index (" + new Identifier(index.name()) + ")";
                };
        Object[] given = values == null ? new Object[HotQuery.places(query)] : values;
        if (values == null) {
            Arrays.fill(given, "");
        }
        String sql = "explain format = traditional " + HotQuery.sql(query, hint, Engine.MARIADB);
        Row step = db.<List<Row>>autocommit(tx -> tx.rows(sql, given)).get(0);
        String extra = step.isNull("extra") ? "" : step.text("extra");
        String type = step.isNull("type") ? "" : step.text("type");
        String text = type + " using " + (step.isNull("key") ? "no index" : step.text("key"))
                + (extra.isEmpty() ? "" : "; " + extra);
        if (type.isEmpty() || type.equals("system")) {
            return new QueryPlan(QueryPlan.Service.NOT_SAID, text);
        }
        boolean whole = HotQuery.places(query) == 0 && type.equals("index");
        boolean seeks = index.name().equalsIgnoreCase(step.text("key")) && (SEEKS.contains(type) || whole);
        return QueryPlan.of(seeks, extra.contains("filesort"), text);
    }

    @Override
    public boolean tryLock() {
        return lock.tryTake(db);
    }

    @Override
    public void unlock() {
        lock.release(db);
    }

    /** To see others takes a privilege. */
    @Override
    public Optional<String> holder() {
        try {
            return db.<Optional<Row>>autocommit(tx -> tx.row(HOLDER)).map(row -> row.text(0));
        } catch (DbException e) {
            if (e.reason() == DbException.Reason.NO_PRIVILEGE) {
                return Optional.empty();
            }
            throw e;
        }
    }
}
