package dev.lockstep.mirror.verify;

import dev.lockstep.mirror.plan.TablePlan;

/** Takes every row in which a mirror differs, one after the other, while both sides are read; none of them is kept. */
public interface DifferenceVisitor {
    /** Counts, and takes no row. */
    DifferenceVisitor NONE = new DifferenceVisitor() {
        @Override
        public boolean wantsMore() {
            return false;
        }

        @Override
        public boolean isDone() {
            return true;
        }

        @Override
        public void row(RowDifference row) {
            throw new IllegalStateException("no row is wanted");
        }
    };

    /** The rows of a table come, those of a portion of it in the order of the source; or all of them again, from the beginning. */
    default void table(TablePlan plan) {}

    /** Whether it takes another row. */
    default boolean wantsMore() {
        return true;
    }

    /** Whether somebody waits for the first rows, so that a table is better read in small parts at first. */
    default boolean isWaitedFor() {
        return false;
    }

    /** Whether it has all that it wants to know, so that nothing else has to be read, not even to be counted. */
    default boolean isDone() {
        return false;
    }

    void row(RowDifference row);

    /** Two that take the same rows. */
    static DifferenceVisitor both(DifferenceVisitor one, DifferenceVisitor other) {
        return new DifferenceVisitor() {
            @Override
            public void table(TablePlan plan) {
                one.table(plan);
                other.table(plan);
            }

            @Override
            public boolean wantsMore() {
                return one.wantsMore() || other.wantsMore();
            }

            @Override
            public boolean isWaitedFor() {
                return one.isWaitedFor() || other.isWaitedFor();
            }

            @Override
            public boolean isDone() {
                return one.isDone() && other.isDone();
            }

            @Override
            public void row(RowDifference row) {
                for (DifferenceVisitor visitor : new DifferenceVisitor[] {one, other}) {
                    if (visitor.wantsMore()) {
                        visitor.row(row);
                    }
                }
            }
        };
    }
}
