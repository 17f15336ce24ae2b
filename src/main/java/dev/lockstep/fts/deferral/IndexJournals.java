package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.journal.Journal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Which journal of changed rows belongs to which deferral: an index's own, and those that nobody will read any more. */
final class IndexJournals {
    private IndexJournals() {}

    /** The name under which the journal of an index is kept. */
    static String consumer(String index) {
        return "fts " + SqlToken.fold(index);
    }

    /** How many journals are there of indexes that are not deferred with them any more: somebody else restored those. */
    static int leftovers(Tx tx, DeferralState deferrals) {
        return unused(tx, deferrals, List.of()).size();
    }

    /** Removes the journals of these indexes, and those that nobody will read. */
    static void forget(Tx tx, DeferralState deferrals, List<FtsIndex> restored) {
        unused(tx, deferrals, restored).forEach(journal -> journal.remove(tx));
    }

    private static List<Journal> unused(Tx tx, DeferralState deferrals, List<FtsIndex> restored) {
        Set<String> used = new HashSet<>();
        for (FtsIndex index : deferrals.select(List.of())) {
            if (index.isDeferred() && !restored.contains(index)) {
                of(tx, index).ifPresent(journal -> used.add(journal.epoch()));
            }
        }
        List<Journal> unused = new ArrayList<>();
        for (String consumer : Journal.consumers(tx)) {
            if (consumer.startsWith("fts ")) {
                Journal.all(tx, consumer).stream()
                        .filter(journal -> !used.contains(journal.epoch()))
                        .forEach(unused::add);
            }
        }
        return unused;
    }

    /** The journal of an index that was deferred with one. */
    static Optional<Journal> of(Tx tx, FtsIndex index) {
        Optional<String> epoch =
                index.held().map(held -> held.entry().journals().get(index.folded()));
        for (Journal journal : Journal.all(tx, consumer(index.name()))) {
            if (epoch.filter(journal.epoch()::equals).isPresent()) {
                return Optional.of(journal);
            }
        }
        return Optional.empty();
    }
}
