package dev.lockstep.mirror;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Trouble;
import dev.lockstep.db.Tx;
import dev.lockstep.journal.Journal;
import dev.lockstep.journal.Journal.Span;
import dev.lockstep.mirror.Followed.Shipment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a mirror equal while its source changes: compares everything once, then takes each key that a journal has noted to
 * the mirror, as its row is now, and compares everything again now and then. See the package for why it ends equal.
 */
public final class Following {
    private static final Duration BEAT = Duration.ofSeconds(5);

    private static final String SCHEMA_VERSION = "pragma schema_version";

    /** Hears what is done. */
    public interface Watcher extends Progress {
        /** The triggers of a table stand so now. */
        default void triggers(FollowTriggers.Table table) {}

        /** A table was compared as a whole. */
        default void compared(Backfill.Table table) {}

        /** Everything was compared once; from now on changes are shipped. */
        default void ready() {}

        /** Rows that changed are in the mirror. */
        default void shipped(String table, long inserted, long updated, long deleted) {}

        /** All that was noted is in the mirror, or waits for its table to be compared. */
        default void inStep() {}
    }

    /**
     * How to go about it.
     *
     * @param backfill how a table is compared
     * @param interval how often the source is asked for changes
     * @param sweep how often everything is compared
     */
    public record Options(Backfill.Options backfill, Duration interval, Duration sweep) {}

    private final Db source;
    private final Path file;
    private final Object identity;
    private final MirrorRun run;
    private final FollowTriggers triggers;
    private final List<String> names;
    private final Options options;
    private final Watcher watcher;
    private final Backfill backfill;
    private final Map<String, Followed> followed = new HashMap<>();
    private final Map<String, Backfill.Table> compared = new LinkedHashMap<>();
    private long version;
    private long comparedNanos;
    private long beatNanos;
    private boolean hasNews;

    /**
     * @param source open for writing: its triggers and their journal are kept there
     * @param file the source's
     * @param mirror what identifies the mirror
     * @param names of the tables; none: all
     */
    public Following(
            Db source, Path file, MirrorRun run, String mirror, List<String> names, Options options, Watcher watcher) {
        this.source = source;
        this.file = file;
        this.identity = identity(file);
        this.run = run;
        this.triggers = new FollowTriggers(mirror, names);
        this.names = names;
        this.options = options;
        this.watcher = watcher;
        this.backfill = new Backfill(options.backfill(), watcher);
    }

    /** The number that SQLite raises with each change of the schema, a VACUUM included. */
    static long schemaVersion(Tx tx) {
        return tx.only(SCHEMA_VERSION).integer(0);
    }

    /**
     * Goes on until somebody asks it to stop, by an interrupt or by cancelling its statements; {@link #leave} says so afterwards.
     *
     * @throws Trouble refused: another run has taken over, the triggers were removed, or the source is another file now
     */
    public void run() throws InterruptedException {
        try {
            start();
            watcher.ready();
            while (true) {
                step();
            }
        } catch (Trouble e) {
            boolean cancelled = e instanceof DbException db && db.reason() == Reason.CANCELLED;
            if (cancelled || Thread.interrupted()) {
                InterruptedException stopped = new InterruptedException(e.getMessage());
                stopped.initCause(e);
                throw stopped;
            }
            throw e;
        }
    }

    /**
     * Compares everything for the first time.
     *
     * @throws Trouble what is wrong with the first table, if there is none that can be followed; then no triggers are left behind
     */
    private void start() {
        List<FollowTriggers.Table> tables = begin();
        List<Trouble> failures = new ArrayList<>();
        compared.values().forEach(table -> table.failure().ifPresent(failures::add));
        if (failures.size() == compared.size()) {
            List<String> fresh = new ArrayList<>();
            tables.stream()
                    .filter(table -> table.state() == FollowTriggers.State.INSTALLED)
                    .forEach(table -> fresh.add(table.table()));
            triggers.remove(source, fresh);
            throw failures.isEmpty() ? Trouble.usage("the source has no tables to mirror", null) : failures.get(0);
        }
    }

    /**
     * Says in the mirror that this run has ended. What it was about to ship is noted, and will be shipped by the next one.
     *
     * @throws Trouble the mirror cannot be reached
     */
    public void leave() {
        run.leave(List.copyOf(compared.values()));
    }

    private void step() throws InterruptedException {
        boolean more = false;
        try {
            checkFile();
            more = shipAll();
            if (isDue(comparedNanos, options.sweep())) {
                begin();
            }
            if (isDue(beatNanos, BEAT)) {
                beatNanos = System.nanoTime();
                run.write(mirror -> {
                    followed.values().forEach(table -> table.beat(mirror));
                    return null;
                });
            }
        } catch (DbException e) {
            if (e.reason() != Reason.BUSY) {
                throw e;
            }
            watcher.notice("busy", "tried again: " + e.getMessage());
        }
        if (Thread.interrupted()) {
            throw new InterruptedException();
        }
        if (!more) {
            TimeUnit.NANOSECONDS.sleep(options.interval().toNanos());
        }
    }

    private static boolean isDue(long since, Duration after) {
        return System.nanoTime() - since > after.toNanos();
    }

    /** Sees to the triggers, and compares everything. What changed meanwhile is shipped afterwards, perhaps once more. */
    private List<FollowTriggers.Table> begin() {
        List<FollowTriggers.Table> tables = source.transact(tx -> {
            refuseRemoved(tx);
            List<FollowTriggers.Table> installed = triggers.install(tx);
            version = schemaVersion(tx);
            return installed;
        });
        Map<String, Followed> before = new HashMap<>(followed);
        followed.clear();
        for (FollowTriggers.Table table : tables) {
            watcher.triggers(table);
            Journal journal =
                    source.read(tx -> triggers.journal(tx, table.table())).orElseThrow();
            Followed known = before.get(table.table());
            followed.put(
                    table.table(),
                    known != null && known.journal().epoch().equals(journal.epoch())
                            ? known
                            : new Followed(source, run, journal));
        }
        compare(names);
        comparedNanos = System.nanoTime();
        return tables;
    }

    /** Triggers that an ORM has lost are put back; those that somebody has removed on purpose are not. */
    private void refuseRemoved(Tx tx) {
        for (Followed table : followed.values()) {
            if (triggers.journal(tx, table.name()).isEmpty()) {
                throw new Trouble(
                        Trouble.Kind.REFUSED,
                        "triggers-removed",
                        "the triggers on " + table.name() + " were removed while it was followed",
                        "'lockstep mirror follow' puts them back, and compares everything first",
                        null);
            }
        }
    }

    /** @param tables none: all */
    private void compare(List<String> tables) {
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
            Followed table = followed.get(result.table());
            if (table != null) {
                table.compared(result, before.get(result.table()), version, took);
            }
            watcher.compared(result);
        }
    }

    /** Ships one portion of each table. @return whether there is more */
    private boolean shipAll() {
        boolean more = false;
        for (Followed table : new ArrayList<>(followed.values())) {
            if (table.failure().isPresent()) {
                if (table.isWorthATry()) {
                    compare(List.of(table.name()));
                }
                continue;
            }
            Shipment shipment = table.ship();
            switch (shipment.outcome()) {
                case NOTHING_TO_DO -> {}
                case SHIPPED -> more |= shipped(table, shipment);
                case COMPARE -> {
                    if (table.isRested()) {
                        watcher.notice(table.name(), "compared as a whole: " + shipment.why());
                        compare(List.of(table.name()));
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

    private boolean shipped(Followed table, Shipment shipment) {
        hasNews = true;
        if (shipment.hasChanged()) {
            watcher.shipped(
                    table.name(),
                    shipment.merged().inserted(),
                    shipment.merged().updated(),
                    shipment.deleted());
        }
        options.backfill()
                .pace()
                .wrote(shipment.deleted()
                        + shipment.merged().inserted()
                        + shipment.merged().updated());
        return shipment.left();
    }

    /** An open connection stays with the file that it has opened, whatever has its name now. */
    private void checkFile() {
        if (!identity(file).equals(identity)) {
            throw new Trouble(
                    Trouble.Kind.REFUSED,
                    "source-replaced",
                    file + " is another file than the one that is followed",
                    "run it again: it compares everything first",
                    null);
        }
    }

    private static Object identity(Path file) {
        try {
            return Optional.ofNullable(
                    Files.readAttributes(file, BasicFileAttributes.class).fileKey());
        } catch (IOException e) {
            throw Trouble.usage("no such file: " + file, "lockstep opens databases that exist");
        }
    }
}
