package dev.lockstep.mirror.copy;

import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill.EmptySource;
import dev.lockstep.mirror.copy.Backfill.Extras;
import dev.lockstep.mirror.copy.Backfill.Options;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.engine.MirrorEngine.Keys;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.support.LockstepException;

/** The rows of a table of the mirror that the source does not have. */
final class ExtraRows {
    private final MirrorEngine engine;
    private final Tx source;
    private final TablePlan plan;
    private final Options options;

    ExtraRows(MirrorEngine engine, Tx source, TablePlan plan, Options options) {
        this.engine = engine;
        this.source = source;
        this.plan = plan;
        this.options = options;
    }

    /**
     * Finds them, and deletes them unless they are to be kept.
     *
     * @return how many there were
     * @throws LockstepException refused: there are more than may be deleted
     */
    long remove(Tx mirror, PageScan scan, CopiedPages copied) {
        engine.stage(mirror, plan, new PageRows(source, plan, copied.changed()));
        long there = engine.stagedThere(mirror, plan);
        engine.unstage(mirror);
        if (copied.rows() == copied.kept() + there) {
            return 0;
        }
        engine.stage(mirror, plan, new PageRows(source, plan, scan.pages()));
        Keys extra = engine.extra(mirror, plan);
        if (options.extras() == Extras.DELETE && extra.count() > 0) {
            check(scan, copied, extra);
            engine.deleteExtra(mirror, plan);
        }
        engine.unstage(mirror);
        return extra.count();
    }

    private void check(PageScan scan, CopiedPages copied, Keys extra) {
        if (scan.rows() == 0) {
            if (options.emptySource() == EmptySource.REFUSED) {
                throw new LockstepException(
                                LockstepException.Kind.REFUSED,
                                "empty-source",
                                plan.name() + " is empty in the source, and has " + copied.rows()
                                        + " rows in the mirror",
                                null,
                                null)
                        .advising(MirrorRemedy.ALLOW_AN_EMPTY_SOURCE.of());
            }
            return;
        }
        long most = options.maxDelete().orElse(TablePlan.maxUnaskedDeletes(copied.rows()));
        if (extra.count() > most) {
            throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "too-many-deletes",
                            plan.name() + ": " + extra.count()
                                    + " rows of the mirror are not in the source, and at most " + most
                                    + " may be deleted; the first are " + String.join("; ", extra.first()),
                            null,
                            null)
                    .advising(MirrorRemedy.ALLOW_THE_DELETES.of(extra.count()));
        }
    }
}
