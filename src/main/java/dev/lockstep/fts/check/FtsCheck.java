package dev.lockstep.fts.check;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ContentComparison;
import dev.lockstep.fts.content.Drift;
import dev.lockstep.fts.content.DriftScan;
import dev.lockstep.fts.content.ExpectedContent;
import dev.lockstep.fts.content.IntegrityCheck;
import dev.lockstep.fts.content.LeafPages;
import dev.lockstep.fts.content.RowCounts;
import dev.lockstep.fts.deferral.FtsStatus;
import dev.lockstep.fts.deferral.RestorabilityCheck;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.fts.trial.TriggerCost;
import dev.lockstep.fts.trial.TriggerFault;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
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

    private final Optional<Profile> profile;
    private final Depth depth;
    private final FtsTable.Columns columns;
    private final int limit;

    /** @param limit how many rows of each kind of difference to name; all are counted */
    public FtsCheck(Optional<Profile> profile, Depth depth, FtsTable.Columns columns, int limit) {
        this.profile = profile;
        this.depth = depth;
        this.columns = columns;
        this.limit = limit;
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
                notices.addAll(RestorabilityCheck.others(deferrals, index));
                tables.add(new Look(tx, deferrals, index, notices).table());
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

    private static Trigger trigger(TriggerTuning tuning, TriggerCost cost) {
        return new Trigger(
                cost.trigger().name(),
                cost.trigger().event().name().toLowerCase(Locale.ROOT),
                cost.fault(),
                cost.cost(),
                tuning.better().isPresent());
    }

    /** A look at one index. */
    private final class Look {
        private final Tx tx;
        private final FtsIndex index;
        private final FtsStatus.State state;
        private final Optional<String> lostContent;
        private final List<String> nullOrEqual;
        private final List<Notice> notices;
        private final List<String> faults = new ArrayList<>();
        private Drift drift = Drift.UNSEEN;

        Look(Tx tx, DeferralState deferrals, FtsIndex index, List<Notice> notices) {
            this.tx = tx;
            this.index = index;
            this.state = FtsStatus.state(deferrals, index);
            this.lostContent = deferrals.lostContent(index);
            this.nullOrEqual = deferrals.nullOrEqual(index.name());
            this.notices = notices;
        }

        Table table() {
            if (index.table().isEmpty()) {
                faults.add(index.name() + " does not exist, and triggers of it are put away");
                return result(Optional.empty(), Optional.empty(), List.of());
            }
            FtsTable table = index.table().get();
            if (table.objection().isPresent()) {
                LockstepException refusal = Unopened.refusal(table);
                faults.add(refusal.getMessage());
                notices.add(new Notice(refusal.code(), refusal.hint()));
                return result(Optional.empty(), Optional.empty(), List.of());
            }
            lostContent.ifPresent(faults::add);
            if (!index.absent().isEmpty()) {
                faults.add("triggers that the profile knows do not exist: " + String.join(", ", index.absent()));
            }
            Optional<Long> wanted = Optional.empty();
            Optional<Long> found = Optional.empty();
            try {
                lookInside(table);
                found = RowCounts.indexed(tx, table);
                wanted = compare(table);
            } catch (DbException e) {
                if (e.reason() != DbException.Reason.CORRUPT) {
                    throw e;
                }
                refuseDamagedFile(e);
                faults.add(Unopened.reason(e));
            }
            if (!faults.isEmpty() && lostContent.isEmpty() && index.absent().isEmpty()) {
                notices.add(Unopened.mend(table));
            }
            return result(wanted, found, TriggerTuning.of(tx, table, index.live()));
        }

        /** Whether it is sound by itself. */
        private void lookInside(FtsTable table) {
            // FTS4's reads the content table, which is a comparison, and not what triggers that choose make of it.
            boolean ofItself = table.module() == FtsModule.FTS5 || table.kind() == FtsTable.Kind.OWN_CONTENT;
            for (Row row :
                    ofItself ? tx.rows("pragma main.integrity_check(" + table.identifier() + ")") : List.<Row>of()) {
                if (!row.text(0).equals("ok")) {
                    faults.add(row.text(0));
                }
            }
            long unlisted = table.module() == FtsModule.FTS5 ? LeafPages.unlisted(tx, table) : 0;
            if (unlisted > 0) {
                faults.add(unlisted + " pages of terms are missing in " + table.name() + "_idx; no search finds them");
            }
        }

        /** @return how many rows there ought to be */
        private Optional<Long> compare(FtsTable table) {
            if (index.bases().isEmpty()) {
                notices.add(new Notice("no-base", "nothing says what " + index.name() + " is about"));
                return Optional.empty();
            }
            ExpectedContent expected;
            try {
                expected = ExpectedContent.declared(tx, table, index.sources(), index.bases(), columns);
                if (table.kind() == FtsTable.Kind.OWN_CONTENT && columns == FtsTable.Columns.WRITTEN) {
                    expected = expected.allowing(tx, nullOrEqual);
                }
            } catch (DbException e) {
                throw e;
            } catch (LockstepException e) {
                if (e.kind() == LockstepException.Kind.REFUSED) {
                    faults.add(e.getMessage());
                }
                notices.add(
                        new Notice(e.code(), e.kind() == LockstepException.Kind.REFUSED ? e.hint() : e.getMessage()));
                return Optional.empty();
            }
            drift = switch (depth) {
                case SAMPLE -> DriftScan.of(tx, table, expected, DriftScan.Extent.SAMPLE, limit);
                case DEEP -> deep(table, expected);
            };
            return Optional.of(expected.count(tx));
        }

        /** Rows are compared only to name them, where it is known without that whether any differ. */
        private Drift deep(FtsTable table, ExpectedContent expected) {
            if (!IntegrityCheck.canTell(table, expected)) {
                return DriftScan.of(tx, table, expected, DriftScan.Extent.ALL, limit);
            }
            if (IntegrityCheck.passes(tx, table, expected)) {
                return Drift.none(ContentComparison.Sight.of(table));
            }
            Drift rows = DriftScan.of(tx, table, expected, DriftScan.Extent.ALL, limit);
            if (rows.isNone() && faults.isEmpty()) {
                faults.add(
                        switch (table.module()) {
                            case FTS3, FTS4 ->
                                table.module() + "'s integrity-check fails: its terms are not those of its rows; it"
                                        + " does not tell of which";
                            case FTS5 ->
                                "FTS5's integrity-check fails, although no row differs: what it keeps about itself is"
                                        + " damaged";
                        });
            }
            return rows;
        }

        /** What an index says wrong about itself is its own trouble; a page that is none is everybody's. */
        private void refuseDamagedFile(DbException e) {
            List<String> lines = Unopened.damageOfFile(tx);
            if (!lines.isEmpty()) {
                throw new LockstepException(
                        LockstepException.Kind.REFUSED,
                        "corrupt",
                        "the file is damaged: " + String.join("; ", lines),
                        "nothing was written; save what can be read with sqlite3's .recover",
                        e);
            }
        }

        private Table result(Optional<Long> wanted, Optional<Long> found, List<TriggerTuning> tunings) {
            List<Trigger> triggers = new ArrayList<>();
            tunings.forEach(tuning -> triggers.add(trigger(tuning, tuning.found())));
            return new Table(
                    String.join(", ", index.bases()),
                    index.name(),
                    index.table().map(FtsTable::module),
                    index.table().map(FtsTable::kind),
                    state,
                    verdict(wanted, found),
                    wanted,
                    found,
                    drift,
                    faults,
                    triggers);
        }

        private Verdict verdict(Optional<Long> wanted, Optional<Long> found) {
            boolean otherNumber = wanted.isPresent() && found.isPresent() && !wanted.equals(found);
            if (!faults.isEmpty() || otherNumber || !drift.isNone()) {
                return Verdict.DIFFERS;
            }
            boolean blind = drift.compared().equals(ContentComparison.Sight.NONE.label());
            return blind ? Verdict.UNKNOWN : Verdict.EQUAL;
        }
    }
}
