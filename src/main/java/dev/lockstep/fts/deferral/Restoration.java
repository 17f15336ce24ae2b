package dev.lockstep.fts.deferral;

import dev.lockstep.db.Db;
import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.WriteAheadLog;
import dev.lockstep.fts.content.ContentComparison;
import dev.lockstep.fts.content.IndexRebuild;
import dev.lockstep.fts.ledger.DeferralLedger;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerEntry.Circumstances;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProcessIdentity;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Brings the triggers of search indexes back and makes the indexes equal to their base: the only way out of a deferral.
 *
 * <p>One transaction, from the first look to the last proof. It holds the write lock throughout, so no change of the base
 * can fall between the rebuild and the triggers. Whatever does not fit any more leaves everything as it was, deferred, with
 * the reason told.
 */
public final class Restoration {
    /** Which text counts if an application has made a trigger anew while its old text was stored. */
    public enum Preference {
        /** Neither: refuse, and show both. */
        NEITHER,
        LIVE,
        STORED
    }

    /** Where a trigger comes from that does not exist and is stored nowhere. */
    public enum Replacement {
        /** From nowhere: refuse, and say which it is. */
        NONE,
        PROFILE
    }

    /** What to do about another process that has deferred and still runs. */
    public enum Claim {
        /** Refuse. */
        RESPECT,
        /** Restore all the same. */
        STEAL,
        /** Leave what is deferred to it, and hold it no longer ourselves. */
        LEAVE
    }

    /** How to go about it. */
    public record Policy(Preference preference, Replacement replacement, Claim claim) {
        /** Refuses whatever is not plain. */
        public static final Policy CAREFUL = new Policy(Preference.NEITHER, Replacement.NONE, Claim.RESPECT);
    }

    /**
     * One index that was restored.
     *
     * @param table what it is about
     * @param fts its name
     * @param triggers the names of the triggers that keep it again
     * @param reindexed the rows that were written into it; 0 in a preview
     * @param proof how much of a difference from its base would have been seen: {@code whole}, {@code rows}, {@code none}
     */
    public record Table(String table, String fts, List<String> triggers, long reindexed, String proof) {}

    /**
     * What a restoration did.
     *
     * @param left the indexes that stay deferred for others
     * @param stale the indexes that could not be made anew: their triggers are back, or still deferred, and what they hold is old
     * @param leftovers how many journals were removed that no restore would have read
     */
    public record Outcome(
            List<Table> tables, List<String> left, List<String> stale, int leftovers, List<Notice> notices) {
        public Outcome {
            tables = List.copyOf(tables);
            left = List.copyOf(left);
            stale = List.copyOf(stale);
            notices = List.copyOf(notices);
        }

        public boolean changed() {
            return !tables.isEmpty() || leftovers > 0;
        }

        /** What it has written is in the database, and the log is small again; or that it is not is told. */
        Outcome settled(Db db) {
            long kept = changed() ? WriteAheadLog.shrink(db) : 0;
            if (kept == 0) {
                return this;
            }
            List<Notice> all = new ArrayList<>(notices);
            all.add(new Notice(
                    "log-kept",
                    "the write-ahead log has " + kept / MEGABYTE + " MB and keeps them until those end who read what"
                            + " was before"));
            return new Outcome(tables, left, stale, leftovers, all);
        }
    }

    private static final long MEGABYTE = 1_000_000;

    private final Optional<Profile> profile;
    private final Policy policy;
    private final ProcessIdentity owner;
    private final FtsRebuild.Progress progress;

    /** @param owner who restores */
    public Restoration(Optional<Profile> profile, Policy policy, ProcessIdentity owner) {
        this(profile, policy, owner, (fts, rows) -> {});
    }

    private Restoration(Optional<Profile> profile, Policy policy, ProcessIdentity owner, FtsRebuild.Progress progress) {
        this.profile = profile;
        this.policy = policy;
        this.owner = owner;
        this.progress = progress;
    }

    /** The same, telling how far it is with what it makes anew. */
    public Restoration reporting(FtsRebuild.Progress listener) {
        return new Restoration(profile, policy, owner, listener);
    }

    /**
     * Restores what is deferred. Nothing deferred is nothing to do, unless triggers are known to be lost.
     *
     * @param names FTS5 tables or their base tables; none for all
     * @throws LockstepException usage: there is no such table; refused: it would not be what it was, and nothing has changed
     */
    public Outcome run(Db db, List<String> names) {
        return db.transact(tx -> run(tx, names)).settled(db);
    }

    /** The same as a part of the caller's transaction. */
    Outcome run(Tx tx, List<String> names) {
        DeferralState deferrals = DeferralState.read(tx, profile);
        List<String> left = new ArrayList<>();
        List<Notice> notices = new ArrayList<>();
        List<String> stale = new ArrayList<>();
        DueIndexes due = new DueIndexes(tx, deferrals, policy, owner);
        List<FtsIndex> indexes = due.select(names, left);
        leave(tx, deferrals, left);
        due.setAside(indexes, names, stale, notices);
        notices.addAll(ChangeWatch.changes(tx, indexes));
        ChangeWatch.end(tx, deferrals, indexes);
        List<Table> tables = indexes.isEmpty() ? List.of() : restore(tx, deferrals, indexes, stale, notices);
        int leftovers = IndexJournals.leftovers(tx, deferrals);
        IndexJournals.forget(tx, deferrals, indexes);
        return new Outcome(tables, left, stale, leftovers, notices);
    }

    /** What {@link #run} would do, as far as it can be told without writing, and changes nothing. */
    public Outcome preview(Db db, List<String> names) {
        return db.read(tx -> {
            DeferralState deferrals = DeferralState.read(tx, profile);
            List<Notice> notices = new ArrayList<>();
            List<Table> tables = new ArrayList<>();
            List<String> left = new ArrayList<>();
            DueIndexes due = new DueIndexes(tx, deferrals, policy, owner);
            List<FtsIndex> indexes = due.select(names, left);
            List<String> stale = new ArrayList<>();
            due.setAside(indexes, names, stale, notices);
            notices.addAll(ChangeWatch.changes(tx, indexes));
            for (FtsIndex index : indexes) {
                new TriggerRestore(tx, deferrals, policy, notices).check(index);
                List<String> triggers =
                        index.writers().stream().map(TriggerStatement::name).toList();
                tables.add(new Table(String.join(", ", index.bases()), index.name(), triggers, 0, "none"));
            }
            return new Outcome(tables, left, stale, IndexJournals.leftovers(tx, deferrals), notices);
        });
    }

    /** What it will take to make indexes anew, for those that will be: a look without the write lock. */
    public List<FtsRebuild.Estimate> estimate(Db db, List<String> names) {
        return db.read(tx -> {
            DeferralState deferrals = DeferralState.read(tx, profile);
            DueIndexes due = new DueIndexes(tx, deferrals, policy, owner);
            List<FtsRebuild.Estimate> estimates = new ArrayList<>();
            for (FtsIndex index : deferrals.together(deferrals.select(names))) {
                if (index.isDeferred()
                        && index.table()
                                .filter(table -> table.objection().isEmpty())
                                .isPresent()
                        && due.isFree(index)) {
                    new IndexRepair(tx, index).estimate().ifPresent(estimates::add);
                }
            }
            return estimates;
        });
    }

    /** Whether anything is deferred, or left behind, as a look without the write lock tells. */
    public static boolean isNeeded(Db db, Optional<Profile> profile) {
        return db.read(tx -> {
            DeferralState deferrals = DeferralState.read(tx, profile);
            return deferrals.select(List.of()).stream().anyMatch(FtsIndex::isDeferred)
                    || IndexJournals.leftovers(tx, deferrals) > 0;
        });
    }

    private void leave(Tx tx, DeferralState deferrals, List<String> left) {
        for (FtsIndex index : deferrals.select(left.isEmpty() ? List.of() : left)) {
            if (left.contains(index.name())) {
                FtsIndex.Held held = index.held().orElseThrow();
                Circumstances others = held.entry().circumstances().without(owner);
                held.ledger().assign(tx, Set.of(index.folded()), others);
            }
        }
    }

    private List<Table> restore(
            Tx tx, DeferralState deferrals, List<FtsIndex> indexes, List<String> stale, List<Notice> notices) {
        TriggerRestore restore = new TriggerRestore(tx, deferrals, policy, notices);
        indexes.forEach(restore::check);
        restore.putBack();
        FtsCatalog now = FtsCatalog.read(tx);
        List<Table> tables = new ArrayList<>();
        for (FtsIndex index : indexes) {
            List<TriggerStatement> writers = now.writers(index.name());
            IndexRebuild rebuilt = stale.contains(index.name())
                    ? new IndexRebuild(0, ContentComparison.Sight.NONE)
                    : new IndexRepair(tx, index).run(writers, notices, rows -> progress.at(index.name(), rows));
            tables.add(new Table(
                    String.join(", ", index.bases()),
                    index.name(),
                    writers.stream().map(TriggerStatement::name).toList(),
                    rebuilt.rows(),
                    rebuilt.sight().label()));
        }
        forget(tx, indexes);
        return tables;
    }

    private static void forget(Tx tx, List<FtsIndex> indexes) {
        Map<DeferralLedger, Set<String>> done = new LinkedHashMap<>();
        for (FtsIndex index : indexes) {
            index.held().ifPresent(held -> done.computeIfAbsent(held.ledger(), ledger -> new LinkedHashSet<>())
                    .add(index.folded()));
        }
        done.forEach((ledger, names) -> ledger.forget(tx, names));
    }
}
