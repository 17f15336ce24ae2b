package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerEntry;
import dev.lockstep.fts.ledger.LedgerEntry.Health;
import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.ledger.LedgerErrors;
import dev.lockstep.fts.ledger.NamedColumns;
import dev.lockstep.fts.schema.FtsCatalog.Relation;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.SchemaFingerprint;
import dev.lockstep.fts.schema.TriggerCompileCheck;
import dev.lockstep.fts.schema.TriggerDdl;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.fts.trial.TriggerRemainder;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Puts stored triggers back into a schema that may have changed since, inside the caller's transaction, and refuses those
 * that do not fit it any more.
 */
final class TriggerRestore {

    private final Tx tx;
    private final DeferralState deferrals;
    private final Restoration.Policy policy;
    private final List<Notice> notices;

    /** The triggers to create, by folded name. */
    private final Map<String, StoredTrigger> wanted = new LinkedHashMap<>();

    /** The stored triggers that were looked at, by folded name: two indexes may share one. */
    private final Set<String> decided = new HashSet<>();

    /** Which index a stored trigger was looked at for, by folded name of the trigger. */
    private final Map<String, FtsIndex> storedFor = new HashMap<>();

    /** The live triggers that make room for a stored one. */
    private final List<TriggerStatement> displaced = new ArrayList<>();

    TriggerRestore(Tx tx, DeferralState deferrals, Restoration.Policy policy, List<Notice> notices) {
        this.tx = tx;
        this.deferrals = deferrals;
        this.policy = policy;
        this.notices = notices;
    }

    /**
     * Looks at one index, and decides about each of its triggers, without changing anything.
     *
     * @throws LockstepException refused: something is not as it was
     */
    void check(FtsIndex index) {
        checkTables(index);
        Optional<LedgerEntry> entry = index.held().map(FtsIndex.Held::entry);
        if (index.damaged().isPresent()) {
            checkDamaged(index);
        }
        checkSchema(index);
        List<StoredTrigger> stored = index.stored();
        stored.forEach(trigger -> decide(index, trigger));
        entry.ifPresent(held -> strangers(held).forEach(trigger -> decide(index, trigger)));
        decideAboutNewcomers(index, stored);
        if (policy.replacement() == Restoration.Replacement.PROFILE) {
            takeFromProfile(index);
        }
    }

    private void checkTables(FtsIndex index) {
        if (index.table().isEmpty()) {
            String was = deferrals
                    .catalog()
                    .relation(index.name())
                    .map(relation -> "no full-text table")
                    .orElse("gone");
            throw LedgerErrors.refused(
                            "missing-table",
                            "the index " + index.name() + " is " + was + ", and triggers that write it are stored",
                            null)
                    .advising(FtsRemedy.MAKE_THE_TABLE_AGAIN.of(surrender(index)));
        }
        for (String base : index.bases()) {
            Optional<Relation> relation = deferrals.catalog().relation(base);
            boolean isContent =
                    index.table().get().content().filter(base::equals).isPresent();
            if (relation.isEmpty() || (relation.get() != Relation.TABLE && !isContent)) {
                throw LedgerErrors.refused(
                                "missing-table",
                                "there is no table " + base + " any more, which the index " + index.name()
                                        + " is about",
                                null)
                        .advising(FtsRemedy.MAKE_THE_TABLE_AGAIN.of(surrender(index)));
            }
        }
    }

    /** Nothing is lost if all triggers that the profile knows are there; else the profile's may stand in if asked for. */
    private void checkDamaged(FtsIndex index) {
        boolean whole = index.held().orElseThrow().entry().health() == Health.LOST
                && !index.live().isEmpty()
                && index.absent().isEmpty();
        boolean replaceable = policy.replacement() == Restoration.Replacement.PROFILE
                && !deferrals.known(index.name()).isEmpty()
                && index.held().get().entry().health() != Health.EDITED;
        if (!whole && !replaceable) {
            throw LedgerErrors.of(index);
        }
    }

    private void checkSchema(FtsIndex index) {
        Optional<SchemaFingerprint> before = index.held()
                .flatMap(held -> held.entry().fingerprint())
                .map(fingerprint -> fingerprint.of(index.bases(), index.name()));
        Optional<String> difference = before.flatMap(fingerprint -> fingerprint.difference(
                SchemaFingerprint.read(
                        tx, fingerprint.tables(), deferrals.catalog().tables()),
                new NamedColumns(index)::contain));
        if (difference.isPresent()) {
            throw LedgerErrors.refused(
                    "schema-changed",
                    "the schema has changed since the triggers were put away: " + difference.get(),
                    "change it back; or have them tried as they are: "
                            + index.held().orElseThrow().ledger().acceptSchema(index.name()));
        }
    }

    private void decide(FtsIndex index, StoredTrigger stored) {
        if (!decided.add(SqlToken.fold(stored.name()))) {
            return;
        }
        storedFor.put(SqlToken.fold(stored.name()), index);
        Optional<TriggerStatement> live = deferrals.catalog().trigger(stored.name());
        if (live.isEmpty()) {
            wanted.put(SqlToken.fold(stored.name()), stored);
            return;
        }
        if (live.get().sql().equals(stored.sql())) {
            return;
        }
        if (TriggerRemainder.isOf(live.get(), stored.trigger(), TriggerRemainder.of(deferrals, List.of()))) {
            displaced.add(live.get());
            wanted.put(SqlToken.fold(stored.name()), stored);
            return;
        }
        switch (policy.preference()) {
            case NEITHER -> throw LedgerErrors.remade(index.name(), live.get(), stored);
            case LIVE -> giveUp(stored.sql(), stored.name());
            case STORED -> {
                displaced.add(live.get());
                giveUp(live.get().sql(), stored.name());
                wanted.put(SqlToken.fold(stored.name()), stored);
            }
        }
    }

    /** A trigger of another name that writes the index too would, beside the stored one, write every row twice. */
    private void decideAboutNewcomers(FtsIndex index, List<StoredTrigger> stored) {
        for (TriggerStatement live : index.live()) {
            boolean known =
                    stored.stream().anyMatch(old -> SqlToken.fold(old.name()).equals(SqlToken.fold(live.name())));
            if (known || stored.isEmpty()) {
                continue;
            }
            if (policy.preference() != Restoration.Preference.LIVE) {
                throw LedgerErrors.refused(
                                "trigger-conflict",
                                "trigger " + live.name() + " was made meanwhile and writes " + index.name() + " too: "
                                        + TriggerStatement.brief(live.sql()),
                                null)
                        .advising(FtsRemedy.CHOOSE_THE_NEW_TRIGGER.of());
            }
            for (StoredTrigger old : stored) {
                boolean sameJob =
                        old.trigger().event() == live.event() && old.trigger().isOn(live.table());
                if (sameJob && wanted.remove(SqlToken.fold(old.name())) != null) {
                    giveUp(old.sql(), old.name());
                }
            }
        }
    }

    private void giveUp(String sql, String name) {
        notices.add(new Notice("given-up", "the other text of trigger " + name + " is given up: " + sql));
    }

    private void takeFromProfile(FtsIndex index) {
        for (Profile.Trigger known : deferrals.known(index.name())) {
            String folded = SqlToken.fold(known.name());
            if (deferrals.catalog().trigger(known.name()).isEmpty() && !wanted.containsKey(folded)) {
                wanted.put(folded, new StoredTrigger(Long.MAX_VALUE, TriggerStatement.parse(known.sql())));
                notices.add(new Notice("from-profile", "trigger " + known.name() + " is made as the profile says it"));
            }
        }
    }

    /** Creates the triggers in the order in which they first were, and has SQLite compile each. */
    void putBack() {
        displaced.forEach(trigger -> TriggerDdl.drop(tx, trigger));
        List<TriggerStatement> ordered = wanted.values().stream()
                .sorted(Comparator.comparingLong(StoredTrigger::position))
                .map(StoredTrigger::trigger)
                .toList();
        ordered.stream().map(TriggerStatement::table).distinct().forEach(table -> TriggerCompileCheck.objectionToWrites(
                        tx, table)
                .filter(objection -> !Unopened.isForeign(objection))
                .ifPresent(objection -> {
                    throw LedgerErrors.refused(
                            "trigger-unfit",
                            "writes to " + table + " fail even without the triggers: " + objection,
                            "nothing changed; it is still deferred");
                }));
        for (TriggerStatement trigger : ordered) {
            TriggerDdl.create(tx, trigger);
            TriggerCompileCheck.objectionToWrites(tx, trigger.table(), trigger.event())
                    .ifPresent(objection -> {
                        if (Unopened.isForeign(objection)) {
                            notices.add(new Notice(
                                    "not-tried", "trigger " + trigger.name() + " is put back untried: " + objection));
                            return;
                        }
                        FtsIndex index = storedFor.get(SqlToken.fold(trigger.name()));
                        throw LedgerErrors.refused(
                                        "trigger-unfit",
                                        "trigger " + trigger.name() + " does not fit " + trigger.table() + " any more: "
                                                + objection,
                                        null)
                                .advising(FtsRemedy.REVERT_THE_SCHEMA.of(
                                        index == null ? new Object[0] : surrender(index, trigger)));
                    });
        }
        TriggerOrder order = new TriggerOrder(tx, deferrals.catalog(), displaced, wanted);
        ordered.stream()
                .map(trigger -> SqlToken.fold(trigger.table()))
                .distinct()
                .forEach(order::restore);
    }

    /** An application that picks triggers by their text may have deferred some that write no index; they come back too. */
    private static List<StoredTrigger> strangers(LedgerEntry entry) {
        return entry.triggers().stream()
                .filter(stored -> entry.indexes().stream().noneMatch(stored.trigger()::writes))
                .toList();
    }

    /** One that writes no index comes back with each restore, so no other index can be restored before. */
    private Object[] surrender(FtsIndex index, TriggerStatement unfit) {
        boolean withAll = index.held().stream()
                .flatMap(held -> strangers(held.entry()).stream())
                .anyMatch(stored -> stored.name().equals(unfit.name()));
        return withAll ? new Object[] {index.held().orElseThrow().ledger().surrender(index.name())} : surrender(index);
    }

    /** An application's one entry holds the triggers of others too, and they are stored nowhere else. */
    private Object[] surrender(FtsIndex index) {
        Optional<FtsIndex.Held> held = index.held();
        if (held.isEmpty()) {
            return new Object[] {""};
        }
        List<String> all = new ArrayList<>(held.get().entry().indexes());
        all.removeIf(name -> SqlToken.fold(name).equals(index.folded())
                || deferrals.catalog().table(name).isEmpty());
        all.add(0, held.get().ledger().surrender(index.name()));
        return all.toArray();
    }
}
