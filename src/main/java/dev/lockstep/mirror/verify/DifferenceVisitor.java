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
