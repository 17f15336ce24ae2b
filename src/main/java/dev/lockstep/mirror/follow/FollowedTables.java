package dev.lockstep.mirror.follow;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Tx;
import dev.lockstep.journal.Journal;
import dev.lockstep.journal.Journal.Span;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.follow.FollowedTable.Shipment;
import dev.lockstep.mirror.plan.MirrorRemedy;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.source.FollowTriggers;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * The tables that are followed together: their triggers are seen to, they are compared as a whole, and what their journals
 * have noted is shipped.
 */
final class FollowedTables {
    /** How long nothing has changed when that may be acknowledged. */
    private static final Duration QUIET = Duration.ofSeconds(2);

    /** How long the journals keep what is in the mirror already, while the application goes on writing. */
    private static final Duration MAX_OWED = Duration.ofSeconds(30);

    private final Db source;
    private final MirrorRun run;
    private final FollowTriggers triggers;
    private final Backfill.Options options;
    private final Following.Watcher watcher;
    private final Backfill backfill;
    private final Map<String, FollowedTable> followed = new HashMap<>();
    private final Map<String, Backfill.Table> compared = new LinkedHashMap<>();
    private List<String> order = List.of();
    private long version;
    private long comparedNanos;
    private boolean hasNews;
    private long shippedNanos;
    private long owedNanos;
    private boolean owes;

    FollowedTables(
            Db source, MirrorRun run, FollowTriggers triggers, Backfill.Options options, Following.Watcher watcher) {
        this.source = source;
        this.run = run;
        this.triggers = triggers;
        this.options = options;
        this.watcher = watcher;
        this.backfill = new Backfill(options, watcher);
    }

    /** What the last comparison of each table has come to. */
    List<Backfill.Table> compared() {
        return List.copyOf(compared.values());
    }

    /** When everything was compared for the last time, as {@link System#nanoTime} has it. */
    long comparedNanos() {
        return comparedNanos;
    }

    /** Says in the mirror which tables are as the source's are. */
    void beat() {
        run.write(mirror -> {
            followed.values().forEach(table -> table.beat(mirror));
            return null;
        });
    }

    /**
     * Sees to the triggers, and compares everything. What changed meanwhile is shipped afterwards, perhaps once more.
     *
     * @return how the triggers stand
     * @throws LockstepException refused: they were removed while their table was followed
     */
    List<FollowTriggers.Table> begin() {
        return unlessRemoved(this::beginAnew);
    }

    private List<FollowTriggers.Table> beginAnew() {
        Map<String, Journal> journals = new HashMap<>();
        List<FollowTriggers.Table> tables = source.transact(tx -> {
            refuseRemoved(tx);
            journals.clear();
            List<FollowTriggers.Table> installed = triggers.install(tx);
            for (FollowTriggers.Table table : installed) {
                journals.put(table.table(), triggers.journal(tx, table.table()).orElseThrow());
            }
            version = FollowedTable.schemaVersion(tx);
            return installed;
        });
        Map<String, FollowedTable> before = new HashMap<>(followed);
        followed.clear();
        order = List.of();
        for (FollowTriggers.Table table : tables) {
            watcher.triggers(table);
            Journal journal = journals.get(table.table());
            FollowedTable known = before.get(table.table());
            followed.put(
                    table.table(),
                    known != null && known.journal().epoch().equals(journal.epoch())
                            ? known
                            : new FollowedTable(source, run, journal, triggers.selection()));
        }
        compare(triggers.selection());
        comparedNanos = System.nanoTime();
        return tables;
    }

    /** Triggers that an ORM has lost are put back; those that somebody has removed on purpose are not. */
    private void refuseRemoved(Tx tx) {
        for (FollowedTable table : followed.values()) {
            if (triggers.journal(tx, table.name()).isEmpty()) {
                throw new LockstepException(
                                LockstepException.Kind.REFUSED,
                                "triggers-removed",
                                "the triggers on " + table.name() + " were removed while it was followed",
                                null,
                                null)
                        .advising(MirrorRemedy.FOLLOW_AGAIN.of());
            }
        }
    }

    /** What is read or noted of a journal that somebody has just removed fails as SQLite has it. */
    private <T> T unlessRemoved(Supplier<T> work) {
        try {
            return work.get();
        } catch (DbException e) {
            source.read(tx -> {
                refuseRemoved(tx);
                return null;
            });
            throw e;
        }
    }

    private void compare(FollowedTable table) {
        compare(triggers.selection().only(List.of(table.name())));
    }

    private void compare(Selection tables) {
        Map<String, Span> before = new HashMap<>();
        source.read(tx -> {
            followed.forEach((name, table) -> before.put(name, table.journal().pending(tx)));
            return null;
        });
        hasNews = true;
        long begun = System.nanoTime();
        List<Backfill.Table> results = backfill.copy(source, run, tables);
        Duration took = Duration.ofNanos(System.nanoTime() - begun);
        for (Backfill.Table result : results) {
            compared.put(result.table(), result);
            FollowedTable table = followed.get(result.table());
            if (table != null) {
                table.compared(result, before.get(result.table()), version, took);
            }
            watcher.compared(result);
        }
    }

    /** Ships one portion of each table. @return whether there is more */
    boolean ship() {
        return unlessRemoved(this::shipPortions);
    }

    private boolean shipPortions() {
        boolean more = false;
        List<FollowedTable> tables = inOrder();
        for (int i = 0; i < tables.size(); i++) {
            FollowedTable table = tables.get(i);
            if (table.failure().isPresent()) {
                if (table.isWorthATry()) {
                    compare(table);
                }
                continue;
            }
            Shipment shipment = table.ship();
            switch (shipment.outcome()) {
                case AWAITS_OTHERS -> {
                    // What refers to its rows comes behind it, and may have to go first.
                    if (i < followed.size()) {
                        tables.add(followed.size(), table);
                    } else if (table.isRested()) {
                        watcher.notice(table.name(), "everything is compared: " + shipment.why());
                        compare(triggers.selection());
                        return true;
                    }
                }
                case NOTHING_TO_DO -> {}
                case SHIPPED -> more |= shipped(table, shipment);
                case COMPARE -> {
                    if (table.isRested()) {
                        watcher.notice(table.name(), "compared as a whole: " + shipment.why());
                        compare(table);
                    }
                }
                case SCHEMA_CHANGED -> {
                    watcher.notice(table.name(), "the source's schema has changed; everything is compared");
                    begin();
                    return true;
                }
            }
        }
        if (hasNews && !more) {
            hasNews = false;
            watcher.inStep();
        }
        return more;
    }

    /**
     * Tells the journals what is in the mirror, in one transaction for all of them: each of these keeps the application from writing
     * for a moment. So it waits until nothing has changed for a while, though not for ever.
     *
     * @param interval after which it may be asked again
     */
    void acknowledge(Duration interval) {
        long now = System.nanoTime();
        boolean waits = interval.compareTo(QUIET) < 0
                && now - shippedNanos < QUIET.toNanos()
                && now - owedNanos < MAX_OWED.toNanos();
        if (!waits) {
            acknowledge(source);
        }
    }

    /** The same at once, unless the application is writing. */
    void acknowledge(Db connection) {
        List<FollowedTable> owing = followed.values().stream()
                .filter(FollowedTable::owesAcknowledgement)
                .toList();
        if (owing.isEmpty()) {
            return;
        }
        try {
            connection.run(tx -> owing.forEach(table -> table.acknowledge(tx)));
            owing.forEach(FollowedTable::acknowledged);
            owes = false;
        } catch (DbException e) {
            if (e.reason() != DbException.Reason.BUSY) {
                throw e;
            }
        }
    }

    /** What is referred to before what refers to it, where the mirror looks at that. */
    private List<FollowedTable> inOrder() {
        List<String> names = List.copyOf(followed.keySet());
        List<FollowedTable> tables = new ArrayList<>();
        if (names.size() > 1 && order.isEmpty()) {
            order = run.read(mirror -> run.engine().inOrder(mirror, names));
        }
        (order.isEmpty() ? names : order).forEach(name -> tables.add(followed.get(name)));
        return tables;
    }

    private boolean shipped(FollowedTable table, Shipment shipment) {
        hasNews = true;
        shippedNanos = System.nanoTime();
        owedNanos = owes ? owedNanos : shippedNanos;
        owes = true;
        if (shipment.hasChanged()) {
            watcher.shipped(
                    table.name(),
                    shipment.merged().inserted(),
                    shipment.merged().updated(),
                    shipment.deleted());
        }
        options.throttle()
                .wrote(shipment.deleted()
                        + shipment.merged().inserted()
                        + shipment.merged().updated());
        return shipment.left();
    }
}
