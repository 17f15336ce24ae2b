package dev.lockstep.fts.check;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.fts.content.Drift;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.deferral.RestorabilityCheck;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.trial.TriggerCost;
import dev.lockstep.fts.trial.TriggerFault;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProgressListener;
import dev.lockstep.support.Work;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether search indexes hold what they ought to, and what keeping them costs.
 *
 * <p>It reads, in one transaction, and writes nothing: only {@link #measure} takes the write lock, for as long as a few
 * changes take, and undoes them.
 */
public final class FtsCheck {
    /** How closely to look. */
    public enum Depth {
        /** Is the index sound by itself, how many rows are there, are some of them right. */
        SAMPLE,
        /** Every row. */
        DEEP
    }

    /** What came out. */
    public enum Verdict {
        /** No difference was seen. How much could have been seen is another question. */
        EQUAL,
        DIFFERS,
        /** There was nothing to compare it with. */
        UNKNOWN
    }

    /**
     * A trigger with which something is wrong.
     *
     * @param event {@code insert}, {@code update} or {@code delete}
     * @param cost what it costs for one row; empty if that was not measured
     * @param offered whether {@link FtsTune} has another to put in its place
     */
    public record Trigger(String name, String event, TriggerFault fault, Optional<Duration> cost, boolean offered) {}

    /**
     * One index.
     *
     * @param table what it is about
     * @param rows how many rows it ought to have; empty if that cannot be told
     * @param indexed how many it has; empty if it does not keep what could be counted
     * @param drift the differences
     * @param faults what is wrong with the index itself, whatever it ought to hold
     */
    public record Table(
            String table,
            String fts,
            Optional<FtsModule> module,
            Optional<FtsTable.Kind> kind,
            FtsStatus.State state,
            Verdict verdict,
            Optional<Long> rows,
            Optional<Long> indexed,
            Drift drift,
            List<String> faults,
            List<Trigger> triggers) {
        private Table with(List<Trigger> measured) {
            return new Table(table, fts, module, kind, state, verdict, rows, indexed, drift, faults, measured);
        }
    }

    /** What was found. */
    public record Report(List<Table> tables, List<Notice> notices) {
        public Report {
            tables = List.copyOf(tables);
            notices = List.copyOf(notices);
        }

        /** Whether every index is kept by its triggers, and no difference was seen. */
        public boolean isInStep() {
            return tables.stream()
                    .allMatch(table -> table.verdict != Verdict.DIFFERS && table.state != FtsStatus.State.DEFERRED);
        }
    }

    /**
     * What to look at.
     *
     * @param limit how many rows of each kind of difference to name
     */
    record Scope(Depth depth, FtsTable.Columns columns, int limit) {}

    private final Optional<Profile> profile;
    private final Scope scope;
    private ProgressListener progress = ProgressListener.NOBODY;

    /** @param limit how many rows of each kind of difference to name; all are counted */
    public FtsCheck(Optional<Profile> profile, Depth depth, FtsTable.Columns columns, int limit) {
        this.profile = profile;
        this.scope = new Scope(depth, columns, limit);
    }

    /** The same check, which tells the index that it looks at. */
    public FtsCheck telling(ProgressListener listener) {
        FtsCheck check = new FtsCheck(profile, scope.depth(), scope.columns(), scope.limit());
        check.progress = listener;
        return check;
    }

    /**
     * Compares.
     *
     * @param names FTS5 tables or their base tables; none for all
     * @throws LockstepException usage: there is no such table, or what was named cannot be compared; refused: the file is damaged
     */
    public Report run(Db db, List<String> names) {
        return db.read(tx -> {
            DeferralState deferrals = DeferralState.read(tx, profile);
            List<Notice> notices = new ArrayList<>();
            List<Table> tables = new ArrayList<>();
            for (FtsIndex index : deferrals.select(names)) {
                progress.at(index.name(), Work.ROWS_COMPARED, 0, 0);
                notices.addAll(RestorabilityCheck.others(deferrals, index));
                tables.add(new IndexCheck(tx, deferrals, index, scope, notices).table());
            }
            return new Report(tables, notices);
        });
    }

    /**
     * The same report with what the triggers that it names cost, measured here and now.
     *
     * @throws DbException busy: somebody else is writing
     */
    public Report measure(Db db, Report report) {
        if (report.tables.stream().allMatch(table -> table.triggers.isEmpty())) {
            return report;
        }
        return db.rehearse(tx -> {
            FtsCatalog catalog = FtsCatalog.read(tx);
            List<Table> measured = new ArrayList<>();
            for (Table table : report.tables) {
                List<Trigger> triggers = new ArrayList<>();
                Optional<FtsTable> there = table.triggers.isEmpty() ? Optional.empty() : catalog.table(table.fts);
                if (there.isPresent()) {
                    for (TriggerTuning tuning : TriggerTuning.of(tx, there.get(), catalog.writers(table.fts))) {
                        triggers.add(trigger(tuning, tuning.found().measured(tx)));
                    }
                }
                measured.add(table.with(triggers));
            }
            return new Report(measured, report.notices);
        });
    }

    static Trigger trigger(TriggerTuning tuning, TriggerCost cost) {
        return new Trigger(
                cost.trigger().name(),
                cost.trigger().event().name().toLowerCase(Locale.ROOT),
                cost.fault(),
                cost.cost(),
                tuning.better().isPresent());
    }
}
