package dev.lockstep.mirror.copy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill.BadRows;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.support.LockstepException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/**
 * Finds the rows of a page that the mirror refuses, by halving, and has the others written meanwhile.
 *
 * <p>A refusal is a row's fault only if that is shown: what fails without any row, or for all of several rows alike, is the
 * trouble of a statement or of the mirror's table, and ends the table before a row is given up for it.
 */
final class RowSieve {
    /** Writes rows in a transaction of their own. */
    @FunctionalInterface
    interface Writer {
        /** Says how many of them are in the mirror now. */
        long write(PageRows rows);
    }

    /**
     * A row that the mirror refuses.
     *
     * @param ordinal which of its page it is, from 0
     */
    record Refusal(int ordinal, RejectedRow reject, DbException why) {}

    private final Tx source;
    private final MirrorEngine engine;
    private final TablePlan plan;
    private final PageScan.Page page;
    private final BadRows policy;
    private final Writer writer;
    private final List<Refusal> refused = new ArrayList<>();
    private long taken;

    RowSieve(Tx source, MirrorEngine engine, TablePlan plan, PageScan.Page page, BadRows policy, Writer writer) {
        this.source = source;
        this.engine = engine;
        this.plan = plan;
        this.page = page;
        this.policy = policy;
        this.writer = writer;
    }

    /**
     * Writes what can be written of the page.
     *
     * @return the rows that are refused, each for a fault of its own
     * @throws LockstepException failed: a row is refused and none is to be left out, or it is no row's fault
     */
    List<Refusal> run() {
        writer.write(rows(0, 0));
        bisect(0, page.rows());
        if (taken == 0 && refused.size() > 1 && areAlike()) {
            throw alike();
        }
        if (policy == BadRows.FAIL && !refused.isEmpty()) {
            throw refusal();
        }
        return refused;
    }

    private PageRows rows(int from, int to) {
        return PageRows.part(source, plan, page, from, to);
    }

    private void bisect(int from, int to) {
        try {
            taken += writer.write(rows(from, to));
        } catch (DbException e) {
            if (!PageWriter.isAboutRows(e)) {
                throw e;
            }
            if (to - from > 1) {
                int middle = (from + to) >>> 1;
                bisect(from, middle);
                bisect(middle, to);
            } else {
                RejectedRow reject = new RejectedRow(
                        plan.name(), key(rows(from, to)), Optional.empty(), e.getMessage(), Optional.empty());
                refused.add(new Refusal(from, reject, e));
            }
        }
        if (policy == BadRows.FAIL && taken > 0 && !refused.isEmpty()) {
            throw refusal();
        }
    }

    private String key(PageRows one) {
        List<String> key = new ArrayList<>();
        one.each(row -> key.add(row.key(plan.keyWidth())));
        return key.get(0);
    }

    private boolean areAlike() {
        DbException first = refused.get(0).why();
        return refused.stream()
                .allMatch(one -> !OneKey.is(one.why())
                        && one.why().reason() == first.reason()
                        && Objects.equals(one.why().sqlState(), first.sqlState()));
    }

    private LockstepException alike() {
        Refusal first = refused.get(0);
        return new LockstepException(
                LockstepException.Kind.FAILED,
                "refused-alike",
                plan.name() + ": the mirror refuses " + refused.size() + " rows of " + refused.size()
                        + " alike, from key " + first.reject().key() + " on: "
                        + first.reject().reason(),
                "what they have in common is the mirror's table: change it there; no row was left out or removed",
                first.why());
    }

    private LockstepException refusal() {
        return new LockstepException(
                        LockstepException.Kind.FAILED,
                        "refused-by-mirror",
                        refused.get(0).reject().toString(),
                        null,
                        refused.get(0).why())
                .advising(MirrorRemedy.QUARANTINE_WHAT_IS_REFUSED.of(
                        engine.takenAfter(plan, refused.get(0).why()).stream().toArray()));
    }
}
