package dev.lockstep.audit.index;

import dev.lockstep.audit.index.IndexEngine.Choice;
import dev.lockstep.audit.query.QueryShape;
import dev.lockstep.db.Db;
import dev.lockstep.db.Engine;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.Json;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Asks PostgreSQL's planner what it would do with an index, one that is there or, with HypoPG, one that is not. */
final class PostgresPlans {
    /** HypoPG's: an index that only the planner of this session knows. */
    private static final String CAN_IMAGINE = "select to_regproc('hypopg_create_index') is not null as can";

    private static final String IMAGINE = """
            select indexrelid, indexname
              from hypopg_create_index(?)
            """;

    private static final String FORGET = "select hypopg_drop_index(?)";

    /** PostgreSQL 12's: plans for parameters of which nothing is known. */
    private static final String FOR_ANY_VALUE = """
            select set_config(name, 'force_generic_plan', true) from pg_settings where name = 'plan_cache_mode'
            """;

    private final Db db;

    PostgresPlans(Db db) {
        this.db = db;
    }

    /**
     * Plans a query.
     *
     * @param names of the index, in each partition
     * @param first the index's first column
     */
    QueryPlan plan(QueryShape query, Set<String> names, String first, Choice choice, Object... values) {
        String sql = HotQuery.sql(query, "", Engine.POSTGRESQL);
        String json = db.read(tx -> {
            if (choice == Choice.FORCED) {
                tx.execute("set local enable_seqscan = off");
                tx.execute("set local enable_bitmapscan = off");
                tx.execute("set local enable_sort = off");
            }
            return values == null
                    ? general(tx, sql, HotQuery.places(query))
                    : tx.only("explain (format json) " + sql, values).text(0);
        });
        Object root = ((Map<?, ?>) ((List<?>) Json.parse(json)).get(0)).get("Plan");
        Walk walk =
                new Walk(names, first, HotQuery.places(query) + query.nulls().size() > 0);
        walk.visit(root);
        return walk.looks
                ? QueryPlan.of(walk.seeks && !walk.scans, walk.sorts, walk.text.toString())
                : new QueryPlan(QueryPlan.Service.NOT_SAID, walk.text.toString());
    }

    private static String general(Tx tx, String sql, int places) {
        if (places == 0) {
            return tx.only("explain (format json) " + sql).text(0);
        }
        StringBuilder numbered = new StringBuilder();
        int number = 0;
        for (String piece : sql.split("\\?", -1)) {
            numbered.append(number == 0 ? "" : "$" + number).append(piece);
            number++;
        }
        tx.rows(FOR_ANY_VALUE);
        tx.execute("prepare lockstep_hot_query as " + numbered);
        String nulls = String.join(", ", Collections.nCopies(places, "null"));
        String json = tx.only("explain (format json) execute lockstep_hot_query(" + nulls + ")")
                .text(0);
        tx.execute("deallocate lockstep_hot_query");
        return json;
    }

    /** How the query would run if there were an index; empty without HypoPG. */
    Optional<QueryPlan> imagine(QueryShape query, String definition, String first, Object... values) {
        if (!db.<Row>autocommit(tx -> tx.only(CAN_IMAGINE)).flag("can")) {
            return Optional.empty();
        }
        Row made = db.autocommit(tx -> tx.only(IMAGINE, definition));
        try {
            return Optional.of(plan(query, Set.of(made.text("indexname")), first, Choice.FREE, values));
        } finally {
            db.autocommit(tx -> tx.rows(FORGET, made.value("indexrelid")));
        }
    }

    /** Looks through a plan for what the index does, and for what it should have spared. */
    private static final class Walk {
        private final Set<String> indexes;
        private final String column;
        private final boolean compares;
        private final StringBuilder text = new StringBuilder();
        private boolean looks;
        private boolean seeks;
        private boolean scans;
        private boolean sorts;

        Walk(Set<String> indexes, String column, boolean compares) {
            this.indexes = indexes;
            this.column = column;
            this.compares = compares;
        }

        void visit(Object node) {
            Map<?, ?> step = (Map<?, ?>) node;
            String type = (String) step.get("Node Type");
            Object condition = step.get("Index Cond");
            text.append(text.isEmpty() ? "" : " > ").append(type);
            if (step.get("Index Name") != null) {
                text.append(" using ").append(step.get("Index Name"));
            }
            if (condition != null) {
                text.append(" on ").append(condition);
            }
            boolean found = compares ? condition != null && condition.toString().contains(column) : true;
            seeks |= step.get("Index Name") instanceof String index && indexes.contains(index) && found;
            looks |= type.contains("Scan");
            scans |= type.equals("Seq Scan");
            sorts |= type.contains("Sort");
            if (step.get("Plans") instanceof List<?> children) {
                for (Object child : children) {
                    visit(child);
                }
            }
        }
    }
}
