package dev.lockstep.mirror;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Trouble;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.Backfill.BadRows;
import dev.lockstep.mirror.Backfill.Options;
import dev.lockstep.mirror.Dialect.Merged;
import dev.lockstep.mirror.PageRecords.Page;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Puts pages of the source into the mirror, some at a time, each time in one transaction with the record of it. If the
 * mirror refuses a row, the row is found by halving, and the others arrive.
 */
final class PageWriter {
    private static final long MOST_BYTES = 16L << 20;
    private static final int MOST_ROWS = 20_000;
    private static final int SHOWN_REJECTS = 20;
    private static final String TOO_LARGE_FOR_THE_PROGRAM = "54";

    /** How rows are put into the table. */
    enum Way {
        /** The table has none of them. */
        LOAD,
        /** It may have some. */
        MERGE
    }

    /** What became of the rows so far. */
    record Tally(long inserted, long updated, long unchanged, long rejected) {
        /** How many of the rows are in the mirror. */
        long arrived() {
            return inserted + updated + unchanged;
        }

        private Tally plus(Merged merged) {
            return new Tally(
                    inserted + merged.inserted(), updated + merged.updated(), unchanged + merged.unchanged(), rejected);
        }

        private Tally plusRejected() {
            return new Tally(inserted, updated, unchanged, rejected + 1);
        }
    }

    private final MirrorRun run;
    private final Tx source;
    private final TablePlan plan;
    private final Options options;
    private final Progress progress;
    private final List<Reject> rejects = new ArrayList<>();
    private Tally tally = new Tally(0, 0, 0, 0);
    private Way way;
    private boolean cleared;

    PageWriter(MirrorRun run, Tx source, TablePlan plan, Options options, Progress progress) {
        this.run = run;
        this.source = source;
        this.plan = plan;
        this.options = options;
        this.progress = progress;
    }

    Tally tally() {
        return tally;
    }

    /** Some of the rows that the mirror refused. */
    List<Reject> rejects() {
        return rejects;
    }

    void write(List<TableScan.Page> pages, Way first) {
        way = first;
        long total = pages.stream().mapToLong(TableScan.Page::rows).sum();
        long written = 0;
        for (int from = 0, to; from < pages.size(); from = to) {
            to = endOfBatch(pages, from);
            List<TableScan.Page> batch = pages.subList(from, to);
            put(batch, pages.subList(from, pages.size()));
            long rows = batch.stream().mapToLong(TableScan.Page::rows).sum();
            written += rows;
            progress.rows(plan.name(), written, total);
            options.pace().wrote(rows);
        }
    }

    private int endOfBatch(List<TableScan.Page> pages, int from) {
        int most = options.batch().orElse(MOST_ROWS);
        long rows = 0;
        long bytes = 0;
        int to = from;
        while (to < pages.size() && rows < most && bytes < MOST_BYTES) {
            rows += pages.get(to).rows();
            bytes += pages.get(to).bytes();
            to++;
        }
        return to;
    }

    /** @param left these pages and all that come after them */
    private void put(List<TableScan.Page> batch, List<TableScan.Page> left) {
        try {
            commit(batch);
            return;
        } catch (DbException e) {
            if (!isAboutRows(e)) {
                throw e;
            }
            if (way == Way.MERGE && e.reason() == Reason.DUPLICATE && plan.hasOtherUniqueKeys() && !cleared) {
                clear(left);
                cleared = true;
            } else if (way == Way.MERGE) {
                batch.forEach(this::sift);
                return;
            }
        }
        way = Way.MERGE;
        put(batch, left);
    }

    private void commit(List<TableScan.Page> batch) {
        PageRows rows = new PageRows(source, plan, batch);
        Merged merged = run.write(mirror -> {
            Merged done = put(mirror, rows);
            List<Page> held = new ArrayList<>();
            for (int i = 0; i < batch.size(); i++) {
                held.add(new Page(batch.get(i).digest(), batch.get(i).fitting(), rows.rejects(i)));
            }
            run.pages().record(mirror, plan.name(), held);
            return done;
        });
        tally = tally.plus(merged);
    }

    private Merged put(Tx mirror, PageRows rows) {
        if (way == Way.LOAD && !run.wasLost()) {
            run.dialect().load(mirror, plan, rows);
            return new Merged(rows.delivered(), 0, 0);
        }
        return run.dialect().merge(mirror, plan, rows);
    }

    /**
     * Takes every row that is still to be written out of the mirror, so that none is in the way of another that has its
     * unique value now.
     */
    private void clear(List<TableScan.Page> pages) {
        for (int from = 0, to; from < pages.size(); from = to) {
            to = endOfBatch(pages, from);
            PageRows rows = new PageRows(source, plan, pages.subList(from, to));
            run.write(mirror -> {
                run.dialect().delete(mirror, plan, rows);
                return null;
            });
        }
    }

    /** Writes what can be written of a page in which some row cannot, and then records it. */
    private void sift(TableScan.Page page) {
        List<Reject> refused = new ArrayList<>();
        sift(page, 0, page.rows(), refused);
        PageRows all = new PageRows(source, plan, List.of(page));
        all.each(row -> {});
        refused.addAll(all.rejects(0));
        long held = (long) page.rows() - refused.size();
        run.write(mirror -> {
            run.pages().record(mirror, plan.name(), List.of(new Page(page.digest(), held, refused)));
            return null;
        });
    }

    private void sift(TableScan.Page page, int from, int to, List<Reject> refused) {
        PageRows rows = PageRows.part(source, plan, page, from, to);
        try {
            tally = tally.plus(run.write(mirror -> run.dialect().merge(mirror, plan, rows)));
        } catch (DbException e) {
            if (!isAboutRows(e)) {
                throw e;
            }
            if (to - from > 1) {
                int middle = (from + to) >>> 1;
                sift(page, from, middle, refused);
                sift(page, middle, to, refused);
            } else {
                refuse(rows, e, refused);
            }
        }
    }

    /** The mirror does not take this one row: it does not keep an older one of the same key either. */
    private void refuse(PageRows row, DbException why, List<Reject> refused) {
        Reject reject = new Reject(plan.name(), key(row), Optional.empty(), why.getMessage(), Optional.empty());
        if (options.badRows() == BadRows.FAIL) {
            throw new Trouble(
                    Trouble.Kind.FAILED,
                    "refused-by-mirror",
                    reject.toString(),
                    "--on-bad-row quarantine copies all the others",
                    why);
        }
        run.write(mirror -> {
            run.dialect().delete(mirror, plan, row);
            return null;
        });
        refused.add(reject);
        tally = tally.plusRejected();
        if (rejects.size() < SHOWN_REJECTS) {
            rejects.add(reject);
        }
    }

    private String key(PageRows one) {
        List<String> key = new ArrayList<>();
        one.each(row -> key.add(row.key(plan.keyWidth())));
        return key.get(0);
    }

    /** Whether another row might be taken. */
    static boolean isAboutRows(DbException e) {
        return switch (e.reason()) {
            case BAD_VALUE, DUPLICATE -> true;
            case OTHER -> e.sqlState() != null && e.sqlState().startsWith(TOO_LARGE_FOR_THE_PROGRAM);
            default -> false;
        };
    }
}
