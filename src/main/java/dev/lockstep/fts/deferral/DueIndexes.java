package dev.lockstep.fts.deferral;

import dev.lockstep.db.Tx;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerEntry;
import dev.lockstep.fts.ledger.LedgerErrors;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The indexes that a {@link Restoration} is about: what is deferred, is not held by others, and can be made anew. */
final class DueIndexes {
    private final Tx tx;
    private final DeferralState deferrals;
    private final Restoration.Policy policy;
    private final ProcessIdentity owner;

    /** @param owner who restores */
    DueIndexes(Tx tx, DeferralState deferrals, Restoration.Policy policy, ProcessIdentity owner) {
        this.tx = tx;
        this.deferrals = deferrals;
        this.policy = policy;
        this.owner = owner;
    }

    /**
     * The indexes that are to be restored.
     *
     * @param left takes the names of those that stay as they are, for others
     */
    List<FtsIndex> select(List<String> names, List<String> left) {
        List<FtsIndex> due = new ArrayList<>();
        for (FtsIndex index : deferrals.together(deferrals.select(names))) {
            if (index.isDeferred()) {
                if (isFree(index)) {
                    due.add(index);
                } else {
                    left.add(index.name());
                }
            } else if (!index.absent().isEmpty()) {
                switch (policy.replacement()) {
                    case NONE -> throw LedgerErrors.absent(index, index.absent());
                    case PROFILE -> due.add(index);
                }
            }
        }
        return due;
    }

    /** Whether no other live process holds it, or that does not count. @throws LockstepException refused: one does, and it counts */
    boolean isFree(FtsIndex index) {
        LedgerEntry entry = index.held().orElseThrow().entry();
        if (!entry.circumstances().isHeldByAnother(tx, owner)) {
            return true;
        }
        return switch (policy.claim()) {
            case RESPECT -> throw LedgerErrors.owned(index, entry);
            case STEAL -> true;
            case LEAVE -> false;
        };
    }

    /** Those that cannot be made anew: where only this SQLite cannot, the triggers come back all the same; else it must be mended. */
    void setAside(List<FtsIndex> indexes, List<String> names, List<String> stale, List<Notice> notices) {
        for (FtsIndex index : List.copyOf(indexes)) {
            Optional<FtsTable> broken =
                    index.table().filter(table -> table.objection().isPresent());
            if (broken.isEmpty()) {
                index.table()
                        .flatMap(table -> RestorabilityCheck.lacking(tx, index))
                        .ifPresent(lack -> {
                            stale.add(index.name());
                            notices.add(stale(lack));
                        });
                continue;
            }
            LockstepException refusal = Unopened.refusal(broken.get());
            if (Unopened.isForeign(broken.get().objection().orElseThrow())) {
                stale.add(index.name());
                notices.add(stale(refusal.getMessage()));
            } else if (names.isEmpty()) {
                indexes.remove(index);
                stale.add(index.name());
                notices.add(Notice.of("still-deferred", refusal));
            } else {
                throw refusal;
            }
        }
    }

    private static Notice stale(String why) {
        return new Notice("stale", why, FtsRemedy.REBUILD_ELSEWHERE.of());
    }
}
