package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.content.IncrementalReindex;
import dev.lockstep.fts.deferral.Deferral.Outcome;
import dev.lockstep.fts.deferral.Deferral.Result;
import dev.lockstep.fts.deferral.Deferral.Table;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerEntry;
import dev.lockstep.fts.ledger.LedgerEntry.Circumstances;
import dev.lockstep.fts.ledger.LedgerEntry.Health;
import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.schema.SchemaFingerprint;
import dev.lockstep.fts.schema.TriggerDdl;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.trial.DeferralTrial;
import dev.lockstep.fts.trial.KeptKey;
import dev.lockstep.fts.trial.TriggerRemainder;
import dev.lockstep.journal.Journal;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a {@link Deferral} is about to do, and what will have been done then. */
final class DeferralPlan {
    private final DeferralState deferrals;
    private final Circumstances circumstances;
    private final List<FtsIndex> toDefer = new ArrayList<>();
    private final List<FtsIndex> joined = new ArrayList<>();
    private final Map<FtsIndex, IncrementalReindex> journaled = new LinkedHashMap<>();
    private final List<Table> tables = new ArrayList<>();
    private final List<Deferral.Kept> kept = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private final List<KeptKey> keptKeys = new ArrayList<>();
    private final Map<FtsIndex, List<UnfollowedChanges>> unfollowed = new LinkedHashMap<>();

    DeferralPlan(DeferralState deferrals, Circumstances circumstances) {
        this.deferrals = deferrals;
        this.circumstances = circumstances;
    }

    void already(FtsIndex index) {
        LedgerEntry entry = index.held().orElseThrow().entry();
        Circumstances before = entry.circumstances();
        List<String> names = index.stored().stream().map(StoredTrigger::name).toList();
        tables.add(table(index, Result.ALREADY, entry.mode(index.name()), names, before));
        if (!index.live().isEmpty()) {
            notices.add(new Notice(
                    "live-triggers",
                    index.name() + " is put away " + entry.describe() + ", and yet "
                            + index.live().size()
                            + " triggers write it: "
                            + String.join(
                                    ", ",
                                    index.live().stream()
                                            .map(TriggerStatement::name)
                                            .toList())));
        }
    }

    void add(FtsIndex index, Optional<IncrementalReindex> reindex, List<UnfollowedChanges> changes) {
        toDefer.add(index);
        unfollowed.put(index, changes);
        reindex.ifPresent(way -> journaled.put(index, way));
        List<String> names =
                index.writers().stream().map(TriggerStatement::name).toList();
        DeferralMode mode = reindex.isPresent() ? DeferralMode.JOURNAL : DeferralMode.REBUILD;
        tables.add(table(index, Result.DEFERRED, mode, names, circumstances));
    }

    void add(List<Notice> more) {
        notices.addAll(more);
    }

    /** Already deferred, and from now on for us too. */
    void join(FtsIndex index) {
        joined.add(index);
    }

    /** Indexes whose triggers stay. */
    void keep(List<Deferral.Kept> indexes) {
        kept.addAll(indexes);
    }

    boolean isEmpty() {
        return tables.isEmpty() && kept.isEmpty();
    }

    List<FtsIndex> toDefer() {
        return toDefer;
    }

    void skip(FtsIndex index) {
        notices.add(new Notice("untriggered", "no trigger on a table writes " + index.name() + "; left alone"));
    }

    private static Table table(
            FtsIndex index, Result result, DeferralMode mode, List<String> triggers, Circumstances circumstances) {
        return new Table(
                String.join(", ", index.bases()),
                index.name(),
                result,
                mode,
                triggers,
                circumstances.since(),
                circumstances.owner());
    }

    Outcome outcome() {
        return new Outcome(tables, kept, notices);
    }

    /** Tries the triggers that are about to be deferred, and undoes that. */
    void tryOut(Tx tx) {
        for (FtsIndex index : toDefer) {
            keptKeys.addAll(DeferralTrial.run(tx, deferrals, index));
        }
        keptKeys.stream()
                .filter(key -> key.change() == KeptKey.Change.UPDATE && !key.isNumber())
                .map(KeptKey::notice)
                .forEach(notices::add);
    }

    void apply(Tx tx) {
        for (FtsIndex index : joined) {
            FtsIndex.Held held = index.held().orElseThrow();
            Circumstances both = held.entry().circumstances().joinedBy(circumstances);
            held.ledger().assign(tx, Set.of(index.folded()), both);
        }
        for (FtsIndex index : toDefer) {
            deferrals.ledgerFor(index.name()).add(tx, entry(tx, index, journals(tx, index)));
        }
        Map<String, TriggerStatement> live = new LinkedHashMap<>();
        toDefer.forEach(index -> index.live().forEach(trigger -> live.put(trigger.name(), trigger)));
        for (String table : live.values().stream()
                .map(trigger -> SqlToken.fold(trigger.table()))
                .distinct()
                .toList()) {
            replaceByRemainders(tx, table, live);
        }
        keptKeys.forEach(key -> ChangeWatch.install(tx, key));
        for (FtsIndex index : toDefer) {
            unfollowed.get(index).forEach(changes -> ChangeWatch.install(tx, changes));
        }
    }

    /** What else a trigger does goes on, at its place among the others: SQLite fires them in an order that they were made in. */
    private void replaceByRemainders(Tx tx, String table, Map<String, TriggerStatement> deferred) {
        Set<String> indexes = TriggerRemainder.of(deferrals, toDefer);
        boolean reordered = false;
        for (TriggerStatement trigger : deferrals.catalog().on(table)) {
            Optional<TriggerStatement> left = Optional.of(trigger);
            if (deferred.containsKey(trigger.name())) {
                left = trigger.without(indexes);
            } else if (!reordered) {
                continue;
            }
            TriggerDdl.drop(tx, trigger);
            left.ifPresent(rest -> TriggerDdl.create(tx, rest));
            reordered |= left.isPresent();
        }
    }

    /** A journal that is still there is of an earlier deferral, which somebody else has ended. */
    private Map<String, String> journals(Tx tx, FtsIndex index) {
        String consumer = IndexJournals.consumer(index.name());
        Journal.all(tx, consumer).forEach(journal -> journal.remove(tx));
        IncrementalReindex reindex = journaled.get(index);
        return reindex == null
                ? Map.of()
                : Map.of(
                        index.folded(),
                        Journal.install(tx, consumer, reindex.subject()).epoch());
    }

    private LedgerEntry entry(Tx tx, FtsIndex index, Map<String, String> journals) {
        Map<String, StoredTrigger> triggers = new LinkedHashMap<>();
        index.stored().forEach(stored -> triggers.put(SqlToken.fold(stored.name()), stored));
        for (TriggerStatement trigger : index.live()) {
            long position = deferrals.catalog().position(trigger.name());
            triggers.put(
                    SqlToken.fold(trigger.name()), new StoredTrigger(position, trigger, Optional.of(older(trigger))));
        }
        SchemaFingerprint fingerprint =
                SchemaFingerprint.read(tx, index.bases(), index.table().stream().toList());
        return new LedgerEntry(
                List.of(index.name()),
                List.copyOf(triggers.values()),
                Optional.of(fingerprint),
                circumstances,
                Health.SOUND,
                journals);
    }

    private List<String> older(TriggerStatement trigger) {
        List<String> older = new ArrayList<>();
        for (TriggerStatement other : deferrals.catalog().on(trigger.table())) {
            if (other.name().equals(trigger.name())) {
                break;
            }
            older.add(other.name());
        }
        return older;
    }
}
