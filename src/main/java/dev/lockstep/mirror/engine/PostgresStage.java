package dev.lockstep.mirror.engine;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine.Keys;
import dev.lockstep.mirror.engine.MirrorEngine.Merged;
import dev.lockstep.mirror.engine.MirrorEngine.Rows;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.plan.TargetType;
import java.util.ArrayList;
import java.util.List;

/** A table of the transaction's own in PostgreSQL, beside which the mirror's is put: rows arrive in it by COPY. */
final class PostgresStage {
    private static final String STAGE =
            "create temp table lockstep_stage on commit drop as select %s from %s with no data";

    private static final String UNSTAGE = "drop table lockstep_stage";

    private static final String MERGE = """
            with merged as (
                   insert into %1$s (%2$s) overriding system value
                   select %2$s from lockstep_stage
                       on conflict (%3$s) %4$s
                returning (xmax = 0) as inserted)
            select count(*) filter (where inserted) as inserted,
                   count(*) filter (where not inserted) as updated
              from merged
            """;

    private static final String STAGED = "select count(*) as rows from lockstep_stage";

    private static final String DELETE_STAGED = """
            delete from %1$s as m
             using lockstep_stage as s
             where %2$s
            """;

    private static final String ANALYZE_STAGE = "analyze lockstep_stage";

    private static final String STAGED_THERE = """
            select count(*) as rows
              from %1$s as m
              join lockstep_stage as s on %2$s
            """;

    private static final String MERGING = """
            select concat_ws(', ', %1$s) as key, count(*) over () as groups
              from lockstep_stage
             group by %1$s
            having count(*) > 1
             limit 10
            """;

    private static final String UNLIKE = """
            select count(*) as rows
              from lockstep_stage as s
              join %1$s as m on %2$s
             where not (%3$s)
            """;

    private static final String DELETE_UNLIKE = """
            delete from %1$s as m
             where (select max(case when %3$s then 1 else 0 end) from lockstep_stage as s where %2$s) = 0
            """;

    private static final String EXTRA = """
            select concat_ws(', ', %3$s) as key, count(*) over () as rows
              from %1$s as m
             where not exists (select 1 from lockstep_stage as s where %2$s)
             limit 10
            """;

    private static final String DELETE_EXTRA = """
            delete from %1$s as m
             where not exists (select 1 from lockstep_stage as s where %2$s)
            """;

    private final Tx tx;
    private final TablePlan plan;

    PostgresStage(Tx tx, TablePlan plan) {
        this.tx = tx;
        this.plan = plan;
    }

    /** As {@link MirrorEngine#stage}. */
    void fill(Rows rows) {
        make(plan.key(), rows);
        tx.execute(ANALYZE_STAGE);
    }

    private void make(List<Column> columns, Rows rows) {
        tx.execute(STAGE.formatted(TablePlan.list(columns), plan.identifier()));
        CopyBinaryWriter.copy(tx, "lockstep_stage", columns, rows);
    }

    static void drop(Tx tx) {
        tx.execute(UNSTAGE);
    }

    Merged merge(Rows rows) {
        make(plan.columns(), rows);
        String key = TablePlan.list(plan.key());
        Row merged = tx.only(MERGE.formatted(plan.identifier(), TablePlan.list(plan.columns()), key, onConflict()));
        long staged = tx.only(STAGED).integer("rows");
        drop(tx);
        long inserted = merged.integer("inserted");
        long updated = merged.integer("updated");
        return new Merged(inserted, updated, staged - inserted - updated);
    }

    private String onConflict() {
        // A key that is taken for another's becomes that one, too.
        List<Column> columns = plan.isLoose() ? plan.columns() : plan.values();
        if (columns.isEmpty()) {
            return "do nothing";
        }
        List<String> sets = new ArrayList<>();
        List<String> old = new ArrayList<>();
        List<String> fresh = new ArrayList<>();
        for (Column column : columns) {
            sets.add(column.identifier() + " = excluded." + column.identifier());
            old.add(exactly(plan.identifier() + "." + column.identifier(), column));
            fresh.add(exactly("excluded." + column.identifier(), column));
        }
        return "do update set " + String.join(", ", sets) + " where (" + String.join(", ", old) + ") is distinct from ("
                + String.join(", ", fresh) + ")";
    }

    /** An expression whose values are equal if, and only if, the column's are the same; 0.0 and -0.0 are not. */
    private static String exactly(String value, Column column) {
        TargetType type = column.type().orElseThrow();
        return switch (type.form()) {
            case REAL -> (type.size() == Float.BYTES ? "float4send(" : "float8send(") + value + ")";
            case TEXT, CHAR, LABEL -> value + "::text collate \"C\"";
            case INTERVAL -> "interval_send(" + value + ")";
            case INTEGER, BLOB, DECIMAL, TIMESTAMP, DATE, TIME, UUID, JSON, ANY -> value;
        };
    }

    long delete(Rows rows) {
        fill(rows);
        long deleted = tx.update(DELETE_STAGED.formatted(plan.identifier(), plan.sameKey("m.", "s.")));
        drop(tx);
        return deleted;
    }

    long there() {
        return tx.only(STAGED_THERE.formatted(plan.identifier(), plan.sameKey("m.", "s.")))
                .integer("rows");
    }

    Keys merging() {
        return keys(tx.rows(MERGING.formatted(TablePlan.list(plan.key()))), "groups");
    }

    long unlike() {
        return tx.only(UNLIKE.formatted(plan.identifier(), plan.sameKey("m.", "s."), exactKey()))
                .integer("rows");
    }

    long deleteUnlike() {
        return tx.update(DELETE_UNLIKE.formatted(plan.identifier(), plan.sameKey("m.", "s."), exactKey()));
    }

    private String exactKey() {
        List<String> same = new ArrayList<>();
        for (Column column : plan.key()) {
            same.add(exactly("m." + column.identifier(), column) + " = " + exactly("s." + column.identifier(), column));
        }
        return String.join(" and ", same);
    }

    Keys extra() {
        return keys(tx.rows(EXTRA.formatted(plan.identifier(), plan.sameKey("m.", "s."), plan.keyOf("m."))), "rows");
    }

    private static Keys keys(List<Row> rows, String count) {
        List<String> first = new ArrayList<>();
        rows.forEach(row -> first.add(row.text("key")));
        return new Keys(rows.isEmpty() ? 0 : rows.get(0).integer(count), first);
    }

    long deleteExtra() {
        return tx.update(DELETE_EXTRA.formatted(plan.identifier(), plan.sameKey("m.", "s.")));
    }
}
