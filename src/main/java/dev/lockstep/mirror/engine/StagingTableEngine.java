package dev.lockstep.mirror.engine;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable.Column;
import java.util.ArrayList;
import java.util.List;

/**
 * What is alike in databases that take rows by INSERT alone. Rows that may be there already go into a temporary table
 * first; then those that differ are updated, and those that are missing inserted. An upsert would be shorter, and would
 * change another row where a second unique key has the value.
 */
abstract class StagingTableEngine implements MirrorEngine {
    private static final String STAGED = "select count(*) as n from lockstep_stage";

    private static final String INSERT_MISSING = """
            insert into %1$s (%2$s)
            select %2$s
              from lockstep_stage as s
             where not exists (select 1 from %1$s as m where %3$s)
            """;

    private static final String DELETE_STAGED = """
            delete from %1$s
             where exists (select 1 from lockstep_stage as s where %2$s)
            """;

    private static final String STAGED_THERE = """
            select count(*) as n
              from lockstep_stage as s
              join %1$s as m on %2$s
            """;

    private static final String COUNT_MERGING = """
            select count(*) as n
              from (select 1 from lockstep_stage group by %1$s having count(*) > 1) as g
            """;

    private static final String MERGING = """
            select %1$s
              from lockstep_stage
             group by %1$s
            having count(*) > 1
             limit 10
            """;

    private static final String UNLIKE = """
            select count(*) as n
              from lockstep_stage as s
              join %1$s as m on %2$s
             where not (%3$s)
            """;

    private static final String DELETE_UNLIKE = """
            delete from %1$s
             where (select max(case when %3$s then 1 else 0 end) from lockstep_stage as s where %2$s) = 0
            """;

    private static final String COUNT_EXTRA = """
            select count(*) as n
              from %1$s as m
             where not exists (select 1 from lockstep_stage as s where %2$s)
            """;

    private static final String EXTRA = """
            select %3$s
              from %1$s as m
             where not exists (select 1 from lockstep_stage as s where %2$s)
             limit 10
            """;

    private static final String DELETE_EXTRA = """
            delete from %1$s
             where not exists (select 1 from lockstep_stage as s where %2$s)
            """;

    /** Makes an empty temporary table {@code lockstep_stage} with these columns of the mirror's, and an index of the key. */
    abstract void makeStage(Tx tx, TablePlan plan, List<Column> columns);

    abstract void insert(Tx tx, String table, List<Column> columns, Rows rows);

    /** Lets rows be written whatever refers to them: before a statement that writes. */
    void suspendForeignKeys(Tx tx, TablePlan plan) {}

    /** Behind it. */
    void resumeForeignKeys(Tx tx, TablePlan plan) {}

    /** Updates the rows that are staged and differ. @return how many */
    abstract long updateStaged(Tx tx, TablePlan plan);

    @Override
    public final void load(Tx tx, TablePlan plan, Rows rows) {
        suspendForeignKeys(tx, plan);
        insert(tx, plan.identifier().toString(), plan.columns(), rows);
        resumeForeignKeys(tx, plan);
    }

    @Override
    public final Merged merge(Tx tx, TablePlan plan, Rows rows) {
        makeStage(tx, plan, plan.columns());
        insert(tx, "lockstep_stage", plan.columns(), rows);
        suspendForeignKeys(tx, plan);
        long staged = tx.only(STAGED).integer("n");
        long updated = updateStaged(tx, plan);
        long inserted = tx.updateExactly(
                INSERT_MISSING.formatted(plan.identifier(), TablePlan.list(plan.columns()), plan.sameKey("m.", "s.")));
        resumeForeignKeys(tx, plan);
        unstage(tx);
        return new Merged(inserted, updated, staged - inserted - updated);
    }

    @Override
    public final void stage(Tx tx, TablePlan plan, Rows rows) {
        makeStage(tx, plan, plan.key());
        insert(tx, "lockstep_stage", plan.key(), rows);
    }

    @Override
    public final long delete(Tx tx, TablePlan plan, Rows rows) {
        stage(tx, plan, rows);
        suspendForeignKeys(tx, plan);
        long deleted =
                tx.update(DELETE_STAGED.formatted(plan.identifier(), plan.sameKey(plan.identifier() + ".", "s.")));
        resumeForeignKeys(tx, plan);
        unstage(tx);
        return deleted;
    }

    @Override
    public final long stagedThere(Tx tx, TablePlan plan) {
        return tx.only(STAGED_THERE.formatted(plan.identifier(), plan.sameKey("m.", "s.")))
                .integer("n");
    }

    @Override
    public final Keys merging(Tx tx, TablePlan plan) {
        String key = TablePlan.list(plan.key());
        return new Keys(
                tx.only(COUNT_MERGING.formatted(key)).integer("n"), keys(tx.rows(MERGING.formatted(key)), plan));
    }

    /** The condition that a key of the mirror, behind this prefix, and a staged one are the same, whatever collation they have. */
    abstract String exactKey(TablePlan plan, String mirror);

    @Override
    public final long unlike(Tx tx, TablePlan plan) {
        return tx.only(UNLIKE.formatted(plan.identifier(), plan.sameKey("m.", "s."), exactKey(plan, "m.")))
                .integer("n");
    }

    @Override
    public final long deleteUnlike(Tx tx, TablePlan plan) {
        String there = plan.identifier() + ".";
        suspendForeignKeys(tx, plan);
        long deleted =
                tx.update(DELETE_UNLIKE.formatted(plan.identifier(), plan.sameKey(there, "s."), exactKey(plan, there)));
        resumeForeignKeys(tx, plan);
        return deleted;
    }

    @Override
    public final Keys extra(Tx tx, TablePlan plan) {
        String same = plan.sameKey("m.", "s.");
        return new Keys(
                tx.only(COUNT_EXTRA.formatted(plan.identifier(), same)).integer("n"),
                keys(tx.rows(EXTRA.formatted(plan.identifier(), same, plan.keyOf("m."))), plan));
    }

    @Override
    public final long deleteExtra(Tx tx, TablePlan plan) {
        suspendForeignKeys(tx, plan);
        long deleted =
                tx.update(DELETE_EXTRA.formatted(plan.identifier(), plan.sameKey(plan.identifier() + ".", "s.")));
        resumeForeignKeys(tx, plan);
        return deleted;
    }

    private static List<String> keys(List<Row> rows, TablePlan plan) {
        List<String> keys = new ArrayList<>();
        for (Row row : rows) {
            List<String> key = new ArrayList<>();
            for (int i = 0; i < plan.keyWidth(); i++) {
                key.add(row.value(i) instanceof byte[] bytes ? "a blob of " + bytes.length + " bytes" : row.text(i));
            }
            keys.add(String.join(", ", key));
        }
        return keys;
    }
}
