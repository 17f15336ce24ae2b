package dev.lockstep.audit;

import dev.lockstep.audit.IndexEngine.Choice;
import dev.lockstep.audit.QueryReader.Parsed;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Nearest;
import dev.lockstep.db.Row;
import dev.lockstep.db.Trouble;
import dev.lockstep.profile.AuditProfile.Index;
import dev.lockstep.profile.AuditProfile.Order;
import dev.lockstep.profile.AuditProfile.Query;
import dev.lockstep.profile.AuditProfile.Uniqueness;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Finds the composite index that serves a query: the columns that are compared for equality first, so that the rows
 * stand together, then those of the order, so that they stand sorted, or else the one of a range.
 *
 * <p>On SQLite the index is tried on an empty copy of the table's schema with its statistics, in memory; on PostgreSQL with
 * HypoPG, if that is installed. Any other planner can only be asked about an index that exists, so there the rule decides; the
 * table itself is never touched.
 */
public final class Suggestions {
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

    private static final int LONGEST_NAME = 60;

    private final Db db;
    private final Supplier<Db> scratch;

    /** @param scratch makes an empty SQLite database that is nobody's */
    public Suggestions(Db db, Supplier<Db> scratch) {
        this.db = db;
        this.scratch = scratch;
    }

    /** One for each hot query of the profile. */
    public List<Suggestion> ofProfile(AuditTable table) {
        List<Suggestion> suggestions = new ArrayList<>();
        for (Query query : table.profile().queries()) {
            suggestions.add(of(new Parsed(table.name(), query, null)));
        }
        return suggestions;
    }

    /**
     * What serves a query.
     *
     * @throws Trouble usage: it is not a query that one index can serve, or its table or a column is not there
     */
    public Suggestion of(String sql) {
        return of(QueryReader.read(sql));
    }

    private Suggestion of(Parsed parsed) {
        IndexEngine engine = IndexEngine.of(db, parsed.table());
        List<String> columns = columns(parsed);
        check(parsed, columns, engine.columns());
        Optional<String> existing = existing(engine, columns);
        Index index = new Index(existing.orElse(name(parsed, columns)), columns, Uniqueness.ANY);
        Optional<Plan> plan = existing.isPresent() ? Optional.empty() : tried(engine, parsed, index);
        return new Suggestion(
                parsed.query().name(),
                parsed.table(),
                columns,
                IndexEngine.definition(parsed.table(), index),
                reason(parsed),
                existing.orElse(null),
                existing.isPresent() ? "not tried, for it is there" : how(plan),
                plan.map(Plan::text).orElse(null));
    }

    private static void check(Parsed parsed, List<String> columns, List<String> known) {
        if (known.isEmpty()) {
            throw Trouble.usage("there is no table " + parsed.table(), null);
        }
        for (String column : columns) {
            if (known.stream().noneMatch(column::equalsIgnoreCase)) {
                String hint = Nearest.to(column, known)
                        .map(name -> "did you mean " + name + "?")
                        .orElse(null);
                throw Trouble.usage("table " + parsed.table() + " has no column " + column, hint);
            }
        }
    }

    /** An index over the same columns, whatever it is called. */
    private static Optional<String> existing(IndexEngine engine, List<String> columns) {
        for (String name : engine.names()) {
            Optional<Found> found = engine.find(new Index(name, columns, Uniqueness.ANY));
            if (found.isPresent() && found.get().fit() == Found.Fit.RIGHT) {
                return Optional.of(name);
            }
        }
        return Optional.empty();
    }

    private static String name(Parsed parsed, List<String> columns) {
        String name = parsed.query().index();
        if (name == null) {
            name = parsed.table() + "_" + String.join("_", columns);
        }
        return name.substring(0, Math.min(name.length(), LONGEST_NAME));
    }

    private static String how(Optional<Plan> plan) {
        if (plan.isEmpty()) {
            return "by rule; not tried, for that would take the table itself";
        }
        return plan.get().served()
                ? "tried, with the statistics of the table and without touching it"
                : "tried, with the statistics of the table and without touching it, and not used";
    }

    private static boolean oneWay(Query query) {
        return query.order().stream().map(Order::direction).distinct().count() <= 1;
    }

    private static List<String> columns(Parsed parsed) {
        List<String> columns = new ArrayList<>(parsed.query().equals());
        if (parsed.range() != null) {
            addMissing(columns, parsed.range());
        }
        boolean sorted = parsed.range() == null
                || parsed.query().order().isEmpty()
                || parsed.query().order().get(0).column().equals(parsed.range());
        if (sorted && oneWay(parsed.query())) {
            parsed.query().order().forEach(order -> addMissing(columns, order.column()));
        }
        return columns;
    }

    private static void addMissing(List<String> columns, String column) {
        if (!columns.contains(column)) {
            columns.add(column);
        }
    }

    private static String reason(Parsed parsed) {
        Query query = parsed.query();
        StringBuilder reason = new StringBuilder();
        if (!query.equals().isEmpty()) {
            reason.append(String.join(", ", query.equals())).append(" first: equal values stand together");
        }
        List<String> rest = new ArrayList<>(columns(parsed));
        rest.removeAll(query.equals());
        if (!rest.isEmpty()) {
            boolean sorts = !query.order().isEmpty()
                    && rest.contains(query.order().get(0).column());
            reason.append(reason.isEmpty() ? "" : "; ").append("then ").append(String.join(", ", rest));
            reason.append(
                    sorts
                            ? ": within them the rows stand in the order that is asked for, read backwards or"
                                    + " forwards, so nothing is sorted"
                            : ": within them the range is one piece");
        }
        if (!oneWay(query)) {
            reason.append("; the order goes both ways, which only an index with the same directions serves");
        } else if (parsed.range() != null
                && !query.order().isEmpty()
                && !query.order().get(0).column().equals(parsed.range())) {
            reason.append("; the rows of a range do not stand in another column's order, so they are sorted");
        }
        return reason.toString();
    }

    private Optional<Plan> tried(IndexEngine engine, Parsed parsed, Index index) {
        Query query = parsed.query();
        if (query.equals().isEmpty()) {
            return Optional.empty();
        }
        Object[] values = HotQuery.sample(db, parsed.table(), query);
        if (db.engine() != Engine.SQLITE) {
            return engine.imagine(query, index, values);
        }
        try (Db copy = scratch.get()) {
            List<Row> schema = db.autocommit(tx -> tx.rows(SCHEMA, parsed.table()));
            copy.run(tx -> schema.forEach(row -> tx.execute(row.text(0))));
            IndexEngine imagined = IndexEngine.of(copy, parsed.table());
            imagined.create(index);
            copyStatistics(copy, parsed.table());
            return Optional.of(imagined.plan(query, index, Choice.FREE, values));
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
