package dev.lockstep.mirror.copy;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.copy.Backfill.Creation;
import dev.lockstep.mirror.copy.Backfill.Options;
import dev.lockstep.mirror.copy.Backfill.Substitutes;
import dev.lockstep.mirror.copy.Backfill.Trust;
import dev.lockstep.mirror.engine.Compared;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.engine.TableDigest;
import dev.lockstep.mirror.plan.FittingTypes;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.plan.Planner;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.source.SourceFile;
import dev.lockstep.mirror.source.SourceTable;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.Work;
import java.util.List;
import java.util.Optional;

/** Makes one table of the mirror equal, in the shortest way that there is for it. */
public final class TableCopy {
    private final MirrorRun run;
    private final Tx source;
    private final SourceFile file;
    private final Options options;
    private final Progress progress;

    TableCopy(MirrorRun run, Tx source, SourceFile file, Options options, Progress progress) {
        this.run = run;
        this.source = source;
        this.file = file;
        this.options = options;
        this.progress = progress;
    }

    /** @throws LockstepException the table is not equal now, and why; what is written of it is right, and kept */
    Backfill.Table run(SourceTable table) {
        TablePlan plan = withAllColumns(table);
        try {
            return run(plan);
        } catch (MisfitException e) {
            List<String> statements = FittingTypes.statements(run.engine(), source, plan, e.columns());
            if (statements.isEmpty() || options.creation() == Creation.NONE || !isEmptyGuess(plan)) {
                throw e.with(statements);
            }
            for (String statement : statements) {
                progress.notice(plan.name(), "the mirror's table is empty, so that a column can change: " + statement);
                run.write(mirror -> {
                    mirror.execute(statement);
                    return null;
                });
            }
            return run(plan(table));
        }
    }

    /** What an upgrade of the application has added to the source's table is added to one that lockstep has made. */
    private TablePlan withAllColumns(SourceTable table) {
        TablePlan plan = plan(table);
        if (plan.additions().isEmpty() || !plan.obstacles().isEmpty()) {
            return plan;
        }
        check(plan);
        for (String statement : plan.additions()) {
            progress.notice(plan.name(), "the source has a column more: " + statement);
            run.write(mirror -> {
                mirror.execute(statement);
                return null;
            });
            run.noteWrites(1);
        }
        return plan(table);
    }

    private TablePlan plan(SourceTable table) {
        progress.at(table.name(), Work.ROWS_READ, 0, 0);
        return run.read(mirror -> new Planner(run.engine(), source, mirror).plan(table));
    }

    private boolean isEmptyGuess(TablePlan plan) {
        return FittingTypes.areGuesses(run.engine(), source, plan)
                && run.read(mirror -> mirror.rows("select 1 from " + plan.identifier() + " limit 1"))
                        .isEmpty();
    }

    private Backfill.Table run(TablePlan plan) {
        check(plan);
        boolean known = run.read(mirror -> run.ledger().table(mirror, plan.mirrorName()))
                .isPresent();
        for (Notice note : plan.notes()) {
            if (known && !note.code().equals(FittingTypes.OTHER_TYPE)) {
                progress.note(plan.name(), note);
            } else {
                progress.notice(plan.name(), note);
            }
        }
        Optional<Backfill.Table> same = same(plan);
        if (same.isPresent()) {
            file.copied(plan.mirrorName(), plan.shape());
            progress.same(plan.name());
            return same.get();
        }
        Optional<PageScan> loaded = new BulkLoad(run, source, options, progress).load(plan);
        Backfill.Table done = loaded.isPresent()
                ? loaded(plan, loaded.get())
                : new PageComparison(run, source, options, progress).run(plan);
        if (done.rejected() == 0) {
            file.copied(plan.mirrorName(), plan.shape());
        }
        return done;
    }

    /**
     * The table as it is, if it was copied from the very bytes that the source consists of now, and the mirror has it still:
     * by its seal, or, where nobody else writes, by the number of its rows.
     */
    private Optional<Backfill.Table> same(TablePlan plan) {
        boolean recorded = options.trust() == Trust.RECORDED;
        Optional<TableDigest> digest = run.engine().digest(plan);
        if (plan.ddl().isPresent() || !(recorded || (options.trust() == Trust.PROVEN && digest.isPresent()))) {
            return Optional.empty();
        }
        Optional<Row> complete = run.read(mirror -> run.ledger()
                .table(mirror, plan.mirrorName())
                .filter(row -> !row.isNull("source_digest"))
                .filter(row -> row.integer("held") == row.integer("row_count"))
                .filter(row -> file.isWhatWasCopied(
                        plan.shape(), new SourceFile.Seen(row.text("source_look"), row.text("source_digest")))));
        Compared how = recorded ? Compared.RECORDED : digest.get().compared();
        return complete.filter(row -> run.snapshot(mirror -> recorded
                        ? row.integer("row_count") == count(mirror, plan)
                        : !row.isNull("seal") && digest.get().holds(mirror, row.text("seal"))))
                .map(row -> Backfill.Table.unchanged(plan.name(), row.integer("row_count"), substitutes(plan), how));
    }

    /** Of a table of which every row is in the mirror, and that is not read. */
    private Substitutes substitutes(TablePlan plan) {
        return plan.source().unfit().areChanged()
                ? new Substitutes(run.read(mirror -> run.pages().listed(mirror, plan.mirrorName())), List.of())
                : Substitutes.NONE;
    }

    private static Backfill.Table loaded(TablePlan plan, PageScan scan) {
        long arrived = scan.rows() - scan.rejected();
        return new Backfill.Table(
                plan.name(),
                scan.rows(),
                arrived,
                0,
                0,
                0,
                scan.rejected(),
                scan.rejects(),
                scan.substitutes(),
                Optional.of(Compared.ROWS),
                Optional.empty());
    }

    private void check(TablePlan plan) {
        unfit(run.engine(), plan, options.creation()).ifPresent(trouble -> {
            throw trouble;
        });
        run.read(mirror -> run.ledger().table(mirror, plan.mirrorName()))
                .filter(run::isOthers)
                .filter(row -> options.trust() != Trust.RESTART)
                .ifPresent(row -> {
                    throw LockstepException.refused(
                                    plan.name() + " is the mirror of another source, " + row.text("mirror_id"), null)
                            .advising(MirrorRemedy.RESTART_FROM_THIS_SOURCE.of());
                });
    }

    /** Why there is nothing that could be attempted for a table; empty if there is. */
    static Optional<LockstepException> unfit(MirrorEngine engine, TablePlan plan, Creation creation) {
        if (!plan.obstacles().isEmpty()) {
            return Optional.of(LockstepException.usage(
                            plan.name() + " cannot be mirrored: " + String.join("; ", plan.obstacles()), null)
                    .advising(MirrorRemedy.CHANGE_OR_LEAVE_OUT.of()));
        }
        if (plan.ddl().isPresent() && creation == Creation.NONE) {
            return Optional.of(LockstepException.usage(engine.missing(plan.mirrorName()), null)
                    .advising(MirrorRemedy.CREATE_THE_TABLE.of()));
        }
        return Optional.empty();
    }

    public static long count(Tx tx, TablePlan plan) {
        return tx.only("select count(*) from " + plan.identifier()).integer(0);
    }

    static LockstepException disturbed(TablePlan plan, long expected, long found) {
        return new LockstepException(
                plan.name() + ": " + expected + " rows should be in the mirror now, and " + found + " are",
                "somebody else writes to it; run again when nobody does");
    }

    static LockstepException disturbed(TablePlan plan) {
        return new LockstepException(
                plan.name() + ": the mirror does not have the rows that were written to it",
                "somebody else writes to it, or changes what is written; run again when nobody does");
    }
}
