package dev.lockstep.mirror.repair;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.Backfill.EmptySource;
import dev.lockstep.mirror.copy.Backfill.Extras;
import dev.lockstep.mirror.copy.TableCopy;
import dev.lockstep.mirror.engine.Compared;
import dev.lockstep.mirror.engine.MirrorEngine.Merged;
import dev.lockstep.mirror.engine.MirrorEngine.Order;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.plan.Planner;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.proof.RowReader;
import dev.lockstep.mirror.run.MirrorLedger;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.mirror.verify.TableVerification;
import dev.lockstep.mirror.verify.TableVerification.Outcome;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Work;
import java.util.List;
import java.util.Optional;

/** Compares a table, writes a portion of the rows that differ, and compares it again, until it is equal or nothing gets better. */
final class TableRepair {
    /** What was done so far. */
    private record Tally(long inserted, long updated, long deleted) {
        Tally plus(Tally other) {
            return new Tally(inserted + other.inserted, updated + other.updated, deleted + other.deleted);
        }

        long rows() {
            return inserted + updated + deleted;
        }
    }

    private final MirrorRun run;
    private final Tx source;
    private final Backfill.Options options;
    private final Extras extras;
    private final Progress progress;
    private final RepairRows rows = new RepairRows();

    TableRepair(MirrorRun run, Tx source, Backfill.Options options, Extras extras, Progress progress) {
        this.run = run;
        this.source = source;
        this.options = options;
        this.extras = extras;
        this.progress = progress;
    }

    /** @throws LockstepException the table cannot be made equal by its rows, and why; what was written of it is right, and kept */
    Backfill.Table run(SourceTable table) {
        TablePlan plan = run.read(mirror -> new Planner(run.engine(), source, mirror).plan(table));
        check(plan);
        Tally done = new Tally(0, 0, 0);
        Outcome found = compare(plan);
        checkDeletes(plan, found);
        long total = differences(found);
        while (rows.hasWanted() || (rows.hasExtra() && extras == Extras.DELETE)) {
            Tally portion = write(plan);
            run.noteWrites(portion.rows());
            done = done.plus(portion);
            progress.at(plan.name(), Work.ROWS_WRITTEN, Math.min(total, done.rows()), total);
            options.throttle().wrote(portion.rows());
            long before = differences(found);
            found = compare(plan);
            if (differences(found) >= before) {
                throw disturbed(plan, found, done);
            }
        }
        return finished(plan, found, done);
    }

    private static long differences(Outcome found) {
        return found.missing() + found.extra() + found.changed();
    }

    private Outcome compare(TablePlan plan) {
        return run.snapshot(mirror -> {
            rows.table(plan);
            return new TableVerification(
                            plan,
                            RowReader.ofSource(source, plan),
                            RowReader.ofMirror(run.databaseEngine(), mirror, plan),
                            rows,
                            progress)
                    .run();
        });
    }

    private void check(TablePlan plan) {
        plan.checkColumns();
        if (!plan.obstacles().isEmpty()) {
            throw LockstepException.usage(
                            plan.name() + " cannot be mirrored: " + String.join("; ", plan.obstacles()), null)
                    .advising(MirrorRemedy.CHANGE_OR_LEAVE_OUT.of());
        }
        if (plan.ddl().isPresent()) {
            throw LockstepException.usage(run.engine().missing(plan.mirrorName()), null)
                    .advising(MirrorRemedy.COPY_AND_CREATE_THE_TABLE.of());
        }
        run.read(mirror -> run.ledger().table(mirror, plan.mirrorName()))
                .filter(run::isOthers)
                .ifPresent(row -> {
                    throw LockstepException.refused(
                                    plan.name() + " is the mirror of another source, " + row.text("mirror_id"), null)
                            .advising(MirrorRemedy.COPY_FROM_THIS_SOURCE.of());
                });
    }

    /** The source may be the wrong file. */
    private void checkDeletes(TablePlan plan, Outcome found) {
        if (found.source() == 0 && found.extra() > 0 && options.emptySource() == EmptySource.REFUSED) {
            throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "empty-source",
                            plan.name() + " is empty in the source, and has " + found.mirror() + " rows in the mirror",
                            null,
                            null)
                    .advising(MirrorRemedy.ALLOW_AN_EMPTY_SOURCE.of());
        }
        long most = options.maxDelete().orElse(TablePlan.maxUnaskedDeletes(found.mirror()));
        if (found.source() > 0 && found.extra() > most) {
            throw new LockstepException(
                            LockstepException.Kind.REFUSED,
                            "too-many-deletes",
                            plan.name() + ": " + found.extra()
                                    + " rows of the mirror are not in the source, and at most " + most
                                    + " may be deleted",
                            null,
                            null)
                    .advising(MirrorRemedy.ALLOW_MORE_DELETES.of(found.extra()));
        }
    }

    private Tally write(TablePlan plan) {
        try {
            return run.write(mirror -> write(mirror, plan, Order.OVER_WHAT_IS_THERE));
        } catch (DbException e) {
            if (e.reason() != Reason.DUPLICATE || !plan.hasOtherUniqueKeys()) {
                throw e;
            }
            return run.write(mirror -> write(mirror, plan, Order.AFTER_REMOVING_THEM));
        }
    }

    /** Which pages the mirror holds is not known any more, as after any write that does not go by pages. */
    private Tally write(Tx mirror, TablePlan plan, Order order) {
        run.pages().distrust(mirror, plan.mirrorName());
        long deleted =
                rows.hasExtra() && extras == Extras.DELETE ? run.engine().delete(mirror, plan, rows.extra(plan)) : 0;
        Merged merged = rows.hasWanted()
                ? run.engine().merge(mirror, plan, rows.wanted(source, plan), order)
                : new Merged(0, 0, 0);
        run.ledger().note(mirror, plan.mirrorName(), MirrorLedger.State.RUNNING, TableCopy.count(mirror, plan), null);
        return new Tally(merged.inserted(), merged.updated(), deleted);
    }

    private Backfill.Table finished(TablePlan plan, Outcome found, Tally done) {
        long left = differences(found) - (extras == Extras.KEEP ? found.extra() : 0);
        if (left > rows.left()) {
            throw disturbed(plan, found, done);
        }
        if (extras == Extras.DELETE && (done.rows() > 0 || isSaidToDiffer(plan))) {
            run.write(mirror -> {
                // What is named there may also be values that are other ones, as was wanted.
                if (left == 0 && !plan.source().unfit().areChanged()) {
                    run.pages().forget(mirror, plan.mirrorName());
                }
                run.ledger().note(mirror, plan.mirrorName(), MirrorLedger.State.of(left), found.mirror(), null);
                return null;
            });
            run.write(mirror -> {
                run.engine().finish(mirror, plan);
                return null;
            });
        }
        return new Backfill.Table(
                plan.name(),
                found.source(),
                done.inserted(),
                done.updated(),
                done.deleted(),
                Math.max(0, found.source() - done.inserted() - done.updated() - left),
                left,
                rows.shownLeft(),
                new Backfill.Substitutes(found.substitutes(), List.of()),
                Optional.of(Compared.ROWS),
                Optional.empty());
    }

    private boolean isSaidToDiffer(TablePlan plan) {
        return run.read(mirror -> run.ledger().table(mirror, plan.mirrorName()))
                .filter(row -> !MirrorLedger.isDone(row))
                .isPresent();
    }

    /** The rows that were written stay; the ledger says that the table is not equal. */
    private LockstepException disturbed(TablePlan plan, Outcome found, Tally done) {
        LockstepException why = new LockstepException(
                        plan.name() + ": " + differences(found) + " rows differ still, after " + done.rows()
                                + " were written",
                        null)
                .advising(MirrorRemedy.COPY_THE_TABLE.of());
        if (done.rows() > 0) {
            run.noteFailure(plan.mirrorName(), why);
        }
        return why;
    }
}
