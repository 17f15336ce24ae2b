package dev.lockstep.mirror.copy;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill.Extras;
import dev.lockstep.mirror.copy.Backfill.Options;
import dev.lockstep.mirror.copy.Backfill.Trust;
import dev.lockstep.mirror.copy.PageScan.Page;
import dev.lockstep.mirror.engine.Compared;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.engine.MirrorEngine.Keys;
import dev.lockstep.mirror.engine.TableDigest;
import dev.lockstep.mirror.plan.RejectedRow;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.RowFingerprint;
import dev.lockstep.mirror.run.MirrorLedger;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.PageLedger.HeldPage;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.Work;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Makes one table of the mirror equal page by page: reads all of the source's, decides what must go and what must come, and
 * only then writes.
 */
final class PageComparison {
    /** A mirror that differs again after that has somebody else at work in it, or a trigger of his. */
    private static final int MAX_ATTEMPTS = 3;

    private final MirrorRun run;
    private final Tx source;
    private final Options options;
    private final Progress progress;

    PageComparison(MirrorRun run, Tx source, Options options, Progress progress) {
        this.run = run;
        this.source = source;
        this.options = options;
        this.progress = progress;
    }

    /** @throws LockstepException the mirror is not equal now: somebody else writes to it, among other reasons */
    Backfill.Table run(TablePlan plan) {
        Optional<TableDigest> digest = options.trust() == Trust.RECORDED
                ? Optional.empty()
                : run.engine().digest(plan);
        PageScan scan = PageScan.of(plan, source, digest.map(TableDigest::ofSource), progress);
        if (!scan.twins().isEmpty() && options.badRows() == Backfill.BadRows.QUARANTINE) {
            return run(plan.without(scan.twins()));
        }
        scan.check(options.badRows());
        scan.cut().ifPresent(what -> tellOnce(plan, what));
        refuse(plan, scan.merging());
        if (plan.ddl().isPresent()) {
            make(plan);
        }
        EqualityProof proof = new EqualityProof(run, source, plan.made(), scan, digest, progress);
        Writes before = Writes.NONE;
        for (int attempts = 1; ; attempts++) {
            Writes writes = attempt(plan, scan, digest).after(before);
            Optional<Compared> proven = prove(proof, plan, scan, writes);
            if (proven.isPresent()) {
                return table(plan, scan, writes, proven);
            }
            if (attempts == MAX_ATTEMPTS) {
                throw TableCopy.disturbed(plan);
            }
            progress.notice(plan.name(), "somebody else has written to the mirror meanwhile; it is compared again");
            before = writes;
        }
    }

    /** As what the plan has to say: when the table is copied for the first time. */
    private void tellOnce(TablePlan plan, String what) {
        boolean known = run.read(mirror -> run.ledger().table(mirror, plan.mirrorName()))
                .isPresent();
        if (known) {
            progress.note(plan.name(), new Notice("mirror", what));
        } else {
            progress.notice(plan.name(), what);
        }
    }

    /**
     * What one attempt has written, and those before it.
     *
     * @param deleted how many rows the source does not have, and the mirror had
     * @param left how many it has still
     * @param refused the rows that the mirror does not take
     */
    private record Writes(
            CopiedPages copied,
            PageWriter.Tally tally,
            long deleted,
            long left,
            RowFingerprint refused,
            List<RejectedRow> rejects,
            long inserted,
            long updated) {
        private static final Writes NONE =
                new Writes(null, PageWriter.Tally.NONE, 0, 0, new RowFingerprint(0), List.of(), 0, 0);

        Writes after(Writes before) {
            return new Writes(
                    copied,
                    tally,
                    deleted + before.deleted,
                    left,
                    refused,
                    rejects,
                    tally.inserted() + before.inserted,
                    tally.updated() + before.updated);
        }

        boolean areNone() {
            return copied.isEqual() && deleted + inserted + updated == 0;
        }
    }

    private Writes attempt(TablePlan plan, PageScan scan, Optional<TableDigest> digest) {
        CopiedPages copied = copied(plan, scan, digest);
        if (copied.isDisturbed()) {
            progress.notice(plan.name(), "somebody else has written to the mirror; what differs is put right");
        }
        long extra = prepare(plan, scan, copied);
        run.noteWrites(options.extras() == Extras.KEEP ? 0 : extra);
        PageWriter writer = new PageWriter(run, source, plan, options, progress, digest.map(TableDigest::ofSource));
        writer.write(copied.changed(), copied.rows() == 0 ? PageWriter.Way.LOAD : PageWriter.Way.MERGE);
        PageWriter.Tally tally = writer.tally();
        long left = options.extras() == Extras.KEEP ? extra : 0;
        if (tally.inserted() + tally.updated() + extra > 0) {
            run.write(mirror -> {
                run.engine().finish(mirror, plan);
                return null;
            });
        }
        return new Writes(copied, tally, extra - left, left, writer.refused(), writer.rejects(), 0, 0);
    }

    private CopiedPages copied(TablePlan plan, PageScan scan, Optional<TableDigest> digest) {
        progress.at(plan.name(), Work.ROWS_COMPARED, 0, 0);
        if (options.trust() == Trust.RECORDED) {
            return run.read(mirror -> CopiedPages.recorded(mirror, plan, scan, run));
        }
        return options.trust() == Trust.PROVEN && digest.isPresent()
                ? run.snapshot(mirror -> CopiedPages.proven(mirror, plan.made(), scan, run, digest.get()))
                : run.read(mirror -> CopiedPages.unknown(mirror, plan, scan));
    }

    private Optional<Compared> prove(EqualityProof proof, TablePlan plan, PageScan scan, Writes writes) {
        long rejected = scan.rejected() + writes.tally().rejected();
        CopiedPages copied = writes.copied();
        if (options.trust() == Trust.RECORDED) {
            finish(plan, copied.kept() + writes.tally().arrived() + writes.left(), rejected);
            return Optional.of(Compared.RECORDED);
        }
        EqualityProof.Found found = writes.areNone() && copied.seal().isPresent()
                ? proof.ofUntouched(copied)
                : proof.find(writes.refused(), rejected, writes.left());
        run.write(mirror -> {
            if (found.isEqual()) {
                run.pages().record(mirror, plan.mirrorName(), whole(copied.unrecorded()));
                run.pages().forgetShipped(mirror, plan.mirrorName());
                MirrorLedger.State state = MirrorLedger.State.of(rejected);
                run.ledger().noteSealed(mirror, plan.mirrorName(), state, found.rows(), found.seal());
            } else {
                run.pages().distrust(mirror, plan.mirrorName());
            }
            return null;
        });
        boolean everyRow = options.trust() != Trust.PROVEN;
        return found.compared().map(how -> everyRow ? Compared.ROWS : how);
    }

    private static Backfill.Table table(TablePlan plan, PageScan scan, Writes writes, Optional<Compared> proven) {
        List<RejectedRow> rejects = new ArrayList<>(scan.rejects());
        rejects.addAll(writes.rejects());
        long rejected = scan.rejected() + writes.tally().rejected();
        return new Backfill.Table(
                plan.name(),
                scan.rows(),
                writes.inserted(),
                writes.updated(),
                writes.deleted(),
                Math.max(0, scan.rows() - rejected - writes.inserted() - writes.updated()),
                rejected,
                rejects,
                scan.substitutes(),
                proven,
                Optional.empty());
    }

    /** An earlier attempt may have done it, and not know. */
    private void make(TablePlan plan) {
        run.write(mirror -> {
            if (run.engine().find(mirror, plan.mirrorName()).isEmpty()) {
                run.pages().forget(mirror, plan.mirrorName());
                mirror.execute(plan.ddl().orElseThrow());
                run.ledger().noteMade(mirror, plan.mirrorName());
            }
            return null;
        });
        run.noteWrites(1);
    }

    /**
     * In one transaction: finds the keys that the mirror has too many or cannot tell apart, forgets the pages that are not
     * the source's any more, and deletes what is too many.
     *
     * @return how many rows the mirror had that the source does not have
     */
    private long prepare(TablePlan plan, PageScan scan, CopiedPages copied) {
        if (copied.isEqual()) {
            return 0;
        }
        return run.write(mirror -> {
            long unlike = plan.isLoose() ? settleKeys(mirror, plan, new PageRows(source, plan, scan.pages())) : 0;
            run.noteWrites(unlike);
            long extra = copied.rows() == 0
                    ? 0
                    : new ExtraRows(run.engine(), source, plan, options).remove(mirror, scan, copied);
            if (copied.kept() == 0) {
                run.pages().forget(mirror, plan.mirrorName());
            } else {
                run.pages().forget(mirror, plan.mirrorName(), copied.stale());
            }
            run.ledger().note(mirror, plan.mirrorName(), MirrorLedger.State.RUNNING, scan.rows(), null);
            return extra;
        });
    }

    /**
     * Sees to keys that the mirror takes for the same: refuses the table; or, where rows are put in quarantine, the first of them
     * stays, and what the mirror has by another spelling goes.
     *
     * @return how many rows are gone
     */
    private long settleKeys(Tx mirror, TablePlan plan, PageRows rows) {
        if (options.badRows() == Backfill.BadRows.FAIL) {
            refuse(plan, merging(run.engine(), mirror, plan, rows));
            return 0;
        }
        run.engine().stage(mirror, plan, rows);
        long deleted = run.engine().deleteUnlike(mirror, plan);
        run.engine().unstage(mirror);
        return deleted;
    }

    /** The first keys that are one to the mirror, asked of the mirror itself. */
    static List<String> merging(MirrorEngine engine, Tx mirror, TablePlan plan, MirrorEngine.Rows rows) {
        engine.stage(mirror, plan, rows);
        Keys merging = engine.merging(mirror, plan);
        engine.unstage(mirror);
        return merging.first();
    }

    private static void refuse(TablePlan plan, List<String> merging) {
        if (!merging.isEmpty()) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
                    "merging-keys",
                    plan.name() + ": different keys of the source are one key to the mirror: "
                            + String.join("; ", merging),
                    "give the key's columns in the mirror a type and a collation that tell them apart",
                    null);
        }
    }

    /** Pages of which the mirror holds every row. */
    private static List<HeldPage> whole(List<Page> pages) {
        List<HeldPage> whole = new ArrayList<>();
        pages.forEach(page -> whole.add(new HeldPage(page.digest(), page.rows(), List.of())));
        return whole;
    }

    /** The mirror must have exactly the rows that are known to be there, or somebody else is writing to it. */
    private void finish(TablePlan plan, long expected, long rejected) {
        long found = run.write(mirror -> {
            long rows = TableCopy.count(mirror, plan);
            if (rows == expected) {
                MirrorLedger.State state = MirrorLedger.State.of(rejected);
                run.ledger().note(mirror, plan.mirrorName(), state, rows, null);
            } else {
                run.pages().forget(mirror, plan.mirrorName());
            }
            return rows;
        });
        if (found != expected) {
            throw TableCopy.disturbed(plan, expected, found);
        }
    }
}
