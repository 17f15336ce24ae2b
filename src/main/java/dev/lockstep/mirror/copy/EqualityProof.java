package dev.lockstep.mirror.copy;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.engine.Compared;
import dev.lockstep.mirror.engine.TableDigest;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.RowFingerprint;
import dev.lockstep.mirror.proof.RowReader;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.verify.DifferenceVisitor;
import dev.lockstep.mirror.verify.TableVerification;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.util.Optional;

/**
 * Whether a table of the mirror is equal to the source's in one snapshot, whoever wrote it: by digests of all its rows, and
 * where those leave a doubt by the rows themselves.
 */
final class EqualityProof {
    /**
     * What was found.
     *
     * @param rows how many the mirror has
     * @param seal by which the table is known now, if by anything
     * @param compared how it is known to be equal; empty if it is not
     */
    record Found(long rows, Optional<String> seal, Optional<Compared> compared) {
        boolean isEqual() {
            return compared.isPresent();
        }
    }

    private final MirrorRun run;
    private final Tx source;
    private final TablePlan plan;
    private final PageScan scan;
    private final Optional<TableDigest> digest;
    private final ProgressListener progress;

    EqualityProof(
            MirrorRun run,
            Tx source,
            TablePlan plan,
            PageScan scan,
            Optional<TableDigest> digest,
            ProgressListener progress) {
        this.run = run;
        this.source = source;
        this.plan = plan;
        this.scan = scan;
        this.digest = digest;
        this.progress = progress;
    }

    /** Of a table to which nothing had to be written. */
    Found ofUntouched(CopiedPages copied) {
        return new Found(copied.rows(), copied.seal(), digest.map(TableDigest::compared));
    }

    /**
     * Looks at the mirror.
     *
     * @param refused the rows that the mirror does not take
     * @param rejected how many rows it does not have, for they do not fit or it does not take them
     * @param left how many it has that the source does not have, and is to keep
     */
    Found find(RowFingerprint refused, long rejected, long left) {
        progress.at(plan.name(), Work.ROWS_COMPARED, 0, 0);
        return run.snapshot(mirror -> {
            if (digest.isPresent() && left == 0) {
                RowFingerprint there = digest.get().ofMirror(mirror, 0);
                if (there.same(scan.fingerprint().without(refused))) {
                    return new Found(
                            there.rows(),
                            digest.get().seal(mirror, there),
                            Optional.of(digest.get().compared()));
                }
            }
            return byRows(mirror, rejected, left);
        });
    }

    private Found byRows(Tx mirror, long rejected, long left) {
        TableVerification.Outcome rows = new TableVerification(
                        plan,
                        RowReader.ofSource(source, plan),
                        RowReader.ofMirror(run.databaseEngine(), mirror, plan),
                        DifferenceVisitor.NONE,
                        progress)
                .run();
        if (rows.changed() > 0 || rows.missing() != rejected || rows.extra() != left) {
            return new Found(rows.mirror(), Optional.empty(), Optional.empty());
        }
        return new Found(
                rows.mirror(),
                digest.flatMap(of -> of.seal(mirror, of.ofMirror(mirror, 0))),
                Optional.of(Compared.ROWS));
    }
}
