package dev.lockstep.mirror.copy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill.BadRows;
import dev.lockstep.mirror.copy.Backfill.Options;
import dev.lockstep.mirror.copy.PageScan.Page;
import dev.lockstep.mirror.engine.MirrorEngine.Merged;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.RowDigest;
import dev.lockstep.mirror.proof.RowFingerprint;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.PageLedger.HeldPage;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.support.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts pages of the source into the mirror, some at a time, each time in one transaction with the record of it. If the
 * mirror refuses a row, a {@link RowSieve} finds it, and the others arrive.
 */
public final class PageWriter {
    private static final long MAX_BYTES = 16L << 20;
    private static final int MAX_ROWS = 20_000;
    private static final int SHOWN_REJECTS = 20;
    private static final String ROW_TOO_LARGE = "54000";

    /** How rows are put into the table. */
    enum Way {
        /** The table has none of them. */
        LOAD,
        /** It may have some. */
        MERGE
    }

    /** What became of the rows so far. */
    record Tally(long inserted, long updated, long unchanged, long rejected) {
        static final Tally NONE = new Tally(0, 0, 0, 0);

        /** How many of the rows are in the mirror. */
        long arrived() {
            return inserted + updated + unchanged;
        }

        private Tally plus(Merged merged) {
            return new Tally(
                    inserted + merged.inserted(), updated + merged.updated(), unchanged + merged.unchanged(), rejected);
        }

        private Tally plusRejected(long rows) {
            return new Tally(inserted, updated, unchanged, rejected + rows);
        }
    }

    private final MirrorRun run;
    private final Tx source;
    private final TablePlan plan;
    private final Options options;
    private final Progress progress;
    private final Optional<RowDigest> digest;
    private final RowFingerprint refused = new RowFingerprint(0);
    private final List<RejectedRow> rejects = new ArrayList<>();
    private Tally tally = Tally.NONE;
    private Way way;
    private boolean replaced;

    /** @param digest if it is to be known which rows were {@link #refused} */
    PageWriter(
            MirrorRun run, Tx source, TablePlan plan, Options options, Progress progress, Optional<RowDigest> digest) {
        this.run = run;
        this.source = source;
        this.plan = plan;
        this.options = options;
        this.progress = progress;
        this.digest = digest;
    }

    Tally tally() {
        return tally;
    }

    /** Which rows the mirror refused. */
    RowFingerprint refused() {
        return refused;
    }

    /** Some of the rows that the mirror refused. */
    List<RejectedRow> rejects() {
        return rejects;
    }

    void write(List<Page> pages, Way first) {
        way = first;
        long total = pages.stream().mapToLong(Page::rows).sum();
        long written = 0;
        if (total > 0) {
            progress.at(plan.name(), Work.ROWS_WRITTEN, 0, total);
        }
        for (int from = 0; from < pages.size(); ) {
            List<Page> left = pages.subList(from, pages.size());
            List<Page> done = put(left.subList(0, endOfBatch(left, 0)), left);
            long rows = done.stream().mapToLong(Page::rows).sum();
            from += done.size();
            written += rows;
            progress.at(plan.name(), Work.ROWS_WRITTEN, written, total);
            options.throttle().wrote(rows);
        }
    }

    private int endOfBatch(List<Page> pages, int from) {
        int most = options.batch().orElse(MAX_ROWS);
        long rows = 0;
        long bytes = 0;
        int to = from;
        while (to < pages.size() && rows < most && bytes < MAX_BYTES) {
            rows += pages.get(to).rows();
            bytes += pages.get(to).bytes();
            to++;
        }
        return to;
    }

    /** @param left these pages and all that come after them @return the pages that are written now */
    private List<Page> put(List<Page> batch, List<Page> left) {
        try {
            commit(batch);
            return batch;
        } catch (DbException e) {
            if (!isAboutRows(e)) {
                throw e;
            }
            if (way == Way.LOAD) {
                way = Way.MERGE;
                return put(batch, left);
            }
            if (e.reason() == Reason.DUPLICATE && plan.hasOtherUniqueKeys() && !replaced) {
                replaced = true;
                if (replace(left)) {
                    return left;
                }
            }
        }
        batch.forEach(this::bisect);
        return batch;
    }

    private void commit(List<Page> batch) {
        Merged merged = run.write(mirror -> putAndRecord(mirror, batch));
        run.noteWrites(merged.inserted() + merged.updated());
        tally = tally.plus(merged);
    }

    private Merged putAndRecord(Tx mirror, List<Page> batch) {
        PageRows rows = new PageRows(source, plan, batch);
        Merged done = put(mirror, rows);
        List<HeldPage> held = new ArrayList<>();
        for (int i = 0; i < batch.size(); i++) {
            held.add(new HeldPage(batch.get(i).digest(), batch.get(i).fitting(), rows.listed(i)));
        }
        run.pages().record(mirror, plan.mirrorName(), held);
        return done;
    }

    private Merged put(Tx mirror, PageRows rows) {
        refuseUnlike(mirror, rows);
        if (way == Way.LOAD && !run.wasLost()) {
            run.engine().load(mirror, plan, rows);
            return new Merged(rows.delivered(), 0, 0);
        }
        return run.engine().merge(mirror, plan, rows);
    }

    /**
     * Takes every row that is still to be written out of the mirror, so that none is in the way of another that has its unique
     * value now, and then writes them: in one transaction, so that none is missing if one is refused all the same.
     *
     * @return whether it is done
     */
    private boolean replace(List<Page> pages) {
        try {
            Tally before = tally;
            tally = run.write(mirror -> {
                for (List<Page> batch : batches(pages)) {
                    run.engine().delete(mirror, plan, new PageRows(source, plan, batch));
                }
                Tally done = before;
                for (List<Page> batch : batches(pages)) {
                    done = done.plus(putAndRecord(mirror, batch));
                }
                return done;
            });
            run.noteWrites(pages.size());
            return true;
        } catch (DbException e) {
            if (isAboutRows(e)) {
                return false;
            }
            throw e;
        }
    }

    private List<List<Page>> batches(List<Page> pages) {
        List<List<Page>> batches = new ArrayList<>();
        for (int from = 0, to; from < pages.size(); from = to) {
            to = endOfBatch(pages, from);
            batches.add(pages.subList(from, to));
        }
        return batches;
    }

    /** Writes what can be written of a page in which some row cannot, and then records it. */
    private void bisect(Page page) {
        RowSieve sieve = new RowSieve(source, run.engine(), plan, page, options.badRows(), rows -> {
            Merged merged = run.write(mirror -> {
                refuseUnlike(mirror, rows);
                return run.engine().merge(mirror, plan, rows);
            });
            run.noteWrites(merged.inserted() + merged.updated());
            tally = tally.plus(merged);
            return merged.rows();
        });
        List<RowSieve.Refusal> refused = sieve.run();
        PageRows all = new PageRows(source, plan, List.of(page));
        all.each(row -> {});
        long missing = (long) all.rejects(0).size() + refused.size();
        List<RejectedRow> listed = new ArrayList<>(all.listed(0));
        refused.forEach(one -> listed.add(one.reject()));
        long gone = run.write(mirror -> {
            long deleted = 0;
            // The mirror does not take these very rows: it does not keep older ones of the same keys either.
            for (RowSieve.Refusal one : refused) {
                if (OneKey.is(one.why())) {
                    continue;
                }
                deleted += run.engine()
                        .delete(mirror, plan, PageRows.part(source, plan, page, one.ordinal(), one.ordinal() + 1));
            }
            run.pages()
                    .record(
                            mirror,
                            plan.mirrorName(),
                            List.of(new HeldPage(page.digest(), page.rows() - missing, listed)));
            return deleted;
        });
        run.noteWrites(gone);
        tally = tally.plusRejected(refused.size());
        for (RowSieve.Refusal one : refused) {
            digest.ifPresent(of -> PageRows.part(source, plan, page, one.ordinal(), one.ordinal() + 1)
                    .each(row -> this.refused.add(of.of(row))));
            if (rejects.size() < SHOWN_REJECTS) {
                rejects.add(one.reject());
            }
        }
    }

    /** A row whose key the mirror takes for another's would become that one, or change it. */
    private void refuseUnlike(Tx mirror, PageRows rows) {
        if (!plan.isLoose() || options.badRows() == BadRows.FAIL) {
            return;
        }
        run.engine().stage(mirror, plan, rows);
        boolean alike = run.engine().unlike(mirror, plan) == 0
                && run.engine().merging(mirror, plan).count() == 0;
        run.engine().unstage(mirror);
        if (!alike) {
            throw OneKey.refusal();
        }
    }

    /** Whether another row might be taken. */
    public static boolean isAboutRows(DbException e) {
        return switch (e.reason()) {
            case BAD_VALUE, DUPLICATE -> true;
            case OTHER -> ROW_TOO_LARGE.equals(e.sqlState());
            default -> false;
        };
    }
}
