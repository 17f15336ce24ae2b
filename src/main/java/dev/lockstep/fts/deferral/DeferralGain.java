package dev.lockstep.fts.deferral;

import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.TriggerStatement.Event;
import dev.lockstep.fts.trial.TriggerCost;
import dev.lockstep.fts.trial.TriggerFault;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Which indexes gain by a deferral. Their rows have to come into the index sooner or later, so a trigger that does no more
 * than that is as cheap as a restore: one that reads the whole index for each row is not, nor one that costs many times what
 * the insertion of a row costs.
 */
final class DeferralGain {
    /** Below it a deferral could not win back what it costs itself. */
    private static final Duration CHEAP = Duration.ofMillis(1);

    /** An update or a deletion that costs so many times what an insertion costs does more than write a row. */
    private static final int MANY_TIMES = 8;

    private final Tx tx;
    private final Set<FtsIndex> gaining = new LinkedHashSet<>();
    private final List<Deferral.Kept> kept = new ArrayList<>();

    private DeferralGain(Tx tx) {
        this.tx = tx;
    }

    /** Tries the triggers of these on real rows, and undoes that. Indexes that can only be deferred together are. */
    static DeferralGain measure(Tx tx, DeferralState deferrals, List<FtsIndex> indexes) {
        DeferralGain gain = new DeferralGain(tx);
        List<Deferral.Kept> cheap = new ArrayList<>();
        for (FtsIndex index : indexes) {
            Optional<Deferral.Kept> reason = gain.cheap(index);
            reason.ifPresentOrElse(cheap::add, () -> gain.gaining.add(index));
        }
        gain.gaining.addAll(deferrals.together(List.copyOf(gain.gaining)));
        cheap.stream()
                .filter(index ->
                        gain.gaining.stream().noneMatch(other -> other.name().equals(index.fts())))
                .forEach(gain.kept::add);
        return gain;
    }

    boolean isFor(FtsIndex index) {
        return gaining.contains(index);
    }

    /** Those whose triggers are better left alone. */
    List<Deferral.Kept> kept() {
        return kept;
    }

    /** What its triggers cost, if live triggers win. */
    private Optional<Deferral.Kept> cheap(FtsIndex index) {
        FtsTable table = index.table().orElseThrow();
        boolean scans =
                TriggerCost.of(tx, table, index.live()).stream().anyMatch(cost -> cost.fault() == TriggerFault.SCANS);
        if (scans) {
            return Optional.empty();
        }
        Optional<Duration> insertion = Optional.empty();
        Optional<Duration> most = Optional.empty();
        for (TriggerStatement trigger : index.live()) {
            Optional<Duration> cost = cost(trigger);
            if (trigger.event() == Event.INSERT && isMore(cost, insertion)) {
                insertion = cost;
            }
            most = isMore(cost, most) ? cost : most;
        }
        boolean expensive = most.isPresent()
                && insertion.isPresent()
                && most.get().compareTo(CHEAP) >= 0
                && most.get().compareTo(insertion.get().multipliedBy(MANY_TIMES)) >= 0;
        List<String> names = index.live().stream().map(TriggerStatement::name).toList();
        return expensive ? Optional.empty() : Optional.of(new Deferral.Kept(index.name(), names, most));
    }

    /** For one row; empty if there is none, or the trigger does not work here. */
    private Optional<Duration> cost(TriggerStatement trigger) {
        tx.execute("savepoint lockstep_gain");
        try {
            return new TriggerCost(trigger, TriggerFault.SCANS, Optional.empty())
                    .measured(tx)
                    .cost();
        } catch (DbException e) {
            return switch (e.reason()) {
                // What does not work with the trigger now works no worse with it later.
                case NO_SUCH_OBJECT, OTHER, CORRUPT -> Optional.empty();
                default -> throw e;
            };
        } finally {
            tx.execute("rollback to lockstep_gain");
            tx.execute("release lockstep_gain");
        }
    }

    private static boolean isMore(Optional<Duration> cost, Optional<Duration> other) {
        return cost.isPresent()
                && other.map(duration -> cost.get().compareTo(duration) > 0).orElse(true);
    }
}
