package dev.lockstep.api;

import dev.lockstep.audit.AuditTable;
import dev.lockstep.audit.index.AuditIndexes;
import dev.lockstep.audit.write.AuditWriter;
import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.open.Databases;
import dev.lockstep.profile.Profile;
import dev.lockstep.support.LockstepException;
import java.io.InputStream;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * The audit log of an application, one row for each change of a registry, numbered by generation; in PostgreSQL, MariaDB, MySQL or SQLite.
 *
 * <pre>{@code
 * try (InputStream rows = Files.newInputStream(file)) {
 *     AuditLog.on(dataSource).write(rows);
 * }
 * }</pre>
 */
public final class AuditLog {
    private static final int BATCH = 500;
    private static final Duration LOCKS = Duration.ofMinutes(1);

    /** What a write did; read = inserted + unchanged. Counts of rows, but for the generations. */
    public record Written(long read, long inserted, long unchanged, long generations) {}

    /**
     * One registry.
     *
     * @param rows all of them
     * @param newest the newest generation that is known; empty if there is none
     * @param gaps numbers from 0 to the newest that no row has
     * @param duplicates rows that say what another row of the same generation says
     */
    public record Registry(String name, long rows, Optional<Long> newest, long gaps, long duplicates) {
        public boolean isWhole() {
            return gaps == 0 && duplicates == 0;
        }
    }

    /**
     * An index that the application's queries need.
     *
     * @param state {@code created}, {@code present}, {@code missing}, {@code invalid}, {@code different}, {@code unused}
     * @param wanted the statement that makes it
     */
    public record Index(String table, String name, String state, String wanted) {}

    private final Place place;
    private final Optional<Profile> profile;

    private AuditLog(Place place, Optional<Profile> profile) {
        this.place = place;
        this.profile = profile;
    }

    /**
     * In the database of a URL.
     *
     * @param url as {@link Mirror.Source#to(String)} takes it
     */
    public static AuditLog on(String url) {
        return new AuditLog(Place.of(url), Optional.empty());
    }

    /**
     * In the database of a URL, with a login.
     *
     * @param login {@code user} and {@code password}, or one of them
     */
    public static AuditLog on(String url, Properties login) {
        return new AuditLog(Place.of(url, login), Optional.empty());
    }

    /** In the database that a data source leads to. */
    public static AuditLog on(DataSource source) {
        return new AuditLog(Place.of(source), Optional.empty());
    }

    /**
     * In the database of a connection that is in no transaction. PostgreSQL's is used, and left open, as it was; of the others it is only
     * asked where it leads.
     */
    public static AuditLog on(Connection connection) {
        return new AuditLog(Place.of(connection), Optional.empty());
    }

    /**
     * Of an application that is not recognized by its table.
     *
     * @param name of a built-in profile, or a file that describes the table and its columns
     * @throws LockstepException usage: there is none, or it is not right
     */
    public AuditLog profile(String name) {
        return new AuditLog(place, Optional.of(Profile.load(name)));
    }

    /**
     * Writes rows: each generation in one transaction, and one that is there already not again.
     *
     * @param ndjson a JSON object a line, in UTF-8; rows of one generation stand together
     * @throws InterruptedException the generations that were written stay
     * @throws LockstepException refused: a line, or a generation, is not as it must be, and nothing of that generation is written;
     *     usage: there is no audit log
     */
    public Written write(InputStream ndjson) throws InterruptedException {
        return call("write", Session.Use.WRITE, table -> {
            AuditWriter.Options options = new AuditWriter.Options(AuditWriter.Mode.WRITE, BATCH, 0, rejected -> {});
            AuditWriter.Summary done = new AuditWriter(table, options, Optional.empty()).write(ndjson);
            return new Written(done.read(), done.inserted(), done.unchanged(), done.generations());
        });
    }

    /** Each registry, in the order of their names. */
    public List<Registry> registries() throws InterruptedException {
        return call("status", Session.Use.READ, table -> {
            List<Registry> registries = new ArrayList<>();
            for (dev.lockstep.audit.write.AuditLog.Registry found :
                    new dev.lockstep.audit.write.AuditLog(table).status()) {
                registries.add(new Registry(
                        found.registry(),
                        found.rows(),
                        Optional.ofNullable(found.newest()),
                        found.gaps(),
                        found.duplicates()));
            }
            return registries;
        });
    }

    /** The state of each index that the application's queries need. Changes nothing. */
    public List<Index> indexes() throws InterruptedException {
        return call("indexes", Session.Use.READ, table -> new AuditIndexes(table)
                .check().stream().map(AuditLog::index).toList());
    }

    /**
     * Makes the indexes that are missing or not valid, beside whoever writes, where the database can do that.
     *
     * @throws InterruptedException those that were made stay
     * @throws LockstepException refused: a name is taken by something else, and nothing was changed; timeout: others held locks for a minute
     */
    public List<Index> makeIndexes() throws InterruptedException {
        return call("indexes", Session.Use.WRITE, table -> {
            List<Index> made = new ArrayList<>();
            new AuditIndexes(table).apply(AuditIndexes.Conflict.REFUSE, LOCKS, report -> made.add(index(report)));
            return made;
        });
    }

    private static Index index(AuditIndexes.Report report) {
        return new Index(
                report.table(), report.index().name(), report.state().name().toLowerCase(Locale.ROOT), report.wanted());
    }

    private interface Call<T> {
        T run(AuditTable table) throws InterruptedException;
    }

    private <T> T call(String name, Session.Use use, Call<T> call) throws InterruptedException {
        try (Databases databases = place.databases()) {
            return Interruptible.run("lockstep-audit-" + name, databases, () -> {
                try (Db db = databases.open(place.target(databases), Session.of("lockstep-audit", use))) {
                    return call.run(AuditTable.find(db, profile));
                }
            });
        }
    }
}
