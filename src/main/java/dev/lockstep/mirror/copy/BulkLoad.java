package dev.lockstep.mirror.copy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqliteHealth;
import dev.lockstep.mirror.copy.Backfill.BadRows;
import dev.lockstep.mirror.copy.Backfill.Options;
import dev.lockstep.mirror.copy.Backfill.Trust;
import dev.lockstep.mirror.copy.PageScan.Page;
import dev.lockstep.mirror.engine.TableDigest;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.RowFingerprint;
import dev.lockstep.mirror.run.MirrorLedger;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.PageLedger.HeldPage;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Fills a table that the mirror has nothing of, in one transaction: the source is read once, and each row is sent as soon as
 * it has been found to fit. If one does not, all of them are taken back; so nothing of the table is ever to be seen
 * before all of it has been read.
 */
final class BulkLoad {
    private final MirrorRun run;
    private final Tx source;
    private final Options options;
    private final Progress progress;

    BulkLoad(MirrorRun run, Tx source, Options options, Progress progress) {
        this.run = run;
        this.source = source;
        this.options = options;
        this.progress = progress;
    }

    /**
     * Fills the table if this is the way to do it.
     *
     * @return what was read, and is in the mirror now; empty: nothing was written, the table is to be filled page by page
     * @throws LockstepException refused: a row does not fit
     */
    Optional<PageScan> load(TablePlan plan) {
        if (!isServed(plan)) {
            return Optional.empty();
        }
        try {
            Optional<PageScan> loaded =
                    run.write(mirror -> isEmpty(mirror, plan) ? Optional.of(load(mirror, plan)) : Optional.empty());
            run.noteWrites(
                    loaded.isEmpty()
                            ? 0
                            : plan.ddl().isPresent() ? 1 : loaded.get().rows());
            return loaded;
        } catch (DbException e) {
            if (PageWriter.isAboutRows(e)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** What is sent and taken back again leaves its room unused in the mirror, so what failed the last time is not tried. */
    private boolean isServed(TablePlan plan) {
        return options.batch().isEmpty()
                && options.throttle().isFree()
                && !plan.mayMeanTheSame()
                && !plan.isLoose()
                && (options.trust() == Trust.RECORDED || digest(plan).isPresent())
                && SqliteHealth.bytes(source) <= run.engine().maxSingleTransactionBytes(plan)
                && run.read(mirror -> run.ledger().table(mirror, plan.mirrorName()))
                        .filter(row -> row.text("state").equals(MirrorLedger.State.FAILED.label()))
                        .isEmpty();
    }

    /** An earlier attempt may have made the table, or even filled it, and not know. */
    private boolean isEmpty(Tx mirror, TablePlan plan) {
        return plan.ddl().isPresent()
                ? run.engine().find(mirror, plan.mirrorName()).isEmpty()
                : mirror.rows("select 1 from " + plan.identifier() + " limit 1").isEmpty();
    }

    private PageScan load(Tx mirror, TablePlan plan) {
        run.pages().forget(mirror, plan.mirrorName());
        plan.ddl().ifPresent(ddl -> {
            mirror.execute(ddl);
            run.ledger().noteMade(mirror, plan.mirrorName());
        });
        Optional<TableDigest> digest = digest(plan);
        boolean knowsItsOwn = digest.filter(of -> of.knowsItsOwn(mirror)).isPresent();
        PageScan scan = new PageScan(
                        plan, source, digest.filter(of -> !knowsItsOwn).map(TableDigest::ofSource))
                .telling(progress, Work.ROWS_SENT);
        long[] sent = new long[1];
        run.engine()
                .load(
                        mirror,
                        plan,
                        sink -> scan.run(row -> {
                            if (scan.rejected() > 0 && options.badRows() == BadRows.FAIL) {
                                return;
                            }
                            sink.accept(row);
                            sent[0]++;
                        }));
        progress.at(plan.name(), Work.ROWS_COMPARED, 0, 0);
        scan.check(options.badRows());
        scan.cut().ifPresent(what -> progress.notice(plan.name(), what));
        run.pages().record(mirror, plan.mirrorName(), pages(plan, scan));
        long found = TableCopy.count(mirror, plan);
        if (found != sent[0]) {
            throw TableCopy.disturbed(plan, sent[0], found);
        }
        Optional<String> seal =
                digest.flatMap(of -> knowsItsOwn ? of.sealOfOwn(mirror, found) : sealIfSame(mirror, of, scan));
        if (digest.isPresent() && seal.isEmpty()) {
            throw TableCopy.disturbed(plan);
        }
        MirrorLedger.State state = MirrorLedger.State.of(scan.rejected());
        run.ledger().noteSealed(mirror, plan.mirrorName(), state, found, seal);
        if (sent[0] > 0) {
            // Where this ends the transaction, it commits.
            run.engine().finish(mirror, plan);
        }
        return scan;
    }

    /** Where nobody else writes, nothing is compared. */
    private Optional<TableDigest> digest(TablePlan plan) {
        return options.trust() == Trust.RECORDED
                ? Optional.empty()
                : run.engine().digest(plan);
    }

    private static Optional<String> sealIfSame(Tx mirror, TableDigest digest, PageScan scan) {
        RowFingerprint there = digest.ofMirror(mirror, 0);
        return there.same(scan.fingerprint()) ? digest.seal(mirror, there) : Optional.empty();
    }

    private List<HeldPage> pages(TablePlan plan, PageScan scan) {
        List<HeldPage> pages = new ArrayList<>();
        for (Page page : scan.pages()) {
            PageRows rows = new PageRows(source, plan, List.of(page));
            if (!page.isWhole()) {
                rows.each(row -> {});
            }
            pages.add(new HeldPage(page.digest(), page.fitting(), rows.listed(0)));
        }
        return pages;
    }
}
