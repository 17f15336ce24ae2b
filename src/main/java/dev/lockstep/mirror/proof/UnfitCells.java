package dev.lockstep.mirror.proof;

import dev.lockstep.db.Cells;
import dev.lockstep.mirror.plan.MappedRow;
import dev.lockstep.mirror.plan.MappedRow.Tag;
import dev.lockstep.mirror.plan.RowMapper;
import dev.lockstep.mirror.plan.TablePlan;
import java.util.stream.IntStream;

/**
 * Which cells of the source's rows do not fit the mirror, by the plan that the copy goes by, too. That, and nothing of what a
 * value means, a proof is told.
 */
final class UnfitCells {
    private final RowMapper mapper;
    private MappedRow row;

    /** Of rows whose cells are the plan's columns. */
    UnfitCells(TablePlan plan) {
        this.mapper = plan.from(
                        IntStream.range(0, plan.columns().size()).boxed().toList())
                .mapper();
    }

    /** Looks at a row. */
    void look(Cells cells) {
        row = mapper.map(cells);
    }

    /** Whether NULL is in the mirror's cell. */
    boolean isNull(int cell) {
        return row.tag(cell) == Tag.NULL;
    }

    /** How many cells of the row are changed, if the mirror takes it. */
    int changes() {
        return row.fits() ? row.changes().size() : 0;
    }
}
