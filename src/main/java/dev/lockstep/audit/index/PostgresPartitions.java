package dev.lockstep.audit.index;

import dev.lockstep.audit.TableName;
import dev.lockstep.audit.index.AuditIndexes.State;
import dev.lockstep.audit.index.IndexEngine.Partition;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The index of a partitioned table. PostgreSQL makes it for all partitions at once, and shuts writers out all the while;
 * so the parent's is made alone, not valid, each partition's concurrently, and attached. The last one makes the parent's
 * valid. What is there is kept, so the work goes on where it was interrupted.
 */
final class PostgresPartitions {
    private static final String KIND = "select c.relkind from pg_catalog.pg_class c where c.oid = to_regclass(?)";

    private static final String CHILDREN = """
            select n.nspname, c.relname, c.relkind
              from pg_catalog.pg_inherits h
              join pg_catalog.pg_class c on c.oid = h.inhrelid
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
             where h.inhparent = to_regclass(?)
             order by n.nspname, c.relname
            """;

    /** The index of a partition that belongs to the parent's. */
    private static final String ATTACHED = """
            select c.relname, i.indisvalid and i.indisready as works
              from pg_catalog.pg_inherits h
              join pg_catalog.pg_index i on i.indexrelid = h.inhrelid
              join pg_catalog.pg_class c on c.oid = i.indexrelid
             where h.inhparent = to_regclass(?)
               and i.indrelid = to_regclass(?)
            """;

    private static final String NAMES = """
            with recursive tree (oid) as (
              select c.oid
                from pg_catalog.pg_class t
                join pg_catalog.pg_class c on c.relnamespace = t.relnamespace and c.relname = ?
               where t.oid = to_regclass(?)
              union all
              select h.inhrelid from tree join pg_catalog.pg_inherits h on h.inhparent = tree.oid
            )
            select c.relname from tree join pg_catalog.pg_class c on c.oid = tree.oid
            """;

    /** {@code reindex concurrently} leaves these when it fails; while it runs, they are its own. */
    private static final String LEFTOVERS = """
            with recursive tree (oid) as (
              select to_regclass(?)::oid
              union all
              select h.inhrelid from tree join pg_catalog.pg_inherits h on h.inhparent = tree.oid
            )
            select quote_ident(n.nspname) || '.' || quote_ident(c.relname)
              from tree
              join pg_catalog.pg_index i on i.indrelid = tree.oid
              join pg_catalog.pg_class c on c.oid = i.indexrelid
              join pg_catalog.pg_namespace n on n.oid = c.relnamespace
             where not i.indisvalid
               and c.relkind = 'i'
               and c.relname ~ '_cc(new|old)[0-9]*$'
               and not exists (select 1 from pg_catalog.pg_stat_progress_create_index p where p.relid = tree.oid)
             order by 1
            """;

    private final Db db;
    private final TableName table;
    private Boolean partitioned;

    PostgresPartitions(Db db, TableName table) {
        this.db = db;
        this.table = table;
    }

    boolean isPartitioned() {
        if (partitioned == null) {
            partitioned = db.<Optional<Row>>autocommit(tx -> tx.row(KIND, table.sql()))
                    .filter(row -> row.text(0).equals("p"))
                    .isPresent();
        }
        return partitioned;
    }

    /** What the index is called, in each partition too. */
    Set<String> names(Index index) {
        Set<String> names = new HashSet<>(Set.of(index.name()));
        if (isPartitioned()) {
            names.addAll(IndexEngine.texts(db, NAMES, index.name(), table.sql()));
        }
        return names;
    }

    List<String> leftovers() {
        return IndexEngine.texts(db, LEFTOVERS, table.sql());
    }

    /** Makes what there is not yet. */
    void create(Index index) {
        String schema = schema(table);
        build(table, schema, index);
    }

    private String schema(TableName of) {
        return db.autocommit(tx -> tx.only(
                        "select n.nspname from pg_class c join pg_namespace n on n.oid = c.relnamespace"
                                + " where c.oid = to_regclass(?)",
                        of.sql())
                .text(0));
    }

    /** @param schema that of the table, and so of its index */
    private void build(TableName parent, String schema, Index index) {
        TableName name = new TableName(schema, index.name());
        if (db.<Optional<Row>>autocommit(tx -> tx.row(KIND, name.sql())).isEmpty()) {
            String sql = IndexEngine.definition("create %sindex", parent, index, Engine.POSTGRESQL);
            execute(sql.replaceFirst(" on ", " on only "));
        }
        for (Row child : db.<List<Row>>autocommit(tx -> tx.rows(CHILDREN, parent.sql()))) {
            TableName part = new TableName(child.text("nspname"), child.text("relname"));
            Optional<Row> attached = db.autocommit(tx -> tx.row(ATTACHED, name.sql(), part.sql()));
            if (child.text("relkind").equals("f")) {
                throw LockstepException.refused(
                        "partition " + part + " is a foreign table, of which PostgreSQL makes no index",
                        "detach it, or make the index where its rows are");
            }
            boolean branch = child.text("relkind").equals("p");
            if (attached.isEmpty() || !attached.get().flag("works")) {
                Index own = attached.map(row -> new Index(row.text("relname"), index.columns(), index.uniqueness()))
                        .orElseGet(() -> own(part, index));
                if (branch) {
                    build(part, part.schema(), own);
                } else {
                    leaf(part, own);
                }
                if (attached.isEmpty()) {
                    execute("alter index " + name.sql() + " attach partition "
                            + new TableName(part.schema(), own.name()).sql());
                }
            }
        }
    }

    /** One that somebody made of the same columns is as good; else one of a name that is free. */
    private Index own(TableName part, Index index) {
        PostgresIndexes indexes = new PostgresIndexes(db, part);
        for (TableIndex there : indexes.indexes()) {
            Index same = new Index(there.name(), index.columns(), index.uniqueness());
            boolean right = !there.name().equals("PRIMARY KEY")
                    && indexes.find(same)
                            .filter(found ->
                                    found.fit() == ExistingIndex.Fit.RIGHT || found.fit() == ExistingIndex.Fit.INVALID)
                            .isPresent();
            if (right && !isAttached(part, there.name())) {
                return same;
            }
        }
        String whole = part.table() + "_" + index.name();
        String name = whole;
        for (int i = 0; new Identifier(name).bytes() > Identifier.POSTGRESQL_MAX_BYTES || indexes.isTaken(name); i++) {
            String end = "_" + Integer.toHexString(whole.hashCode() + i);
            int keep = Math.min(whole.length(), Identifier.POSTGRESQL_MAX_BYTES - end.length());
            while (new Identifier(whole.substring(0, keep) + end).bytes() > Identifier.POSTGRESQL_MAX_BYTES) {
                keep--;
            }
            name = whole.substring(0, keep) + end;
        }
        return new Index(name, index.columns(), index.uniqueness());
    }

    private boolean isAttached(TableName part, String index) {
        return db.<Row>autocommit(tx -> tx.only(
                        "select count(*) > 0 as attached from pg_catalog.pg_inherits where inhrelid = to_regclass(?)",
                        new TableName(part.schema(), index).sql()))
                .flag("attached");
    }

    private void leaf(TableName part, Index own) {
        PostgresIndexes indexes = new PostgresIndexes(db, part);
        Optional<ExistingIndex> found = indexes.find(own);
        if (found.isEmpty()) {
            indexes.create(own);
        } else if (found.get().fit() == ExistingIndex.Fit.INVALID) {
            if (isAttached(part, own.name())) {
                execute("reindex index concurrently " + new TableName(part.schema(), own.name()).sql());
            } else {
                indexes.rebuild(own);
            }
        }
    }

    /** One for each partition that holds rows. */
    List<Partition> states(Index index) {
        List<Partition> states = new ArrayList<>();
        if (isPartitioned()) {
            states(table, new TableName(schema(table), index.name()), index, states);
        }
        return states;
    }

    private void states(TableName parent, TableName name, Index index, List<Partition> states) {
        for (Row child : db.<List<Row>>autocommit(tx -> tx.rows(CHILDREN, parent.sql()))) {
            TableName part = new TableName(child.text("nspname"), child.text("relname"));
            Optional<Row> attached =
                    name == null ? Optional.empty() : db.autocommit(tx -> tx.row(ATTACHED, name.sql(), part.sql()));
            TableName own = attached.map(row -> new TableName(part.schema(), row.text("relname")))
                    .orElse(null);
            if (child.text("relkind").equals("p")) {
                states(part, own, index, states);
            } else {
                State state = attached.isEmpty()
                        ? State.MISSING
                        : attached.get().flag("works") ? State.PRESENT : State.INVALID;
                states.add(new Partition(part.toString(), own == null ? null : own.table(), state));
            }
        }
    }

    private void execute(String statement) {
        db.autocommit(tx -> {
            tx.execute(statement);
            return null;
        });
    }

    /** @param quoted as {@link #leftovers} gives it */
    static String dropLeftover(String quoted) {
        return "drop index concurrently if exists " + quoted;
    }
}
