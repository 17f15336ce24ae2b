package dev.lockstep.mirror.repair;

import dev.lockstep.mirror.plan.ForeignKeys.Check;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.RowMapper;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.plan.TargetTable.Column;
import dev.lockstep.mirror.verify.RowDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The statements that make one row of a table right. */
final class RowStatements {
    private final EngineSql sql;
    private final TablePlan plan;
    private final RowMapper mapper;
    private final String insert;
    private final boolean canReplace;

    RowStatements(EngineSql sql, TablePlan plan) {
        this.sql = sql;
        this.plan = plan;
        this.mapper = mapperOf(plan);
        List<String> names = new ArrayList<>();
        plan.columns().forEach(column -> names.add(sql.name(column.identifier())));
        this.insert = "insert into " + table() + " (" + String.join(", ", names) + ")" + sql.overriding() + " values (";
        // What a row has beside the plan's columns would be lost, and what refers to it in the way.
        this.canReplace = plan.target().columns().size() == plan.columns().size()
                && (plan.target().foreignKeys().keys().isEmpty()
                        || plan.target().foreignKeys().check() == Check.SUSPENDED);
    }

    /** Of rows whose first cells are the plan's columns. */
    static RowMapper mapperOf(TablePlan plan) {
        return plan.from(IntStream.range(0, plan.columns().size()).boxed().toList())
                .mapper();
    }

    private String table() {
        return sql.name(plan.identifier());
    }

    /** The source's row as the mirror should have it, which it may not be able to; the same object each time. */
    MappedRow wanted(RowDifference row) {
        return mapper.map(row.source().orElseThrow());
    }

    /** Takes a row out of the mirror. */
    String delete(RowDifference row) {
        return "delete from " + table() + where(row) + ";";
    }

    /** Puts a row into it that it does not have. */
    String insert(MappedRow row) {
        List<String> values = new ArrayList<>();
        for (int i = 0; i < plan.columns().size(); i++) {
            values.add(sql.value(row, i, plan.columns().get(i)));
        }
        return insert + String.join(", ", values) + ");";
    }

    /** Gives a row that is there the cells that it lacks. */
    String update(RowDifference row, MappedRow wanted) {
        List<String> sets = new ArrayList<>();
        for (int i = 0; i < plan.columns().size(); i++) {
            if (row.cells().get(i).differs()) {
                Column column = plan.columns().get(i);
                sets.add(sql.name(column.identifier()) + " = " + sql.value(wanted, i, column));
            }
        }
        return "update " + table() + " set " + String.join(", ", sets) + where(row) + ";";
    }

    private String where(RowDifference row) {
        return " where " + sql.condition(plan.key(), row.mirrorKey().orElseThrow());
    }

    /**
     * Whether a row is better taken out and put in again than updated: another may have a unique value still that it is to
     * have.
     */
    boolean isReplaced(RowDifference row) {
        if (!canReplace) {
            return false;
        }
        return plan.target().uniqueKeys().stream()
                .anyMatch(key -> key.isEmpty()
                        || row.cells().stream().anyMatch(cell -> cell.differs() && key.contains(cell.column())));
    }
}
