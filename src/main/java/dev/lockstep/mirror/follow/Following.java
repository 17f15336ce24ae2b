package dev.lockstep.mirror.follow;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.sqlite.SqliteHealth;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.Progress;
import dev.lockstep.mirror.source.FollowTriggers;
import dev.lockstep.mirror.source.Selection;
import dev.lockstep.support.LockstepException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Keeps a mirror equal while its source changes: compares everything once, then takes each key that a journal has noted to
 * the mirror, as its row is now, and compares everything again now and then. This is when what is done, and for how long;
 * {@link FollowedTables} does it. See the package for why it ends equal.
 */
public final class Following {
    private static final Duration BEAT = Duration.ofSeconds(5);

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

        /** The journals have been looked into once more, or it was tried. */
        default void turned() {}

        /** They have been, and nothing was left. */
        default void caughtUp() {}

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
    private final Options options;
    private final Watcher watcher;
    private final FollowedTables tables;
    private long beatNanos;

    /**
     * @param source open for writing: its triggers and their journal are kept there
     * @param file the source's
     * @param mirror what identifies the mirror
     * @param selection of tables
     */
    public Following(
            Db source, Path file, MirrorRun run, String mirror, Selection selection, Options options, Watcher watcher) {
        this.source = source;
        this.file = file;
        this.identity = identity(file);
        this.run = run;
        this.triggers = new FollowTriggers(mirror, selection);
        this.options = options;
        this.watcher = watcher;
        this.tables = new FollowedTables(source, run, triggers, options.backfill(), watcher);
    }

    /**
     * Goes on until somebody asks it to stop, by an interrupt or by cancelling its statements; {@link #leave} says so afterwards.
     *
     * @throws LockstepException refused: another run has taken over, the triggers were removed, or the source is another file now
     */
    public void run() throws InterruptedException {
        try {
            start();
            watcher.ready();
            while (true) {
                step();
            }
        } catch (LockstepException e) {
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
     * @throws LockstepException what is wrong with the first table, if there is none that can be followed; then no triggers are left behind
     */
    private void start() {
        // What is written there is acknowledgements: to lose some with the power is to ship some rows again.
        source.autocommit(tx -> {
            if (SqliteHealth.journalMode(tx).equals("wal")) {
                tx.execute("pragma synchronous = normal");
            }
            return null;
        });
        List<FollowTriggers.Table> installed = tables.begin();
        List<Backfill.Table> compared = tables.compared();
        List<LockstepException> failures = new ArrayList<>();
        compared.forEach(table -> table.failure().ifPresent(failures::add));
        if (failures.size() == compared.size()) {
            List<String> fresh = new ArrayList<>();
            installed.stream()
                    .filter(table -> table.state() == FollowTriggers.State.INSTALLED)
                    .forEach(table -> fresh.add(table.table()));
            triggers.remove(source, fresh);
            throw failures.get(0);
        }
    }

    /**
     * Says in the mirror that this run has ended. What it was about to ship is noted, and will be shipped by the next one.
     *
     * @param again the source, in a connection that nobody has stopped
     * @throws LockstepException the mirror cannot be reached
     */
    public void leave(Db again) {
        run.leave(Backfill.outcome(tables.compared()));
        tables.acknowledge(again);
    }

    private void step() throws InterruptedException {
        boolean more = false;
        try {
            checkFile();
            more = tables.ship();
            tables.acknowledge(more ? Duration.ZERO : options.interval());
            if (!more) {
                watcher.caughtUp();
            }
            if (isDue(tables.comparedNanos(), options.sweep())) {
                tables.begin();
            }
            if (isDue(beatNanos, BEAT)) {
                beatNanos = System.nanoTime();
                tables.beat();
            }
        } catch (DbException e) {
            if (e.reason() != Reason.BUSY) {
                throw e;
            }
            watcher.notice("busy", "tried again: " + e.getMessage());
        }
        watcher.turned();
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

    /** An open connection stays with the file that it has opened, whatever has its name now. */
    private void checkFile() {
        if (!identity(file).equals(identity)) {
            throw new LockstepException(
                    LockstepException.Kind.REFUSED,
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
            throw LockstepException.usage("no such file: " + file, "lockstep opens databases that exist");
        }
    }
}
