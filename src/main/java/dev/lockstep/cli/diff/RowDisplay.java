package dev.lockstep.cli.diff;

import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.verify.DifferenceVisitor;
import dev.lockstep.mirror.verify.RowDifference;
import dev.lockstep.support.LockstepException;
import java.util.HashMap;
import java.util.Map;

/** Shows rows that differ as they come, so many at most. What was shown cannot be taken back. */
public abstract class RowDisplay implements DifferenceVisitor {
    private final long most;
    private final Map<String, Long> shownOf = new HashMap<>();
    private long shown;
    private String table;

    /** @param most how many rows are shown */
    protected RowDisplay(long most) {
        this.most = most;
    }

    /** @throws LockstepException unreachable: the rows of a table come again, from the beginning */
    @Override
    public final void table(TablePlan plan) {
        if (plan.name().equals(table)) {
            throw new LockstepException(
                    LockstepException.Kind.UNREACHABLE,
                    "the mirror went away while rows of " + table + " were shown",
                    "run it again");
        }
    }

    @Override
    public final boolean wantsMore() {
        return shown < most;
    }

    /** What was to be shown is shown; of none, all is counted. */
    @Override
    public boolean isDone() {
        return shown > 0 && shown >= most;
    }

    @Override
    public final void row(RowDifference row) {
        show(row);
        shown++;
        shownOf.merge(row.plan().name(), 1L, Long::sum);
        table = row.plan().name();
    }

    /** Shows one. */
    protected abstract void show(RowDifference row);

    /** Whether a row that is to be shown is the first of its table. */
    protected final boolean beginsTable(RowDifference row) {
        return !row.plan().name().equals(table);
    }

    /** What to do before the first row is shown, such as to leave the terminal to it. It is not done where there is nothing to leave. */
    public void onFirst(Runnable action) {}

    /** Whether the terminal has been left to it. */
    public boolean hasBegun() {
        return false;
    }

    /** How many rows of a table were shown. */
    public final long shown(String ofTable) {
        return shownOf.getOrDefault(ofTable, 0L);
    }

    /** How many rows were shown. */
    public final long shown() {
        return shown;
    }
}
