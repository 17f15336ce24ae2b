package dev.lockstep.fts.deferral;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.fts.content.ExpectedCount;
import dev.lockstep.fts.content.RowCounts;
import dev.lockstep.fts.ledger.DeferralMode;
import dev.lockstep.fts.ledger.DeferralState;
import dev.lockstep.fts.ledger.Events;
import dev.lockstep.fts.ledger.FtsIndex;
import dev.lockstep.fts.ledger.LedgerEntry.Circumstances;
import dev.lockstep.fts.ledger.LedgerEntry.StoredTrigger;
import dev.lockstep.fts.ledger.LedgerErrors;
import dev.lockstep.fts.schema.FtsModule;
import dev.lockstep.fts.schema.FtsRemedy;
import dev.lockstep.fts.schema.FtsTable;
import dev.lockstep.fts.schema.TriggerStatement;
import dev.lockstep.fts.schema.Unopened;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.Notice;
import dev.lockstep.support.ProcessIdentity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the search indexes of a database stand, read in one transaction: which triggers there are, and how many rows. What the
 * rows say is not looked at.
 *
 * @param leftovers how many journals of changed rows are kept that no restore will read
 */
public record FtsStatus(List<Table> tables, int leftovers, List<Notice> notices) {
    /** Whether an index follows its base. */
    public enum State {
        /** Its triggers keep it. */
        ACTIVE,
        /** They are deferred: stored and dropped; a restore brings them back. */
        DEFERRED,
        /** Nothing keeps it, or not all that should, and nothing is stored that could. */
        UNTRIGGERED,
        /** This SQLite cannot open it, or cannot tell what belongs into it. */
        UNREADABLE
    }

    /**
     * One index.
     *
     * @param table what it is about
     * @param fts its name
     * @param module what keeps it; empty if the table is gone
     * @param kind where its text is; empty if the table is gone
     * @param triggers the names of the triggers that keep it, or that are deferred
     * @param rows the rows of its base; empty if that is gone
     * @param indexed its own rows; empty if it does not keep what could be counted
     * @param mode what a restore will do about it; empty if it is not deferred
     * @param dirty the base rows that it is known not to follow; empty if only a comparison could tell
     * @param owners for whom the triggers are deferred, whether they still run or not
     * @param since when, RFC 3339 in UTC
     * @param until from when on anybody may restore, RFC 3339 in UTC
     * @param note what was said about it then
     * @param absent the names of triggers that the profile knows and that do not exist
     * @param unkept what no trigger tells it of: {@code delete on units}
     * @param expected how many rows it ought to have; empty if it has as many, or that was not looked at
     * @param reason why it cannot be opened, or what belongs into it cannot be told; empty if both can
     */
    public record Table(
            String table,
            String fts,
            Optional<FtsModule> module,
            Optional<FtsTable.Kind> kind,
            State state,
            List<String> triggers,
            Optional<Long> rows,
            Optional<Long> indexed,
            Optional<DeferralMode> mode,
            Optional<Long> dirty,
            List<ProcessIdentity> owners,
            Optional<String> since,
            Optional<String> until,
            Optional<String> note,
            List<String> absent,
            List<String> unkept,
            Optional<Long> expected,
            Optional<String> reason) {
        public Table {
            triggers = List.copyOf(triggers);
            owners = List.copyOf(owners);
            absent = List.copyOf(absent);
            unkept = List.copyOf(unkept);
        }

        /** Whether there is a trigger for every event, and nothing that was seen speaks against what they have made. */
        public boolean isKept() {
            return state == State.ACTIVE && expected.isEmpty();
        }
    }

    public FtsStatus {
        tables = List.copyOf(tables);
        notices = List.copyOf(notices);
    }

    /**
     * Looks at all indexes, or at some.
     *
     * @param names FTS5 tables or their base tables; none for all
     * @throws dev.lockstep.support.LockstepException usage: there is no such table, or the profile does not fit
     */
    public static FtsStatus read(Db db, Optional<Profile> profile, List<String> names) {
        return db.read(tx -> {
            DeferralState deferrals = DeferralState.read(tx, profile);
            List<Table> tables = new ArrayList<>();
            List<Notice> notices = new ArrayList<>();
            for (FtsIndex index : deferrals.select(names)) {
                tables.add(table(tx, deferrals, index));
                notices.addAll(notices(deferrals, index));
            }
            int leftovers = IndexJournals.leftovers(tx, deferrals);
            if (leftovers > 0) {
                notices.add(new Notice(
                        "leftover-journal",
                        "a journal of changed rows is still kept for an index that somebody else has restored",
                        FtsRemedy.DROP_THE_JOURNAL.of()));
            }
            return new FtsStatus(tables, leftovers, notices);
        });
    }

    /** Whether every index has a trigger for each event, as many rows as they make, and nothing is left of a deferral. */
    public boolean isKept() {
        return leftovers == 0 && tables.stream().allMatch(Table::isKept);
    }

    private static Table table(Tx tx, DeferralState deferrals, FtsIndex index) {
        State told = state(deferrals, index);
        // Where this SQLite cannot tell what belongs into it, nothing says that it has that.
        Optional<String> lacking =
                told == State.ACTIVE ? RestorabilityCheck.lacking(tx, index) : Optional.<String>empty();
        State state = lacking.isPresent() ? State.UNREADABLE : told;
        Circumstances circumstances =
                state == State.DEFERRED ? index.held().orElseThrow().entry().circumstances() : Circumstances.UNKNOWN;
        List<String> triggers = state == State.DEFERRED
                ? index.stored().stream().map(StoredTrigger::name).toList()
                : index.live().stream().map(TriggerStatement::name).toList();
        List<String> counted =
                index.table().flatMap(FtsTable::content).map(List::of).orElseGet(() -> index.bases());
        return new Table(
                String.join(", ", index.bases()),
                index.name(),
                index.table().map(FtsTable::module),
                index.table().map(FtsTable::kind),
                state,
                triggers,
                counted.isEmpty() ? Optional.empty() : RowCounts.rows(tx, deferrals.catalog(), counted),
                index.table().flatMap(table -> RowCounts.indexed(tx, table)),
                state == State.DEFERRED
                        ? Optional.of(index.held().orElseThrow().entry().mode(index.name()))
                        : Optional.empty(),
                dirty(tx, index, state),
                circumstances.owners(),
                circumstances.since(),
                circumstances.until(),
                circumstances.note(),
                index.absent(),
                state == State.DEFERRED ? List.of() : Events.unkept(deferrals.catalog(), index),
                state == State.ACTIVE ? expected(tx, index) : Optional.empty(),
                index.table()
                        .flatMap(FtsTable::objection)
                        .or(() -> deferrals.lostContent(index))
                        .or(() -> lacking));
    }

    /** How many rows it ought to have, if it has another number and that can be told. */
    private static Optional<Long> expected(Tx tx, FtsIndex index) {
        try {
            return ExpectedCount.expected(tx, index.table().orElseThrow(), index.sources());
        } catch (DbException e) {
            if (!Unopened.isOfTable(e)) {
                throw e;
            }
            return Optional.empty();
        } catch (LockstepException e) {
            // No rule can be read out of the triggers; then the number says nothing either.
            return Optional.empty();
        }
    }

    private static Optional<Long> dirty(Tx tx, FtsIndex index, State state) {
        return switch (state) {
            case ACTIVE -> Optional.of(0L);
            case DEFERRED ->
                IndexJournals.of(tx, index)
                        .filter(journal -> journal.gap(tx).isEmpty())
                        .map(journal -> journal.count(tx, journal.pending(tx)));
            case UNTRIGGERED, UNREADABLE -> Optional.empty();
        };
    }

    public static State state(DeferralState deferrals, FtsIndex index) {
        if (index.isDeferred()) {
            return State.DEFERRED;
        }
        if (index.isUnopened()) {
            return State.UNREADABLE;
        }
        if (deferrals.lostContent(index).isPresent()) {
            return State.UNREADABLE;
        }
        boolean onView = !deferrals.catalog().writersOnViews(index.name()).isEmpty();
        boolean kept = index.absent().isEmpty()
                && (onView || !index.live().isEmpty())
                && Events.unkept(deferrals.catalog(), index).isEmpty();
        return kept ? State.ACTIVE : State.UNTRIGGERED;
    }

    private static List<Notice> notices(DeferralState deferrals, FtsIndex index) {
        List<Notice> notices = new ArrayList<>(RestorabilityCheck.others(deferrals, index));
        index.table().filter(table -> table.objection().isPresent()).ifPresent(table -> {
            LockstepException refusal = Unopened.refusal(table);
            notices.add(Notice.of(refusal.code(), refusal));
        });
        if (index.table().isEmpty()) {
            notices.add(new Notice("missing-table", index.name() + " is deferred and does not exist any more"));
        }
        index.held().map(FtsIndex.Held::entry).ifPresent(entry -> {
            switch (entry.health()) {
                case SOUND -> {}
                case UNFLAGGED -> {
                    if (index.isDeferred()) {
                        notices.add(new Notice(
                                "flag-missing",
                                "triggers of " + index.name()
                                        + " are stored and not there, without the mark that says so"));
                    }
                }
                case LOST, UNREADABLE, EDITED, SCRAP -> {
                    var damage = LedgerErrors.of(index);
                    notices.add(new Notice(damage.code(), damage.getMessage()));
                }
            }
        });
        if (!index.isDeferred() && !index.absent().isEmpty()) {
            var damage = LedgerErrors.absent(index, index.absent());
            notices.add(new Notice(damage.code(), damage.getMessage()));
        }
        return notices;
    }
}
