package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.schema.FtsCatalog;
import dev.lockstep.fts.schema.TriggerDdl;
import dev.lockstep.fts.schema.TriggerStatement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The order in which the triggers of a table were made, and so fire, brought back after some of them were restored. */
final class TriggerOrder {
    private final Tx tx;
    private final FtsCatalog before;
    private final List<TriggerStatement> displaced;
    private final Map<String, StoredTrigger> restored;

    /**
     * @param before the schema before the restore
     * @param displaced the triggers that made room for a stored one
     * @param restored the triggers that are back, by folded name
     */
    TriggerOrder(Tx tx, FtsCatalog before, List<TriggerStatement> displaced, Map<String, StoredTrigger> restored) {
        this.tx = tx;
        this.before = before;
        this.displaced = displaced;
        this.restored = restored;
    }

    /** Triggers that were made after one that is back are made anew behind it: SQLite fires the newest first. */
    void restore(String table) {
        Map<String, TriggerStatement> there = new LinkedHashMap<>();
        for (TriggerStatement trigger : before.on(table)) {
            boolean gone = displaced.stream().anyMatch(other -> other.name().equals(trigger.name()));
            if (!gone) {
                there.put(SqlToken.fold(trigger.name()), trigger);
            }
        }
        List<TriggerStatement> order = new ArrayList<>(there.values());
        List<StoredTrigger> back = restored.values().stream()
                .filter(stored -> stored.trigger().isOn(table))
                .sorted(Comparator.comparingLong(StoredTrigger::position))
                .toList();
        for (StoredTrigger stored : back) {
            order.add(place(stored, order), stored.trigger());
        }
        // As they stand now: the others, and behind them those that are back.
        List<TriggerStatement> now = new ArrayList<>(there.values());
        back.forEach(stored -> now.add(stored.trigger()));
        int same = 0;
        while (same < order.size() && order.get(same).equals(now.get(same))) {
            same++;
        }
        List<TriggerStatement> behind = order.subList(same, order.size());
        behind.forEach(trigger -> TriggerDdl.drop(tx, trigger));
        behind.forEach(trigger -> TriggerDdl.create(tx, trigger));
    }

    /** Behind the last of those that were older. Where nobody noted which were, their numbers say it. */
    private int place(StoredTrigger stored, List<TriggerStatement> order) {
        int place = 0;
        for (int i = 0; i < order.size(); i++) {
            String name = order.get(i).name();
            boolean isBack = restored.containsKey(SqlToken.fold(name));
            boolean older = stored.older()
                    .map(names -> names.contains(name))
                    .orElseGet(() -> isBack || before.position(name) < stored.position());
            place = older ? i + 1 : place;
        }
        return place;
    }
}
