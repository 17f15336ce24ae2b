package dev.lockstep.mirror.follow;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Tx;
import dev.lockstep.journal.Journal;
import dev.lockstep.journal.Journal.Span;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.copy.ForeignKeyOrder;
import dev.lockstep.mirror.copy.PageWriter;
import dev.lockstep.mirror.copy.TableCopy;
import dev.lockstep.mirror.engine.MirrorEngine;
import dev.lockstep.mirror.engine.MirrorEngine.Merged;
import dev.lockstep.mirror.engine.MirrorEngine.Order;
import dev.lockstep.mirror.plan.Planner;
import dev.lockstep.mirror.plan.TablePlan;
import dev.lockstep.mirror.run.MirrorLedger;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.mirror.source.SourceSchema;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** One table that is followed: takes what its journal has noted to the mirror, and acknowledges it after the mirror's commit. */
final class FollowedTable {
    private static final String SCHEMA_VERSION = "pragma schema_version";

    private static final Duration RETRY = Duration.ofMinutes(1);
    private static final int REST = 10;

    /** Entries of the journal that go into one transaction. */
    private static final long MAX_ENTRIES = 5_000;

    /** By how much a portion grows that does not fit without what is behind it. */
    private static final int WIDER = 8;

    private static final String ONE_KEY = "the mirror may take two keys for one";

    /** A shipment is taken back: the mirror takes a key of it for another's. */
    private static final class TakenForAnother extends LockstepException {
        private static final long serialVersionUID = 1;

        TakenForAnother() {
            super(ONE_KEY, null);
        }
    }

    /** What became of a portion of the journal. */
    enum Outcome {
        NOTHING_TO_DO,
        SHIPPED,
        /** A row refers to one of another table that has not come, or is referred to by one that has not gone. */
        AWAITS_OTHERS,
        /** It cannot go by keys: all of the table must be compared. */
        COMPARE,
        /** The source has another schema than the plan is made for. */
        SCHEMA_CHANGED
    }

    /**
     * A portion of the journal.
     *
     * @param rows how many the mirror has now
     * @param left whether there was more in the journal
     * @param why it must be compared, if it must
     */
    record Shipment(Outcome outcome, long deleted, Merged merged, Span span, long rows, boolean left, String why) {
        private static final Merged NONE = new Merged(0, 0, 0);

        static Shipment of(Outcome outcome, String why) {
            return new Shipment(outcome, 0, NONE, new Span(0, 0), 0, false, why);
        }

        boolean hasChanged() {
            return deleted + merged.inserted() + merged.updated() > 0;
        }
    }

    private final Db source;
    private final MirrorRun run;
    private final Journal journal;
    private final Selection selection;
    private TablePlan plan;
    private long schema;
    private long rows;
    private long rejected;
    private boolean current;
    private boolean shippedSinceFinish;
    private long shippedUpTo;
    private long acknowledgedUpTo;
    private long comparedNanos;
    private long tookNanos;
    private long triedUpTo;
    private Optional<LockstepException> failure = Optional.empty();

    FollowedTable(Db source, MirrorRun run, Journal journal, Selection selection) {
        this.source = source;
        this.run = run;
        this.journal = journal;
        this.selection = selection.only(List.of(journal.table()));
    }

    /** The number that SQLite raises with each change of the schema, a VACUUM included. */
    static long schemaVersion(Tx tx) {
        return tx.only(SCHEMA_VERSION).integer(0);
    }

    String name() {
        return journal.table();
    }

    Journal journal() {
        return journal;
    }

    /** Whether it could not be made equal, and is left until it is compared again. */
    Optional<LockstepException> failure() {
        return failure;
    }

    /** Whether it may be compared as a whole again: that takes a tenth of the time at most. */
    boolean isRested() {
        return System.nanoTime() - comparedNanos > REST * tookNanos;
    }

    /** Whether a table that failed may do better now: something has changed, here or perhaps in the mirror. */
    boolean isWorthATry() {
        return isRested()
                && (System.nanoTime() - comparedNanos > RETRY.toNanos()
                        || source.read(journal::pending).upTo() > triedUpTo);
    }

    /**
     * It has been compared, and all that was in the journal before that is done with.
     *
     * @param version of the source's schema, from which on a shipment needs another comparison
     * @param took how long it took
     */
    void compared(Backfill.Table result, Span before, long version, Duration took) {
        failure = result.failure();
        current = false;
        comparedNanos = System.nanoTime();
        tookNanos = took.toNanos();
        triedUpTo = before.upTo();
        if (failure.isEmpty()) {
            schema = version;
            rejected = result.rejected();
            plan = source.read(tx -> run.read(mirror -> new Planner(run.engine(), tx, mirror)
                    .plan(SourceSchema.read(tx).tables(selection).get(0))));
            rows = run.read(mirror -> run.ledger().table(mirror, plan.mirrorName()))
                    .map(row -> row.integer("row_count"))
                    .orElse(0L);
            finish();
            shippedUpTo = Math.max(shippedUpTo, before.upTo());
        }
    }

    private void finish() {
        if (shippedSinceFinish) {
            run.write(mirror -> {
                run.engine().finish(mirror, plan);
                return null;
            });
            shippedSinceFinish = false;
        }
    }

    /** Takes the next portion of the journal to the mirror. */
    Shipment ship() {
        Shipment shipment = source.read(this::ship);
        if (shipment.outcome() == Outcome.SHIPPED) {
            rows = shipment.rows();
            shippedSinceFinish = true;
            shippedUpTo = shipment.span().upTo();
        }
        current = shipment.outcome() == Outcome.NOTHING_TO_DO
                || (shipment.outcome() == Outcome.SHIPPED && !shipment.left());
        return shipment;
    }

    private Shipment ship(Tx tx) {
        if (schemaVersion(tx) != schema) {
            return Shipment.of(Outcome.SCHEMA_CHANGED, null);
        }
        if (plan.mayMeanTheSame()) {
            Span span = journal.pending(tx, shippedUpTo, 1);
            return span.isEmpty() ? Shipment.of(Outcome.NOTHING_TO_DO, null) : Shipment.of(Outcome.COMPARE, ONE_KEY);
        }
        Order order = Order.OVER_WHAT_IS_THERE;
        for (long most = MAX_ENTRIES; ; most *= WIDER) {
            Span span = journal.pending(tx, shippedUpTo, most);
            if (span.isEmpty()) {
                return Shipment.of(Outcome.NOTHING_TO_DO, null);
            }
            boolean left = journal.pending(tx).upTo() > span.upTo();
            try {
                return ship(tx, span, left, order);
            } catch (TakenForAnother e) {
                return Shipment.of(Outcome.COMPARE, ONE_KEY);
            } catch (DbException e) {
                if (!PageWriter.isAboutRows(e)) {
                    throw e;
                }
                // A portion may have a row that takes what another, noted behind it, has given up; and so may all of
                // them.
                if (ForeignKeyOrder.isViolation(e)) {
                    return Shipment.of(Outcome.AWAITS_OTHERS, e.getMessage());
                }
                boolean given = e.reason() == Reason.DUPLICATE && plan.hasOtherUniqueKeys();
                if (!given || (!left && order == Order.AFTER_REMOVING_THEM)) {
                    return Shipment.of(Outcome.COMPARE, e.getMessage());
                }
                order = left ? order : Order.AFTER_REMOVING_THEM;
            }
        }
    }

    private Shipment ship(Tx tx, Span span, boolean left, Order order) {
        ChangedRows changed = new ChangedRows(tx, plan, journal.key(), journal.keys(span));
        ChangedRows.Survey survey = changed.survey();
        if (plan.isLoose() && rejected > 0 && survey.gone() > 0) {
            // One that was left out for its sake may come now.
            return Shipment.of(Outcome.COMPARE, ONE_KEY);
        }
        return survey.obstacle().isPresent()
                ? Shipment.of(Outcome.COMPARE, survey.obstacle().get())
                : run.write(mirror -> ship(mirror, changed, survey, span, left, order));
    }

    private Shipment ship(
            Tx mirror, ChangedRows changed, ChangedRows.Survey survey, Span span, boolean left, Order order) {
        run.pages().distrust(mirror, plan.mirrorName());
        checkKeys(mirror, changed.gone());
        long deleted = survey.gone() == 0 ? 0 : run.engine().delete(mirror, plan, changed.gone());
        checkKeys(mirror, changed.present());
        Merged merged =
                survey.present() == 0 ? Shipment.NONE : run.engine().merge(mirror, plan, changed.present(), order);
        // Of a transaction that may have been done before, the counts are not what it has changed.
        long now = run.wasLost() ? TableCopy.count(mirror, plan) : rows + merged.inserted() - deleted;
        if (plan.source().unfit().areChanged()) {
            run.pages().recordShipped(mirror, plan.mirrorName(), survey.keys(), survey.changes());
        }
        run.ledger().note(mirror, plan.mirrorName(), state(left), now, null);
        return new Shipment(Outcome.SHIPPED, deleted, merged, span, now, left, null);
    }

    /** Where the mirror may take a key for another one's, each that it has must be the very same. */
    private void checkKeys(Tx mirror, MirrorEngine.Rows rows) {
        if (plan.isLoose()) {
            run.engine().stage(mirror, plan, rows);
            boolean alike = run.engine().unlike(mirror, plan) == 0
                    && run.engine().merging(mirror, plan).count() == 0;
            run.engine().unstage(mirror);
            if (!alike) {
                throw new TakenForAnother();
            }
        }
    }

    private MirrorLedger.State state(boolean left) {
        return left ? MirrorLedger.State.RUNNING : MirrorLedger.State.of(rejected);
    }

    /** Says in the mirror that it is as the source is, if it is. */
    void beat(Tx mirror) {
        if (current && failure.isEmpty()) {
            run.ledger().noteAgain(mirror, plan.mirrorName(), state(false), rows);
        }
    }

    /** Whether entries are in the mirror that the journal still has. */
    boolean owesAcknowledgement() {
        return shippedUpTo > acknowledgedUpTo;
    }

    /** Tells the journal which of its entries are in the mirror. */
    void acknowledge(Tx tx) {
        journal.acknowledge(tx, new Span(acknowledgedUpTo, shippedUpTo));
    }

    /** That has been committed. */
    void acknowledged() {
        acknowledgedUpTo = shippedUpTo;
    }
}
