package dev.lockstep.audit.index;

import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.Relations;
import dev.lockstep.audit.index.IndexEngine.Choice;
import dev.lockstep.audit.query.QueryParser;
import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Identifier;
import dev.lockstep.db.Row;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Query;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;

/**
 * Finds the composite index that serves a query: the columns that are compared for equality first, so that the rows
 * stand together, then those of the order, so that they stand sorted, or else the one of a range.
 *
 * <p>On SQLite the index is tried on an empty copy of the table's schema with its statistics, in memory; on PostgreSQL with
 * HypoPG, if that is installed. Any other planner can only be asked about an index that exists, so there the rule decides; the
 * table itself is never touched.
 */
public final class IndexAdvisor {
    private static final String SCHEMA = """
            select sql
              from sqlite_master
             where tbl_name = ? collate nocase
               and type in ('table', 'index')
               and sql is not null
             order by type = 'index'
            """;

    private static final String HAS_STATISTICS = "select 1 from sqlite_master where name = 'sqlite_stat1'";
    private static final String STATISTICS = "select idx, stat from sqlite_stat1 where tbl = ? collate nocase";
    private static final String NO_STATISTICS = "delete from sqlite_stat1";
    private static final String KEEP = "insert into sqlite_stat1 (tbl, idx, stat) values (?, ?, ?)";

    /** PostgreSQL's limit; the others take a little more. */
    private static final int MAX_NAME_BYTES = 60;

    /** PostgreSQL's types whose values have no order. */
    private static final Set<String> UNORDERED =
            Set.of("json", "xml", "point", "line", "lseg", "box", "path", "polygon", "circle");

    private final Db db;
    private final Supplier<Db> scratch;

    /** @param scratch makes an empty SQLite database that is nobody's */
    public IndexAdvisor(Db db, Supplier<Db> scratch) {
        this.db = db;
        this.scratch = scratch;
    }

    /** One for each hot query of the profile. */
    public List<Suggestion> ofProfile(AuditTable table) {
        List<Suggestion> suggestions = new ArrayList<>();
        for (Query query : table.profile().queries()) {
            suggestions.add(of(QueryShape.of(table.relation(), query, db.engine()), query.index()));
        }
        return suggestions;
    }

    /**
     * What serves a query.
     *
     * @throws LockstepException usage: it is not a query that one index can serve, or its table or a column is not there
     */
    public Suggestion of(String sql) {
        return of(QueryParser.read(db, sql), null);
    }

    private Suggestion of(QueryShape asked, String wantedName) {
        IndexEngine engine = IndexEngine.of(db, asked.table());
        List<String> notes = new ArrayList<>(asked.notes());
        QueryShape shape = fitting(asked, notes);
        Optional<TableIndex> existing = existing(engine, shape);
        if (existing.isEmpty() && !shape.isOneWay(db.engine())) {
            notes.add("the order goes both ways, which only an index with the same directions serves: it is sorted");
            shape = shape.unsorted();
            existing = existing(engine, shape);
        }
        List<String> columns = columns(shape);
        if (columns.isEmpty()) {
            throw LockstepException.usage("cannot suggest an index for this query: " + String.join("; ", notes), null);
        }
        String name = existing.map(TableIndex::name).orElseGet(() -> name(engine, asked, columns, wantedName));
        Index index = new Index(name, columns, Uniqueness.ANY);
        Optional<QueryPlan> plan = existing.isPresent() ? Optional.empty() : tried(engine, shape, index);
        return new Suggestion(
                asked.text(),
                asked.table().toString(),
                columns,
                existing.isPresent() ? null : engine.advice(index),
                reason(asked, shape),
                existing.map(TableIndex::name).orElse(null),
                existing.isPresent() ? "not tried, for it is there" : how(plan),
                plan.map(QueryPlan::text).orElse(null),
                notes);
    }

    /** What the engine can index of it. */
    private QueryShape fitting(QueryShape shape, List<String> notes) {
        return switch (db.engine()) {
            case SQLITE -> shape;
            case POSTGRESQL -> {
                refuseUnordered(shape);
                yield shape;
            }
            case MARIADB -> {
                List<String> cut = new MariaDbKeys(db, shape.table()).cut(columns(shape));
                if (cut.isEmpty()) {
                    yield shape;
                }
                notes.add("only the beginning of " + String.join(", ", cut)
                        + " fits in a key: what begins alike is compared in the rows"
                        + (shape.isSorted() ? ", and the result is sorted" : ""));
                yield shape.isSorted() && !columns(shape.unsorted()).isEmpty() ? shape.unsorted() : shape;
            }
        };
    }

    private void refuseUnordered(QueryShape shape) {
        Relations.Known known =
                Relations.ofProfile(db, shape.table().schema(), shape.table().table());
        for (String column : columns(shape)) {
            String type = known.types().get(column);
            if (type != null && UNORDERED.contains(type)) {
                throw LockstepException.usage(
                        "cannot suggest an index for this query: " + column + " is " + type
                                + ", which a b-tree cannot hold",
                        null);
            }
        }
    }

    /** An index that serves the query, whatever it is called: the primary key, or one with more columns behind. */
    private static Optional<TableIndex> existing(IndexEngine engine, QueryShape shape) {
        return engine.indexes().stream().filter(index -> index.serves(shape)).findFirst();
    }

    /** With {@code if not exists}, a name that something else has would make nothing. */
    private static String name(IndexEngine engine, QueryShape shape, List<String> columns, String wanted) {
        String base = wanted == null ? shape.table().table() + "_" + String.join("_", columns) : wanted;
        String name = cut(base, MAX_NAME_BYTES);
        for (int i = 2; wanted == null && engine.isTaken(name); i++) {
            name = cut(base, MAX_NAME_BYTES - 3) + "_" + i;
        }
        return name;
    }

    private static String cut(String name, int bytes) {
        String cut = name;
        while (new Identifier(cut).bytes() > bytes) {
            cut = cut.substring(0, cut.offsetByCodePoints(cut.length(), -1));
        }
        return cut;
    }

    private static String how(Optional<QueryPlan> plan) {
        if (plan.isEmpty()) {
            return "by rule; not tried, for that would take the table itself";
        }
        return plan.get().served()
                ? "tried, with the statistics of the table and without touching it"
                : "tried, with the statistics of the table and without touching it, and not used";
    }

    private static List<String> columns(QueryShape shape) {
        List<String> columns = new ArrayList<>(shape.leading());
        shape.tail().forEach(by -> columns.add(by.column()));
        return columns;
    }

    private static String reason(QueryShape asked, QueryShape shape) {
        StringBuilder reason = new StringBuilder();
        if (!shape.leading().isEmpty()) {
            reason.append(String.join(", ", shape.leading())).append(" first: equal values stand together");
        }
        if (!shape.tail().isEmpty()) {
            List<String> rest = new ArrayList<>();
            shape.tail().forEach(by -> rest.add(by.column()));
            reason.append(reason.isEmpty() ? "" : "; ").append("then ").append(String.join(", ", rest));
            reason.append(
                    shape.isSorted()
                            ? ": within them the rows stand in the order that is asked for, read backwards or"
                                    + " forwards, so nothing is sorted"
                            : ": within them the range is one piece");
        }
        if (!shape.isSorted() && !asked.order().isEmpty() && shape.range() != null) {
            reason.append("; the rows of a range do not stand in another column's order, so they are sorted");
        } else if (!shape.isSorted()
                && !asked.order().isEmpty()
                && !shape.anyOf().isEmpty()) {
            reason.append("; the rows of several values do not stand in one order, so they are sorted");
        }
        return reason.toString();
    }

    private Optional<QueryPlan> tried(IndexEngine engine, QueryShape query, Index index) {
        if (query.equals().isEmpty()) {
            return Optional.empty();
        }
        if (db.engine() != Engine.SQLITE) {
            return engine.imagine(query, index, HotQuery.sample(db, query).orElse(null));
        }
        String table = query.table().table();
        try (Db copy = scratch.get()) {
            List<Row> schema = db.autocommit(tx -> tx.rows(SCHEMA, table));
            if (!isCopied(copy, schema)) {
                return Optional.empty();
            }
            IndexEngine imagined = IndexEngine.of(copy, table);
            imagined.create(index);
            copyStatistics(copy, table);
            return Optional.of(imagined.plan(query, index, Choice.FREE));
        }
    }

    /** A function or a collation of the application's is nowhere else. */
    private static boolean isCopied(Db copy, List<Row> schema) {
        try {
            copy.run(tx -> schema.forEach(row -> tx.execute(row.text(0))));
            return true;
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.OTHER && e.reason() != DbException.Reason.NO_SUCH_OBJECT) {
                throw e;
            }
            return false;
        }
    }

    /** The planner of the copy then sees a table as large as ours. */
    private void copyStatistics(Db copy, String table) {
        boolean any = db.<Optional<Row>>autocommit(tx -> tx.row(HAS_STATISTICS)).isPresent();
        if (!any) {
            return;
        }
        copy.autocommit(tx -> tx.rows("analyze"));
        copy.run(tx -> {
            tx.update(NO_STATISTICS);
            for (Row row : db.<List<Row>>autocommit(source -> source.rows(STATISTICS, table))) {
                tx.update(KEEP, table, row.text(0), row.text(1));
            }
        });
        copy.autocommit(tx -> tx.rows("analyze sqlite_master"));
    }
}
