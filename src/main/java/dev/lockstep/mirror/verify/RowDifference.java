package dev.lockstep.mirror.verify;

import dev.lockstep.db.Cells;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.CanonicalValue;
import dev.lockstep.mirror.proof.ShownValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A row in which a mirror differs from its source, with what both sides have.
 *
 * @param plan of its table
 * @param key as people read it: {@code 17}, {@code 'a', 2}
 * @param cells all of the row's, one for each of the plan's columns
 * @param source the source's row, if it has it and no other of the same key: a cell for each of the plan's columns, and behind
 *     them what the table is read by. It is good only while the row is handed over
 * @param mirrorKey the key of the mirror's row, if it has it and no other of the same key
 */
public record RowDifference(
        TablePlan plan,
        Difference.Kind kind,
        String key,
        List<Cell> cells,
        Optional<Cells> source,
        Optional<List<CanonicalValue>> mirrorKey) {
    private static final int SHOWN_VALUE = 60;

    /**
     * A cell.
     *
     * @param source null if the source does not have the row
     * @param mirror null if the mirror does not have it
     * @param differs whether it is a cell in which two rows differ; false where there is only one
     */
    public record Cell(String column, ShownValue source, ShownValue mirror, boolean differs) {
        /** The source's value as people read it, with about so many characters, from where it differs; null if there is none. */
        public String source(int most) {
            return shown(source, mirror, most);
        }

        /** The mirror's, in the same way. */
        public String mirror(int most) {
            return shown(mirror, source, most);
        }

        private String shown(ShownValue value, ShownValue other, int most) {
            return value == null ? null : differs ? value.beside(other, most) : value.beginning(most);
        }
    }

    /** Whether a key of both sides tells which row is meant. */
    public boolean isAlone() {
        return source.isPresent() || mirrorKey.isPresent();
    }

    /** The same for whoever keeps it: the cells that differ, if both sides have the row; else all of it. */
    public Difference kept() {
        List<Difference.Cell> kept = new ArrayList<>();
        for (Cell cell : cells) {
            if (kind != Difference.Kind.CHANGED || cell.differs()) {
                kept.add(new Difference.Cell(cell.column(), cell.source(SHOWN_VALUE), cell.mirror(SHOWN_VALUE)));
            }
        }
        return new Difference(plan.name(), kind, key, kept);
    }
}
