package dev.lockstep.mirror;

import dev.lockstep.db.Trouble;
import dev.lockstep.db.Tx;
import dev.lockstep.mirror.Backfill.EmptySource;
import dev.lockstep.mirror.Backfill.Extras;
import dev.lockstep.mirror.Backfill.Options;
import dev.lockstep.mirror.Backfill.Trust;
import dev.lockstep.mirror.Dialect.Keys;
import dev.lockstep.mirror.TableScan.Page;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes one table of the mirror equal page by page: reads all of the source's, decides what must go and what must come, and
 * only then writes.
 */
final class PageComparison {
    private static final long FEWEST_DELETES = 1_000;

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

    Backfill.Table run(TablePlan plan) {
        TableScan scan = TableScan.of(plan, source);
        scan.check(options.badRows());
        refuse(plan, scan.merging());
        if (plan.ddl().isPresent()) {
            make(plan);
        }
        Standing standing = run.read(mirror -> standing(mirror, plan, scan));
        long extra = prepare(plan, scan, standing);
        PageWriter writer = new PageWriter(run, source, plan, options, progress);
        writer.write(standing.changed(), standing.rows() == 0 ? PageWriter.Way.LOAD : PageWriter.Way.MERGE);
        PageWriter.Tally tally = writer.tally();
        long left = options.extras() == Extras.KEEP ? extra : 0;
        if (tally.inserted() + tally.updated() + extra > 0) {
            run.write(mirror -> {
                run.dialect().finish(mirror, plan);
                return null;
            });
        }
        finish(plan, standing.kept() + tally.arrived() + left, scan.rejected() + tally.rejected());
        List<Reject> rejects = new ArrayList<>(scan.rejects());
        rejects.addAll(writer.rejects());
        return new Backfill.Table(
                plan.name(),
                scan.rows(),
                tally.inserted(),
                tally.updated(),
                extra - left,
                standing.kept() + tally.unchanged(),
                scan.rejected() + tally.rejected(),
                rejects,
                Optional.empty());
    }

    /** An earlier attempt may have done it, and not know. */
    private void make(TablePlan plan) {
        run.write(mirror -> {
            if (run.dialect().find(mirror, plan.name()).isEmpty()) {
                run.pages().forget(mirror, plan.name());
                mirror.execute(plan.ddl().orElseThrow());
            }
            return null;
        });
    }

    /**
     * How the mirror's table stands.
     *
     * @param rows how many it has
     * @param kept how many of them are in recorded pages that are still the source's
     * @param changed the pages that the mirror is not known to hold
     * @param stale the recorded pages that are not the source's any more
     */
    private record Standing(long rows, long kept, List<Page> changed, List<String> stale) {}

    private Standing standing(Tx mirror, TablePlan plan, TableScan scan) {
        long rows = TableBackfill.count(mirror, plan);
        Map<String, Long> recorded = believed(mirror, plan, rows);
        Map<String, Long> stale = new HashMap<>(recorded);
        List<Page> changed = new ArrayList<>();
        long kept = 0;
        for (Page page : scan.pages()) {
            Long held = recorded.get(page.digest());
            if (held != null && held == page.fitting()) {
                kept += held;
                stale.remove(page.digest());
            } else {
                changed.add(page);
            }
        }
        return new Standing(rows, kept, changed, List.copyOf(stale.keySet()));
    }

    /** The recorded pages, unless it shows that somebody else has written to the mirror since. */
    private Map<String, Long> believed(Tx mirror, TablePlan plan, long rows) {
        if (options.trust() != Trust.RECORDED) {
            return Map.of();
        }
        Map<String, Long> recorded = run.pages().of(mirror, plan.name());
        long held = recorded.values().stream().mapToLong(Long::longValue).sum();
        boolean complete = run.ledger()
                .table(mirror, plan.name())
                .filter(row -> row.text("state").equals(Ledger.State.COMPLETE.label())
                        || row.text("state").equals(Ledger.State.PARTIAL.label()))
                .filter(row -> row.integer("row_count") != rows)
                .isPresent();
        if (complete || rows < held) {
            progress.notice(plan.name(), "somebody else has written to the mirror; all of it is compared");
            return Map.of();
        }
        return recorded;
    }

    /**
     * In one transaction: finds the keys that the mirror has too many or cannot tell apart, forgets the pages that are not
     * the source's any more, and deletes what is too many.
     *
     * @return how many rows the mirror had that the source does not have
     */
    private long prepare(TablePlan plan, TableScan scan, Standing standing) {
        if (standing.changed().isEmpty() && standing.stale().isEmpty() && standing.rows() == standing.kept()) {
            return 0;
        }
        return run.write(mirror -> {
            if (plan.isLoose()) {
                refuse(plan, merging(run.dialect(), mirror, plan, rows(plan, scan.pages())));
            }
            long extra = standing.rows() == 0 ? 0 : extra(mirror, plan, scan, standing);
            if (standing.kept() == 0) {
                run.pages().forget(mirror, plan.name());
            } else {
                run.pages().forget(mirror, plan.name(), standing.stale());
            }
            run.ledger().note(mirror, plan.name(), Ledger.State.RUNNING, scan.rows(), null);
            return extra;
        });
    }

    /** The first keys that are one to the mirror, asked of the mirror itself. */
    static List<String> merging(Dialect dialect, Tx mirror, TablePlan plan, Dialect.Rows rows) {
        dialect.stage(mirror, plan, rows);
        Keys merging = dialect.merging(mirror, plan);
        dialect.unstage(mirror);
        return merging.first();
    }

    private static void refuse(TablePlan plan, List<String> merging) {
        if (!merging.isEmpty()) {
            throw new Trouble(
                    Trouble.Kind.REFUSED,
                    "merging-keys",
                    plan.name() + ": different keys of the source are one key to the mirror: "
                            + String.join("; ", merging),
                    "give the key's columns in the mirror a type and a collation that tell them apart",
                    null);
        }
    }

    /** Finds rows that the source does not have, and deletes them unless they are to be kept. */
    private long extra(Tx mirror, TablePlan plan, TableScan scan, Standing standing) {
        run.dialect().stage(mirror, plan, rows(plan, standing.changed()));
        long there = run.dialect().stagedThere(mirror, plan);
        run.dialect().unstage(mirror);
        if (standing.rows() == standing.kept() + there) {
            return 0;
        }
        run.dialect().stage(mirror, plan, rows(plan, scan.pages()));
        Keys extra = run.dialect().extra(mirror, plan);
        if (options.extras() == Extras.DELETE && extra.count() > 0) {
            limit(plan, scan, standing, extra);
            run.dialect().deleteExtra(mirror, plan);
        }
        run.dialect().unstage(mirror);
        return extra.count();
    }

    private void limit(TablePlan plan, TableScan scan, Standing standing, Keys extra) {
        if (scan.rows() == 0) {
            if (options.emptySource() == EmptySource.REFUSED) {
                throw new Trouble(
                        Trouble.Kind.REFUSED,
                        "empty-source",
                        plan.name() + " is empty in the source, and has " + standing.rows() + " rows in the mirror",
                        "if all of them are to be deleted, add --allow-empty-source",
                        null);
            }
            return;
        }
        long most = options.maxDelete().orElse(Math.max(FEWEST_DELETES, standing.rows() / 100));
        if (extra.count() > most) {
            throw new Trouble(
                    Trouble.Kind.REFUSED,
                    "too-many-deletes",
                    plan.name() + ": " + extra.count() + " rows of the mirror are not in the source, and at most "
                            + most + " may be deleted; the first are " + String.join("; ", extra.first()),
                    "if they are to be deleted, add --max-delete " + extra.count() + "; --keep-extra leaves them",
                    null);
        }
    }

    private Dialect.Rows rows(TablePlan plan, List<Page> pages) {
        return new PageRows(source, plan, pages);
    }

    /** The mirror must have exactly the rows that are known to be there, or somebody else is writing to it. */
    private void finish(TablePlan plan, long expected, long rejected) {
        long found = run.write(mirror -> {
            long rows = TableBackfill.count(mirror, plan);
            if (rows == expected) {
                Ledger.State state = rejected > 0 ? Ledger.State.PARTIAL : Ledger.State.COMPLETE;
                run.ledger().note(mirror, plan.name(), state, rows, null);
            } else {
                run.pages().forget(mirror, plan.name());
            }
            return rows;
        });
        if (found != expected) {
            throw TableBackfill.disturbed(plan, expected, found);
        }
    }
}
