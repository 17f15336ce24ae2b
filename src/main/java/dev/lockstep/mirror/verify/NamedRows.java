package dev.lockstep.mirror.verify;

import dev.lockstep.mirror.plan.TablePlan;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Keeps so many of the rows of a table that differ, in the order of their keys. */
final class NamedRows implements DifferenceVisitor {
    private final long most;
    private final List<Difference> rows = new ArrayList<>();

    NamedRows(long most) {
        this.most = most;
    }

    @Override
    public void table(TablePlan plan) {
        rows.clear();
    }

    @Override
    public boolean wantsMore() {
        return rows.size() < most;
    }

    /** It keeps what others may want besides; that nobody does is not for it to say. */
    @Override
    public boolean isDone() {
        return most == 0;
    }

    @Override
    public void row(RowDifference row) {
        rows.add(row.kept());
    }

    /** Those of the last table. */
    List<Difference> rows() {
        List<Difference> sorted = new ArrayList<>(rows);
        sorted.sort(Comparator.comparing(Difference::kind).thenComparing(Difference::key, KeyOrder.INSTANCE));
        return sorted;
    }

    /** Numbers by their value, and before all other keys. */
    private enum KeyOrder implements Comparator<String> {
        INSTANCE;

        @Override
        public int compare(String a, String b) {
            boolean byLength = isNumber(a) && isNumber(b) && a.length() != b.length();
            return byLength ? Integer.compare(a.length(), b.length()) : a.compareTo(b);
        }

        private static boolean isNumber(String key) {
            return !key.isEmpty() && key.chars().allMatch(c -> c >= '0' && c <= '9');
        }
    }
}
