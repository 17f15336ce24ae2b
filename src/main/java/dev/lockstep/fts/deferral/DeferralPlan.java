package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.content.Reindex;
import dev.lockstep.fts.deferral.Deferral.Outcome;
import dev.lockstep.fts.deferral.Deferral.Result;
import dev.lockstep.fts.deferral.Deferral.Table;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.ledger.Deferred;
import dev.lockstep.fts.ledger.Deferred.Circumstances;
import dev.lockstep.fts.ledger.Deferred.Health;
import dev.lockstep.fts.ledger.Deferred.StoredTrigger;
import dev.lockstep.fts.ledger.Index;
import dev.lockstep.fts.ledger.Situation;
import dev.lockstep.fts.schema.Shape;
import dev.lockstep.fts.schema.TriggerDdl;
import dev.lockstep.fts.schema.TriggerSql;
import dev.lockstep.fts.trial.DeferralTrial;
import dev.lockstep.fts.trial.Remainder;
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
    private final Situation situation;
    private final Circumstances circumstances;
    private final List<Index> toDefer = new ArrayList<>();
    private final List<Index> joined = new ArrayList<>();
    private final Map<Index, Reindex> journaled = new LinkedHashMap<>();
    private final List<Table> tables = new ArrayList<>();
    private final List<Deferral.Kept> kept = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();

    DeferralPlan(Situation situation, Circumstances circumstances) {
        this.situation = situation;
        this.circumstances = circumstances;
    }

    void already(Index index) {
        Deferred entry = index.held().orElseThrow().deferred();
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
                                    index.live().stream().map(TriggerSql::name).toList())));
        }
    }

    void add(Index index, Optional<Reindex> reindex) {
        toDefer.add(index);
        reindex.ifPresent(way -> journaled.put(index, way));
        List<String> names = index.writers().stream().map(TriggerSql::name).toList();
        DeferralMode mode = reindex.isPresent() ? DeferralMode.JOURNAL : DeferralMode.REBUILD;
        tables.add(table(index, Result.DEFERRED, mode, names, circumstances));
    }

    void add(List<Notice> more) {
        notices.addAll(more);
    }

    /** Already deferred, and from now on for us too. */
    void join(Index index) {
        joined.add(index);
    }

    /** Indexes whose triggers stay. */
    void keep(List<Deferral.Kept> indexes) {
        kept.addAll(indexes);
    }

    boolean isEmpty() {
        return tables.isEmpty() && kept.isEmpty();
    }

    List<Index> toDefer() {
        return toDefer;
    }

    void skip(Index index) {
        notices.add(new Notice("untriggered", "no trigger on a table writes " + index.name() + "; left alone"));
    }

    private static Table table(
            Index index, Result result, DeferralMode mode, List<String> triggers, Circumstances circumstances) {
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

    /** Tries the triggers that are about to be put away, and undoes that. */
    void tryOut(Tx tx) {
        toDefer.forEach(index -> DeferralTrial.run(tx, situation, index));
    }

    void apply(Tx tx) {
        for (Index index : joined) {
            Index.Held held = index.held().orElseThrow();
            Circumstances both = held.deferred().circumstances().joinedBy(circumstances);
            held.ledger().assign(tx, Set.of(index.folded()), both);
        }
        for (Index index : toDefer) {
            situation.ledgerFor(index.name()).add(tx, entry(tx, index, journals(tx, index)));
        }
        Map<String, TriggerSql> live = new LinkedHashMap<>();
        toDefer.forEach(index -> index.live().forEach(trigger -> live.put(trigger.name(), trigger)));
        for (String table : live.values().stream()
                .map(trigger -> SqlToken.fold(trigger.table()))
                .distinct()
                .toList()) {
            putAway(tx, table, live);
        }
    }

    /** What else a trigger does goes on, at its place among the others: SQLite fires them in an order that they were made in. */
    private void putAway(Tx tx, String table, Map<String, TriggerSql> away) {
        Set<String> indexes = Remainder.of(situation, toDefer);
        boolean reordered = false;
        for (TriggerSql trigger : situation.catalog().on(table)) {
            Optional<TriggerSql> left = Optional.of(trigger);
            if (away.containsKey(trigger.name())) {
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
    private Map<String, String> journals(Tx tx, Index index) {
        String consumer = IndexJournals.consumer(index.name());
        Journal.all(tx, consumer).forEach(journal -> journal.remove(tx));
        Reindex reindex = journaled.get(index);
        return reindex == null
                ? Map.of()
                : Map.of(
                        index.folded(),
                        Journal.install(tx, consumer, reindex.subject()).epoch());
    }

    private Deferred entry(Tx tx, Index index, Map<String, String> journals) {
        Map<String, StoredTrigger> triggers = new LinkedHashMap<>();
        index.stored().forEach(stored -> triggers.put(SqlToken.fold(stored.name()), stored));
        for (TriggerSql trigger : index.live()) {
            long position = situation.catalog().position(trigger.name());
            triggers.put(
                    SqlToken.fold(trigger.name()), new StoredTrigger(position, trigger, Optional.of(older(trigger))));
        }
        Shape shape = Shape.read(tx, index.bases(), index.table().stream().toList());
        return new Deferred(
                List.of(index.name()),
                List.copyOf(triggers.values()),
                Optional.of(shape),
                circumstances,
                Health.SOUND,
                journals);
    }

    private List<String> older(TriggerSql trigger) {
        List<String> older = new ArrayList<>();
        for (TriggerSql other : situation.catalog().on(trigger.table())) {
            if (other.name().equals(trigger.name())) {
                break;
            }
            older.add(other.name());
        }
        return older;
    }
}
