package dev.lockstep.api;

import dev.lockstep.db.open.Databases;
import dev.lockstep.mirror.copy.Backfill;
import dev.lockstep.mirror.run.RunClaim;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.function.Consumer;
import javax.sql.DataSource;

/**
 * A mirror: tables of a SQLite file, made and kept equal in PostgreSQL, MariaDB, MySQL or another SQLite file.
 *
 * <pre>{@code
 * Mirror.from(Path.of("notes.db"))
 *         .to("postgresql://reports@db9/reports")
 *         .tables("note", "tag")
 *         .create(Mirror.Create.EVERYTHING)
 *         .backfill()
 *         .orThrow();
 * }</pre>
 *
 * <p>Unless it is told otherwise it is careful: it makes no table, refuses to delete more than 1 % of a table's rows (or 1,000, if that
 * is more), leaves a table as it is if one of its rows does not fit, and stands back if another run is alive.
 *
 * <p>A copy that was stopped anywhere goes on there when it is made again. The program may have the source open meanwhile.
 * One PostgreSQL connection is used at a time; a run holds on to it, and to a session lock, until it ends.
 */
public final class Mirror {
    /** What is made that the mirror lacks. */
    public enum Create {
        NOTHING,
        TABLES,
        /** Tables, and once they have their rows, indexes, defaults, identities and foreign keys, as far as those can be made. */
        EVERYTHING
    }

    /** A source that has no mirror yet. */
    public static final class Source {
        private final Path file;

        private Source(Path file) {
            this.file = file;
        }

        /**
         * To the database of a URL.
         *
         * @param url {@code postgresql://user@host:port/db}, {@code mariadb://…}, {@code mysql://…}, {@code sqlite:FILE}, or the
         *     same as JDBC has it; it may hold a password
         */
        public Mirror to(String url) {
            return new Mirror(new MirrorSettings(file, Place.of(url)));
        }

        /**
         * To the database of a URL, with a login.
         *
         * @param login {@code user} and {@code password}, or one of them
         * @throws LockstepException usage: it says more than that
         */
        public Mirror to(String url, Properties login) {
            return new Mirror(new MirrorSettings(file, Place.of(url, login)));
        }

        /** To wherever a data source leads. */
        public Mirror to(DataSource source) {
            return new Mirror(new MirrorSettings(file, Place.of(source)));
        }
    }

    private final MirrorSettings settings;

    private Mirror(MirrorSettings settings) {
        this.settings = settings;
    }

    /** From a SQLite file, which must exist when something is done with it. */
    public static Source from(Path sqlite) {
        return new Source(Objects.requireNonNull(sqlite, "the file"));
    }

    private Mirror with(Consumer<MirrorSettings> change) {
        MirrorSettings copy = new MirrorSettings(settings);
        change.accept(copy);
        return new Mirror(copy);
    }

    /** Only these tables: names as SQLite takes them, or patterns with {@code *} and {@code ?}; none for all. */
    public Mirror tables(String... names) {
        return with(copy -> copy.tables = List.of(names));
    }

    /** Not these tables: names or patterns. */
    public Mirror except(String... names) {
        return with(copy -> copy.excluded = List.of(names));
    }

    /** What the mirror calls a table of the source. */
    public Mirror renamed(String table, String name) {
        return with(copy -> copy.renamed = MirrorSettings.with(copy.renamed, table, name));
    }

    /** Only the rows of a table for which a condition of SQLite holds. */
    public Mirror where(String table, String condition) {
        return with(copy -> copy.where = MirrorSettings.with(copy.where, table, condition));
    }

    /** Only these columns of a table. */
    public Mirror columns(String table, String... names) {
        return with(copy -> copy.columns = MirrorSettings.with(copy.columns, table, List.of(names)));
    }

    /**
     * How a column is mirrored that is not as it declares itself.
     *
     * @param column {@code TABLE.COLUMN}
     * @param type one of the mirror's, or {@code timestamp from unix}, {@code timestamp from unixms}, {@code timestamp from julian},
     *     {@code boolean from t/f}
     */
    public Mirror type(String column, String type) {
        return with(copy -> copy.types = MirrorSettings.with(copy.types, column, type));
    }

    /** The schema of PostgreSQL that the mirror is in; otherwise where its connections look first. */
    public Mirror schema(String name) {
        return with(copy -> copy.schema = Optional.of(name));
    }

    /** What to make that the mirror lacks. */
    public Mirror create(Create what) {
        return with(copy -> copy.creation = switch (what) {
            case NOTHING -> Backfill.Creation.NONE;
            case TABLES -> Backfill.Creation.CREATE;
            case EVERYTHING -> Backfill.Creation.ALL;
        });
    }

    /** Copies the others of a table's rows if one does not fit, and names that in {@code lockstep_mirror_reject} of the mirror. */
    public Mirror quarantineBadRows() {
        return with(copy -> copy.badRows = Backfill.BadRows.QUARANTINE);
    }

    /** Leaves rows of the mirror that the source does not have. */
    public Mirror keepExtraRows() {
        return with(copy -> copy.extras = Backfill.Extras.KEEP);
    }

    /** Lets a table that is empty in the source empty the mirror's. */
    public Mirror allowEmptySource() {
        return with(copy -> copy.emptySource = Backfill.EmptySource.ALLOWED);
    }

    /** Refuses to delete more than so many rows of a table. */
    public Mirror maxDeletes(long rows) {
        return with(copy -> copy.maxDeletes = OptionalLong.of(rows));
    }

    /** Writes at most so many rows a second. */
    public Mirror maxRowsPerSecond(int rows) {
        return with(copy -> {
            copy.rate = OptionalInt.of(positive(rows));
            copy.batch = OptionalInt.of(Math.min(copy.batch.orElse(MirrorWork.USUAL_BATCH), rows));
        });
    }

    /** About so many rows go into one transaction; otherwise as many as serve. */
    public Mirror batch(int rows) {
        return with(copy -> copy.batch = OptionalInt.of(Math.min(positive(rows), copy.rate.orElse(rows))));
    }

    private static int positive(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("at least 1: " + rows);
        }
        return rows;
    }

    /** Nobody else writes to the mirror: of what an earlier run has written, only the number of rows is looked at. */
    public Mirror soleWriter() {
        return with(copy -> copy.trust = Backfill.Trust.RECORDED);
    }

    /** Sends every row to the mirror and compares it there, whatever is known. */
    public Mirror recheck() {
        return with(copy -> copy.trust = Backfill.Trust.NONE);
    }

    /** Forgets every earlier run, of another source too. */
    public Mirror restart() {
        return with(copy -> copy.trust = Backfill.Trust.RESTART);
    }

    /** Takes over from another run that is alive; it will not write any more. */
    public Mirror takeOver() {
        return with(copy -> copy.policy = RunClaim.Policy.TAKE_OVER);
    }

    /** How long to try again while the mirror is away, once connected: otherwise a minute, or for ever while it is followed. */
    public Mirror retryFor(Duration patience) {
        return with(copy -> copy.patience = Optional.of(patience));
    }

    /**
     * Counts {@code lockstep.mirror.rows} by {@code table} and {@code change} (inserted, updated, deleted), and times
     * {@code lockstep.mirror.backfill} and {@code lockstep.mirror.verify} by {@code outcome} (done, failed).
     */
    public Mirror metrics(Metrics metrics) {
        return with(copy -> copy.metrics = metrics);
    }

    /**
     * Tells how each table would be mirrored, and reads all of the source for values and keys that will not fit. Changes nothing.
     *
     * @throws LockstepException usage: there is no such table or file; unreachable: nobody answers, or nobody lets us in
     */
    public MirrorPlan plan() throws InterruptedException {
        return call("plan", MirrorWork::plan);
    }

    /**
     * Makes the mirror equal to the source as it is now. A table that cannot be made so keeps no other from it:
     * {@link MirrorCopy#orThrow} is for those who want to know at once.
     *
     * @throws LockstepException usage: there is no such table or file; refused: another run is alive, or has taken over;
     *     unreachable: the mirror is away, or nobody lets us in
     */
    public MirrorCopy backfill() throws InterruptedException {
        return call("backfill", MirrorWork::backfill);
    }

    /**
     * Reads both sides whole, and names rows in which the mirror differs. Changes nothing, and believes nothing that was recorded.
     *
     * @throws LockstepException as for {@link #plan}
     */
    public MirrorComparison verify() throws InterruptedException {
        return call("verify", MirrorWork::verify);
    }

    /**
     * Makes the mirror equal, and keeps it so until the calling thread is interrupted: triggers on the source's tables note which rows
     * change, and stay when this ends, so that the next run misses nothing.
     *
     * @param watcher is told what is done, by another thread
     * @throws InterruptedException the way in which it ends
     * @throws LockstepException refused: another run has taken over, the triggers were removed, or the source is another file now; and as
     *     for {@link #backfill}
     */
    public void follow(MirrorWatcher watcher) throws InterruptedException {
        call("follow", work -> {
            work.follow(watcher);
            return null;
        });
    }

    /** Takes this mirror's triggers off the source's tables, with what they have noted. Does nothing to the mirror. */
    public void unfollow() throws InterruptedException {
        call("unfollow", work -> {
            work.unfollow();
            return null;
        });
    }

    private interface Verb<T> {
        T run(MirrorWork work) throws InterruptedException;
    }

    private <T> T call(String name, Verb<T> verb) throws InterruptedException {
        try (Databases databases = settings.target.databases()) {
            return Interruptible.run(
                    "lockstep-mirror-" + name, databases, () -> verb.run(new MirrorWork(settings, databases)));
        }
    }
}
