package dev.lockstep.api;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.db.sqlite.SqliteTarget;
import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * Defers the triggers that keep SQLite's search indexes (FTS5) while much is written, and makes the indexes equal afterwards, so that
 * bulk work pays for an index once instead of on every row.
 *
 * <pre>{@code
 * FtsDeferral.on(connection).around(() -> importNotes(connection));
 * }</pre>
 *
 * <p>If the process dies meanwhile, nothing is lost: the triggers are stored in the database, and {@link #restore}, the next
 * {@link #around} or lockstep's command line brings them back.
 */
public final class FtsDeferral {
    /** Work that writes to the tables. */
    @FunctionalInterface
    public interface Work<E extends Exception> {
        void run() throws E;
    }

    private final Function<Databases, Db> opener;
    private final List<String> tables;
    private final Optional<String> note;
    private final Optional<Duration> lease;
    private final boolean ifItGains;

    private FtsDeferral(
            Function<Databases, Db> opener,
            List<String> tables,
            Optional<String> note,
            Optional<Duration> lease,
            boolean ifItGains) {
        this.opener = opener;
        this.tables = tables;
        this.note = note;
        this.lease = lease;
        this.ifItGains = ifItGains;
    }

    private static FtsDeferral of(Function<Databases, Db> opener) {
        return new FtsDeferral(opener, List.of(), Optional.empty(), Optional.empty(), false);
    }

    /** On a file, over connections of lockstep's own. */
    public static FtsDeferral on(Path sqlite) {
        Objects.requireNonNull(sqlite, "the file");
        return of(databases -> databases.sqlite(sqlite, SqliteFiles.Access.WRITE, Databases.BUSY_TIMEOUT));
    }

    /**
     * On a connection to SQLite that is in no transaction. It is used as it is, with the functions and tokenizers that the program has given
     * it, and is left open, with its autocommit as it was; while lockstep is at work, nobody else may use it.
     */
    public static FtsDeferral on(Connection sqlite) {
        Objects.requireNonNull(sqlite, "the connection");
        return of(databases -> databases.handed(sqlite));
    }

    /** On the file that a data source leads to, over connections of lockstep's own. */
    public static FtsDeferral on(DataSource sqlite) {
        Place place = Place.of(sqlite);
        return of(databases -> {
            DbTarget target = place.target(databases);
            if (target instanceof SqliteTarget file) {
                return databases.sqlite(file.path(), SqliteFiles.Access.WRITE, Databases.BUSY_TIMEOUT);
            }
            throw LockstepException.usage(
                    "search indexes are SQLite's, and " + target + " is " + target.engine(), "name a SQLite database");
        });
    }

    /** Only these: FTS5 tables, or the tables that they index; none for all. */
    public FtsDeferral tables(String... names) {
        return new FtsDeferral(opener, List.of(names), note, lease, ifItGains);
    }

    /** What to say to whoever finds the triggers deferred. */
    public FtsDeferral note(String text) {
        return new FtsDeferral(opener, tables, Optional.of(text), lease, ifItGains);
    }

    /** After so long anybody may restore, whoever still runs. */
    public FtsDeferral lasting(Duration time) {
        return new FtsDeferral(opener, tables, note, Optional.of(time), ifItGains);
    }

    /** Only the indexes that gain by it: a few rows are changed to find that out, which is undone. */
    public FtsDeferral ifItGains() {
        return new FtsDeferral(opener, tables, note, lease, true);
    }

    /**
     * Defers, runs the work in the calling thread, and restores, whatever became of the work. The work has to commit what it writes.
     *
     * @throws E what the work has thrown; if then the triggers cannot be restored either, that is a suppressed error of it, and they stay
     *     stored
     * @throws InterruptedException before the work began, and nothing has changed
     * @throws LockstepException refused: there would be no way back, another live process holds them, or what the work did fits no trigger
     *     any more
     */
    public <E extends Exception> FtsRestoration around(Work<E> work) throws E, InterruptedException {
        List<String> kept = defer();
        try {
            work.run();
        } catch (Throwable e) {
            try {
                restoreNow(kept);
            } catch (LockstepException unrestored) {
                e.addSuppressed(unrestored);
            }
            throw e;
        }
        return restoreNow(kept);
    }

    /**
     * Brings back what an earlier process has left deferred. Nothing deferred is nothing to do.
     *
     * @throws InterruptedException nothing has changed
     * @throws LockstepException refused: another live process holds them, or it would not be what it was; nothing has changed
     */
    public FtsRestoration restore() throws InterruptedException {
        try (Databases databases = databases()) {
            return Interruptible.run("lockstep-fts-restore", databases, () -> restored(databases, List.of()));
        }
    }

    private static Databases databases() {
        return new Databases(Environment.ofProcess());
    }

    private List<String> defer() throws InterruptedException {
        try (Databases databases = databases()) {
            return Interruptible.run("lockstep-fts-defer", databases, () -> {
                try (Db db = opener.apply(databases)) {
                    Deferral deferral =
                            new Deferral(Optional.empty(), ProcessIdentity.ofProcess(), note).lasting(lease);
                    Deferral.Outcome outcome = (ifItGains ? deferral.ifItGains() : deferral).run(db, tables);
                    // For whoever defers by hand: here the way back is certain.
                    outcome.notices().forEach(notice -> log(Level.DEBUG, MirrorNews.words(notice)));
                    return outcome.kept().stream().map(Deferral.Kept::fts).toList();
                }
            });
        }
    }

    /** To its end, also for a thread that was interrupted: what is deferred must not stay so for that. */
    private FtsRestoration restoreNow(List<String> kept) {
        boolean interrupted = Thread.interrupted();
        try (Databases databases = databases()) {
            return restored(databases, kept);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private FtsRestoration restored(Databases databases, List<String> kept) {
        try (Db db = opener.apply(databases)) {
            Restoration.Outcome outcome = new Restoration(
                            Optional.empty(), Restoration.Policy.CAREFUL, ProcessIdentity.ofProcess())
                    .run(db, tables);
            List<FtsRestoration.Index> indexes = new ArrayList<>();
            for (Restoration.Table table : outcome.tables()) {
                indexes.add(new FtsRestoration.Index(table.table(), table.fts(), table.triggers(), table.reindexed()));
            }
            List<String> notices =
                    outcome.notices().stream().map(MirrorNews::words).toList();
            notices.forEach(notice -> log(Level.INFO, notice));
            return new FtsRestoration(indexes, kept, outcome.left(), outcome.stale(), notices);
        }
    }

    private static void log(Level level, String what) {
        System.getLogger("dev.lockstep").log(level, what);
    }
}
