package dev.lockstep.mirror.repair;

import dev.lockstep.db.Cells;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.MappedRow.Misfit;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.plan.RowMapper;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.CanonicalValue;
import dev.lockstep.mirror.verify.DifferenceVisitor;
import dev.lockstep.mirror.verify.RowDifference;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is to be done to some rows that differ: where they are in the source, and the keys of those that are to go. */
final class RepairRows implements DifferenceVisitor {
    /** Of one transaction. */
    private static final int MAX_ROWS = 20_000;

    private static final int SHOWN = 20;

    private final List<List<Object>> positions = new ArrayList<>();
    private final List<List<CanonicalValue>> extra = new ArrayList<>();
    private final List<RejectedRow> shown = new ArrayList<>();
    private RowMapper mapper;
    private long left;

    @Override
    public void table(TablePlan plan) {
        positions.clear();
        extra.clear();
        shown.clear();
        left = 0;
        mapper = RowStatements.mapperOf(plan);
    }

    @Override
    public boolean wantsMore() {
        return positions.size() + extra.size() < MAX_ROWS;
    }

    @Override
    public void row(RowDifference row) {
        TablePlan plan = row.plan();
        if (!row.isAlone()) {
            leave(row, "more than one row has this key");
        } else if (row.source().isEmpty()) {
            List<CanonicalValue> key = row.mirrorKey().orElseThrow();
            if (KeyRows.canBeSent(plan, key)) {
                extra.add(key);
            } else {
                leave(row, "a key that no row of the source could have");
            }
        } else {
            MappedRow wanted = mapper.map(row.source().get());
            if (wanted.fits()) {
                positions.add(position(plan, row.source().get()));
            } else {
                Misfit misfit = wanted.misfits().get(0);
                leave(RejectedRow.of(plan.name(), row.key(), misfit));
            }
        }
    }

    /** It stands behind the plan's columns. */
    private static List<Object> position(TablePlan plan, Cells cells) {
        List<Object> position = new ArrayList<>();
        for (int i = plan.columns().size(); i < cells.width(); i++) {
            position.add(cells.value(i));
        }
        return position;
    }

    private void leave(RowDifference row, String why) {
        leave(new RejectedRow(row.plan().name(), row.key(), Optional.empty(), why, Optional.empty()));
    }

    private void leave(RejectedRow row) {
        left++;
        if (shown.size() < SHOWN) {
            shown.add(row);
        }
    }

    /** How many rows cannot be made right. */
    long left() {
        return left;
    }

    /** The first of them. */
    List<RejectedRow> shownLeft() {
        return List.copyOf(shown);
    }

    boolean hasExtra() {
        return !extra.isEmpty();
    }

    /** The keys of rows that only the mirror has. */
    MirrorEngine.Rows extra(TablePlan plan) {
        return new KeyRows(plan, extra);
    }

    boolean hasWanted() {
        return !positions.isEmpty();
    }

    /** The rows that the mirror lacks, or has otherwise. */
    MirrorEngine.Rows wanted(Tx source, TablePlan plan) {
        return sink -> {
            RowMapper wanted = plan.mapper();
            positions.forEach(position -> plan.source().at(source, position, cells -> sink.accept(wanted.map(cells))));
        };
    }
}
