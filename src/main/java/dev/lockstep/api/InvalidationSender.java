package dev.lockstep.api;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.ListenSession;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.HandedSource;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.invalidate.Broadcast;
import dev.lockstep.realm.invalidate.RealmInvalidator;
import dev.lockstep.realm.log.InvalidationLog;
import dev.lockstep.realm.outbox.Outbox;
import dev.lockstep.support.LockstepException;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import javax.sql.DataSource;

/**
 * Tells every replica that files of a realm have changed, or the whole realm; also those that are away just now, by the durable log.
 *
 * <pre>{@code
 * InvalidationSender.on(dataSource).invalidate("https://example.org/luke/", "cards/person.gts");
 * }</pre>
 *
 * <p>A call takes one connection, {@link #broadcast} two. {@link #inTransaction} is for whoever changes the files in a transaction of
 * the same database: then either both happen, or neither.
 */
public final class InvalidationSender {
    private static final Duration STATEMENT = Duration.ofSeconds(30);
    private static final Duration ECHO = Duration.ofSeconds(5);

    /**
     * What an invalidation did.
     *
     * @param artifacts compiled modules that are no longer true in the shared cache
     * @param definitions rows of the shared definitions that were deleted
     * @param dependents canonical paths of what imports the files, directly or by way of others: no longer true, either
     */
    public record Invalidated(long artifacts, long definitions, List<String> dependents) {
        public Invalidated {
            dependents = List.copyOf(dependents);
        }
    }

    private final Place place;
    private final Optional<UUID> id;

    private InvalidationSender(Place place, Optional<UUID> id) {
        this.place = place;
        this.id = id;
    }

    /**
     * By the database of a URL.
     *
     * @param url {@code postgresql://user@host:port/db}, or as JDBC has it; it may hold a password
     */
    public static InvalidationSender on(String url) {
        return new InvalidationSender(Place.of(url), Optional.empty());
    }

    /**
     * By the database of a URL, with a login.
     *
     * @param login {@code user} and {@code password}, or one of them
     */
    public static InvalidationSender on(String url, Properties login) {
        return new InvalidationSender(Place.of(url, login), Optional.empty());
    }

    /**
     * By the database that a data source leads to.
     *
     * @param source of PostgreSQL's driver, or a pool of such connections
     */
    public static InvalidationSender on(DataSource source) {
        return new InvalidationSender(Place.of(source), Optional.empty());
    }

    /** The same for one message, which the log has once, however often it is sent under this id. */
    public InvalidationSender once(UUID message) {
        return new InvalidationSender(place, Optional.of(message));
    }

    /**
     * Makes everybody forget these files and what imports them, in one transaction: the database's caches, and by notification every
     * replica.
     *
     * @param realm an absolute http or https URL
     * @param paths relative to it; none for the realm as a whole
     * @throws InterruptedException nothing was sent, unless it was committing just then
     * @throws LockstepException usage: no realm has such a URL, or no file such a path
     */
    public Invalidated invalidate(String realm, String... paths) throws InterruptedException {
        List<RealmUrl> realms = List.of(RealmUrl.read(realm).url());
        return call("lockstep-invalidate", (databases, target) -> {
            try (Db db = databases.postgres(target, writing())) {
                RealmInvalidator.Invalidation done = new RealmInvalidator(db, RealmInvalidator.Durability.LOG)
                        .invalidate(realms, List.of(paths), id);
                return new Invalidated(done.tombstoned(), done.definitionsDeleted(), done.dependents());
            }
        });
    }

    /**
     * Tells replicas alone, and waits until the message is heard on a second connection, which proves that notifications pass.
     *
     * @return how long after the commit the last was heard; zero if the log had the message already
     * @throws InterruptedException nothing was sent, unless it was committing just then
     * @throws LockstepException timeout: it is sent, but was not heard; usage: as for {@link #invalidate}
     */
    public Duration broadcast(String realm, String... paths) throws InterruptedException {
        Broadcast.Plan plan = Broadcast.plan(List.of(RealmUrl.read(realm).url()), List.of(paths));
        return call("lockstep-broadcast", (databases, target) -> {
            Session listening = Session.of("lockstep-echo", Session.Use.LISTEN);
            try (ListenSession ear = databases.listenSession(target, listening);
                    Db db = databases.postgres(target, writing())) {
                InvalidationLog.prepare(db);
                return new Broadcast(db, ear)
                        .log(plan, id.orElseGet(UUID::randomUUID), ECHO)
                        .echo();
            }
        });
    }

    /**
     * Puts an invalidation into the outbox, as a part of the transaction that a connection is in: it is sent when that has committed, and
     * forgotten if it rolls back. The connection is left as it is.
     *
     * @param paths relative to the realm; none for the realm as a whole
     * @throws LockstepException usage: this database has no outbox, no realm has such a URL, or no file such a path
     */
    public static void inTransaction(Connection postgres, String realm, String... paths) {
        List<RealmUrl> realms = List.of(RealmUrl.read(realm).url());
        HandedSource.within(postgres, tx -> {
            Outbox.put(tx, Outbox.Call.INVALIDATE, realms, List.of(paths));
            return null;
        });
    }

    private static Session writing() {
        return Session.of("lockstep-sender", Session.Use.WRITE).withStatementTimeout(STATEMENT);
    }

    private interface Call<T> {
        T run(Databases databases, PgTarget target) throws InterruptedException;
    }

    private <T> T call(String name, Call<T> call) throws InterruptedException {
        try (Databases databases = place.databases()) {
            return Interruptible.run(name, databases, () -> call.run(databases, place.postgres(databases)));
        }
    }
}
