package dev.lockstep.mirror.copy;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.PageScan.Page;
import dev.lockstep.mirror.engine.TableDigest;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.RowFingerprint;
import dev.lockstep.mirror.run.MirrorLedger;
import dev.lockstep.mirror.run.MirrorRun;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntPredicate;

/**
 * How the mirror's table stands beside a scan of the source's.
 *
 * @param rows how many it has
 * @param kept how many of them are in pages that are the source's
 * @param changed the pages that the mirror is not known to hold
 * @param stale the recorded pages that are not the source's, or do not hold any more
 * @param unrecorded the pages that it holds, and of which that was not recorded
 * @param seal by which the table is known, if it is equal as it stands
 * @param isDisturbed whether a page that was recorded does not hold, for somebody else has written to it
 */
record CopiedPages(
        long rows,
        long kept,
        List<Page> changed,
        List<String> stale,
        List<Page> unrecorded,
        Optional<String> seal,
        boolean isDisturbed) {
    /** If nothing that was recorded is believed, and nothing compared. */
    static CopiedPages unknown(Tx mirror, TablePlan plan, PageScan scan) {
        return pages(scan, TableCopy.count(mirror, plan), Map.of(), page -> false);
    }

    /** If what was recorded is believed, unless the number of rows speaks against it. */
    static CopiedPages recorded(Tx mirror, TablePlan plan, PageScan scan, MirrorRun run) {
        long rows = TableCopy.count(mirror, plan);
        Map<String, Long> recorded = run.pages().of(mirror, plan.mirrorName());
        long held = recorded.values().stream().mapToLong(Long::longValue).sum();
        boolean other = run.ledger()
                .table(mirror, plan.mirrorName())
                .filter(MirrorLedger::isDone)
                .filter(row -> row.integer("row_count") != rows)
                .isPresent();
        if (other || rows < held) {
            return unknown(mirror, plan, scan).disturbed();
        }
        return pages(
                scan, rows, recorded, page -> isRecorded(recorded, scan.pages().get(page)));
    }

    /** As the mirror shows it in one snapshot. */
    static CopiedPages proven(Tx mirror, TablePlan plan, PageScan scan, MirrorRun run, TableDigest digest) {
        Optional<String> sealed = run.ledger()
                .table(mirror, plan.mirrorName())
                .filter(MirrorLedger::isDone)
                .map(row -> row.text("seal"));
        Map<String, Long> recorded = run.pages().of(mirror, plan.mirrorName());
        if (sealed.filter(seal -> digest.holds(mirror, seal)).isPresent() && !recorded.isEmpty()) {
            CopiedPages copied = pages(
                    scan,
                    TableCopy.count(mirror, plan),
                    recorded,
                    page -> isRecorded(recorded, scan.pages().get(page)));
            return copied.isEqual() ? copied.sealed(sealed) : copied;
        }
        RowFingerprint source = scan.fingerprint();
        int bits = RowFingerprint.bits(source.rows());
        RowFingerprint there = digest.ofMirror(mirror, bits);
        if (!there.isKnown()) {
            return unknown(mirror, plan, scan);
        }
        BitSet differing = source.folded(bits).differing(there);
        CopiedPages copied = pages(scan, there.rows(), recorded, page -> !scan.isIn(page, differing, bits));
        if (copied.isEqual() && differing.isEmpty()) {
            return copied.sealed(digest.seal(mirror, there));
        }
        boolean broken = sealed.isPresent()
                && !differing.isEmpty()
                && copied.changed().stream().anyMatch(page -> isRecorded(recorded, page));
        return broken ? copied.disturbed() : copied;
    }

    /** @param holds whether the mirror holds a page, by its number */
    private static CopiedPages pages(PageScan scan, long rows, Map<String, Long> recorded, IntPredicate holds) {
        Map<String, Long> stale = new HashMap<>(recorded);
        List<Page> changed = new ArrayList<>();
        List<Page> unrecorded = new ArrayList<>();
        long kept = 0;
        for (int i = 0; i < scan.pages().size(); i++) {
            Page page = scan.pages().get(i);
            boolean known = isRecorded(recorded, page);
            // Of what does not fit, or was changed, the record also says which rows those are.
            if (holds.test(i) && (known || page.isWhole())) {
                kept += page.fitting();
                stale.remove(page.digest());
                if (!known) {
                    unrecorded.add(page);
                }
            } else {
                changed.add(page);
            }
        }
        return new CopiedPages(rows, kept, changed, List.copyOf(stale.keySet()), unrecorded, Optional.empty(), false);
    }

    private static boolean isRecorded(Map<String, Long> recorded, Page page) {
        Long held = recorded.get(page.digest());
        return held != null && held == page.fitting();
    }

    /** Whether there is nothing to write. */
    boolean isEqual() {
        return changed.isEmpty() && stale.isEmpty() && rows == kept;
    }

    private CopiedPages sealed(Optional<String> by) {
        return new CopiedPages(rows, kept, changed, stale, unrecorded, by, isDisturbed);
    }

    private CopiedPages disturbed() {
        return new CopiedPages(rows, kept, changed, stale, unrecorded, seal, true);
    }
}
