package dev.lockstep.fts.trial;

import dev.lockstep.db.sqlite.SqlToken;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.support.LockstepException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What a trigger does besides keeping a search index: it raises an error, writes another table. While the trigger is deferred
 * a trigger of the same name does just that; to lose it would be the worst of all faults, for nobody would notice.
 */
public final class TriggerRemainder {
    /** Functions whose value is another one if a statement before is left out. */
    private static final List<String> ABOUT_THE_LAST_WRITE = List.of("last_insert_rowid", "changes", "total_changes");

    private TriggerRemainder() {}

    /** The indexes that nobody keeps while these are deferred, folded: these, and those that are deferred already. */
    public static Set<String> of(DeferralState deferrals, List<FtsIndex> toDefer) {
        Set<String> indexes = new LinkedHashSet<>();
        toDefer.forEach(index -> indexes.add(index.folded()));
        for (FtsIndex index : deferrals.select(List.of())) {
            if (index.isDeferred()) {
                indexes.add(index.folded());
            }
        }
        return indexes;
    }

    /**
     * Refuses triggers of which a part cannot go on alone.
     *
     * @throws LockstepException refused: what is left of a trigger reads or writes the index
     */
    public static void check(DeferralState deferrals, FtsIndex index, List<FtsIndex> together) {
        Set<String> indexes = of(deferrals, together);
        for (TriggerStatement trigger : index.live()) {
            Optional<TriggerStatement> rest = trigger.without(indexes);
            if (rest.isPresent() && asksForLastWrite(trigger, rest.get())) {
                throw LockstepException.refused(
                                "trigger " + trigger.name() + " does more than write " + index.name()
                                        + ", and what else it does ("
                                        + String.join(", ", rest.get().targets())
                                        + ") asks for what the write before it has done: "
                                        + TriggerStatement.brief(trigger.sql()),
                                null)
                        .advising(FtsRemedy.LEAVE_OUT.of());
            }
            for (String name : indexes) {
                if (rest.isPresent() && rest.get().mentions(name)) {
                    throw LockstepException.refused(
                                    "trigger " + trigger.name() + " does more than write " + name
                                            + ", and what else it does ("
                                            + String.join(", ", rest.get().targets()) + ") reads that index: "
                                            + TriggerStatement.brief(trigger.sql()),
                                    null)
                            .advising(FtsRemedy.LEAVE_OUT_OR_SPLIT_THE_TRIGGER.of());
                }
            }
        }
    }

    /** Whether what is left asks for something that only a statement beside it could have said. */
    private static boolean asksForLastWrite(TriggerStatement trigger, TriggerStatement rest) {
        return rest.parts().size() < trigger.parts().size()
                && ABOUT_THE_LAST_WRITE.stream().anyMatch(rest::mentions);
    }

    /** Whether a live trigger is what was left of a stored one. */
    public static boolean isOf(TriggerStatement live, TriggerStatement stored, Set<String> indexes) {
        Set<String> own = new LinkedHashSet<>(indexes);
        stored.targets().stream().map(SqlToken::fold).filter(indexes::contains).forEach(own::add);
        return stored.without(own).filter(rest -> rest.sql().equals(live.sql())).isPresent();
    }
}
