package dev.lockstep.fts.deferral;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.IncrementalReindex;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerEntry;
import dev.lockstep.fts.ledger.LedgerEntry.Circumstances;
import dev.lockstep.fts.ledger.LedgerErrors;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.fts.trial.DeferralTrial;
import dev.lockstep.fts.trial.TriggerRemainder;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProcessIdentity;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Defers the triggers of search indexes: they are stored and dropped, so that bulk work does not pay for the indexes on every row.
 *
 * <p>One transaction reads the triggers, tries them, stores them and drops them. It is refused if the way back could not work:
 * if what belongs into the index cannot be told, if a {@link DeferralTrial} shows that its triggers make something else of it,
 * or if the base table cannot be written even now. What a trigger does besides goes on ({@link TriggerRemainder}).
 */
public final class Deferral {
    /** What to make of another live process that has deferred the triggers. */
    private enum Company {
        ALONE,
        TOGETHER
    }

    /** Which indexes to defer. */
    private enum Choice {
        EVERY,
        /** Those that gain by it. */
        GAINING
    }

    /** What became of an index's triggers. */
    public enum Result {
        DEFERRED,
        /** They had been deferred before; that snapshot stays the one that counts. */
        ALREADY
    }

    /**
     * One index.
     *
     * @param table what it is about
     * @param fts its name
     * @param triggers the names of the triggers that are deferred, in the order in which they were made
     * @param since when they were, RFC 3339 in UTC; empty if whoever did it did not note it
     */
    public record Table(
            String table,
            String fts,
            Result result,
            DeferralMode mode,
            List<String> triggers,
            Optional<String> since,
            Optional<ProcessIdentity> owner) {}

    /**
     * An index whose triggers stay, because they cost no more than a restore would.
     *
     * @param fts its name
     * @param triggers their names, in the order in which they were made
     * @param cost what the most expensive of them costs for one row, as measured; empty if there was no row to measure with
     */
    public record Kept(String fts, List<String> triggers, Optional<Duration> cost) {
        public Kept {
            triggers = List.copyOf(triggers);
        }
    }

    /**
     * What a deferral did.
     *
     * @param tables what is deferred
     * @param kept what was left alone; nothing unless only {@linkplain #ifItGains indexes that gain} were asked for
     */
    public record Outcome(List<Table> tables, List<Kept> kept, List<Notice> notices) {
        public Outcome {
            tables = List.copyOf(tables);
            kept = List.copyOf(kept);
            notices = List.copyOf(notices);
        }

        public boolean changed() {
            return tables.stream().anyMatch(table -> table.result() == Result.DEFERRED);
        }
    }

    private final Optional<Profile> profile;
    private final ProcessIdentity owner;
    private final Optional<String> note;
    private final Optional<DeferralMode> mode;
    private final Optional<Duration> lease;
    private final Company company;
    private final Choice choice;

    /** @param note what to say about it to whoever finds it */
    public Deferral(Optional<Profile> profile, ProcessIdentity owner, Optional<String> note) {
        this(profile, owner, note, Optional.empty(), Optional.empty(), Company.ALONE, Choice.EVERY);
    }

    private Deferral(
            Optional<Profile> profile,
            ProcessIdentity owner,
            Optional<String> note,
            Optional<DeferralMode> mode,
            Optional<Duration> lease,
            Company company,
            Choice choice) {
        this.profile = profile;
        this.owner = owner;
        this.note = note;
        this.mode = mode;
        this.lease = lease;
        this.company = company;
        this.choice = choice;
    }

    /** The same in one mode; empty for the best that an index allows, which is the journal if there is a usable key. */
    public Deferral in(Optional<DeferralMode> mode) {
        return new Deferral(profile, owner, note, mode, lease, company, choice);
    }

    /** The same for a limited time: after that anybody may restore, whoever still runs. */
    public Deferral lasting(Optional<Duration> lease) {
        return new Deferral(profile, owner, note, mode, lease, company, choice);
    }

    /** The same for one owner among several: what another live process has deferred, this one then holds too. */
    public Deferral together() {
        return new Deferral(profile, owner, note, mode, lease, Company.TOGETHER, choice);
    }

    /** The same for those indexes only that gain by it: a few rows are changed to find that out, which is undone. */
    public Deferral ifItGains() {
        return new Deferral(profile, owner, note, mode, lease, company, Choice.GAINING);
    }

    /**
     * Defers the triggers.
     *
     * @param names FTS5 tables or their base tables; none for all
     * @throws LockstepException usage: there is no such table, or nothing to defer, or no way to rebuild it later; refused: another
     *     live process has them deferred, or the database is in a state from which there would be no way back
     */
    public Outcome run(Db db, List<String> names) {
        return db.transact(tx -> run(tx, names));
    }

    /** The same as a part of the caller's transaction. */
    Outcome run(Tx tx, List<String> names) {
        DeferralPlan plan = plan(tx, names);
        plan.tryOut(tx);
        plan.apply(tx);
        return plan.outcome();
    }

    /** What {@link #run} would do, and changes nothing. */
    public Outcome preview(Db db, List<String> names) {
        return switch (choice) {
            case EVERY -> db.read(tx -> plan(tx, names).outcome());
            case GAINING -> db.rehearse(tx -> plan(tx, names).outcome());
        };
    }

    private DeferralPlan plan(Tx tx, List<String> names) {
        DeferralState deferrals = DeferralState.read(tx, profile);
        List<FtsIndex> selected = deferrals.together(deferrals.select(names));
        DeferralPlan plan = new DeferralPlan(deferrals, Circumstances.now(tx, owner, note, lease));
        List<FtsIndex> deferrable = new ArrayList<>();
        for (FtsIndex index : selected) {
            if (isAlreadyDeferred(tx, index)) {
                plan.already(index);
                if (company == Company.TOGETHER) {
                    plan.join(index);
                }
            } else if (names.isEmpty() && index.isUnopened()) {
                plan.add(List.of(new Notice(
                        "left-alone",
                        Unopened.refusal(index.table().orElseThrow()).getMessage() + "; its triggers stay")));
            } else if (RestorabilityCheck.hasTriggers(index)) {
                deferrable.add(index);
            } else {
                plan.skip(index);
            }
        }
        for (FtsIndex index : choose(tx, deferrals, deferrable, plan)) {
            RestorabilityCheck.check(tx, deferrals, index);
            plan.add(index, reindex(tx, index), UnfollowedChanges.of(tx, deferrals, index));
        }
        if (plan.isEmpty()) {
            throw RestorabilityCheck.nothing(deferrals, selected);
        }
        for (FtsIndex index : plan.toDefer()) {
            TriggerRemainder.check(deferrals, index, plan.toDefer());
        }
        plan.add(RestorabilityCheck.notices(tx, deferrals, plan.toDefer()));
        return plan;
    }

    private List<FtsIndex> choose(Tx tx, DeferralState deferrals, List<FtsIndex> deferrable, DeferralPlan plan) {
        return switch (choice) {
            case EVERY -> deferrable;
            case GAINING -> {
                // What cannot be opened here cannot be measured either; it is refused as ever.
                List<FtsIndex> measurable =
                        deferrable.stream().filter(index -> !index.isUnopened()).toList();
                DeferralGain gain = DeferralGain.measure(tx, deferrals, measurable);
                plan.keep(gain.kept());
                yield deferrable.stream()
                        .filter(index -> index.isUnopened() || gain.isFor(index))
                        .toList();
            }
        };
    }

    /** How changed rows alone can be brought into step later; empty if the index is to be made anew. */
    private Optional<IncrementalReindex> reindex(Tx tx, FtsIndex index) {
        if (mode.equals(Optional.of(DeferralMode.REBUILD))) {
            return Optional.empty();
        }
        FtsTable table = index.table().orElseThrow();
        IncrementalReindex.Choice choice = IncrementalReindex.choose(tx, table, index.sources());
        String objection = choice.objection();
        if (choice.reindex().isPresent() && !index.stored().isEmpty()) {
            objection = "some of its triggers were gone already";
        } else if (choice.reindex().isPresent()
                && RestorabilityCheck.drift(tx, table, index).isPresent()) {
            objection = "it is not equal to its base even now";
        }
        if (!objection.isEmpty() && mode.isPresent()) {
            throw new LockstepException(
                            LockstepException.Kind.USAGE,
                            "no-journal",
                            index.name() + " cannot be brought into step row by row: " + objection,
                            null,
                            null)
                    .advising(FtsRemedy.REBUILD_WHEN_RESTORED.of());
        }
        return objection.isEmpty() ? choice.reindex() : Optional.empty();
    }

    private boolean isAlreadyDeferred(Tx tx, FtsIndex index) {
        if (!index.isDeferred()) {
            return false;
        }
        LedgerEntry entry = index.held().orElseThrow().entry();
        if (company == Company.ALONE && entry.circumstances().isHeldByAnother(tx, owner)) {
            throw LedgerErrors.owned(index, entry);
        }
        return switch (entry.health()) {
            case SOUND -> true;
            // Nothing is lost as long as the triggers are there to be stored again.
            case LOST -> {
                if (index.live().isEmpty() || !index.absent().isEmpty()) {
                    throw LedgerErrors.of(index);
                }
                yield false;
            }
            case UNREADABLE, EDITED -> throw LedgerErrors.of(index);
            case UNFLAGGED, SCRAP -> false;
        };
    }
}
