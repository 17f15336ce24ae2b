package dev.lockstep.api;

import dev.lockstep.db.Session;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.lock.LockScope;
import dev.lockstep.support.LockstepException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.TreeSet;
import javax.sql.DataSource;

/**
 * The write lock of a realm, or of files in it, among all processes that use the same PostgreSQL; it is Boxel's own.
 *
 * <pre>{@code
 * try (RealmLock lock = RealmLock.on(dataSource).take("https://example.org/luke/", Duration.ofSeconds(30))) {
 *     write();
 *     lock.check();
 * }
 * }</pre>
 *
 * <p>It holds one connection until it is closed, and ends with that: {@link #check} tells whether it is still held.
 */
public final class RealmLock implements AutoCloseable {
    /** Where locks are. */
    public static final class Server {
        private final Place place;

        private Server(Place place) {
            this.place = place;
        }

        /**
         * Takes the lock of a realm when it is our turn.
         *
         * @param realm an absolute http or https URL
         * @param wait how long to stand in the queue
         * @throws InterruptedException it is not taken, and the place in the queue is given up
         * @throws LockstepException timeout: somebody still has it; refused: a pooler stands between here and the server
         */
        public RealmLock take(String realm, Duration wait) throws InterruptedException {
            return new RealmLock(place, LockScope.realm(RealmUrl.read(realm).url()), wait);
        }

        /**
         * Takes the locks of files, beside which others may write other files of the realm.
         *
         * @param paths relative to the realm, at least one
         */
        public RealmLock take(String realm, List<String> paths, Duration wait) throws InterruptedException {
            if (paths.isEmpty()) {
                throw new IllegalArgumentException("no file to lock");
            }
            RealmUrl url = RealmUrl.read(realm).url();
            return new RealmLock(place, LockScope.files(url, RealmPath.read(List.of(url), new TreeSet<>(paths))), wait);
        }
    }

    private final Databases databases;
    private final dev.lockstep.realm.lock.RealmLock lock;

    private RealmLock(Place place, LockScope scope, Duration wait) throws InterruptedException {
        databases = place.databases();
        try {
            Session session = Session.of("lockstep-lock", Session.Use.WRITE);
            lock = Interruptible.run(
                    "lockstep-lock",
                    databases,
                    () -> dev.lockstep.realm.lock.RealmLock.take(
                            databases, place.postgres(databases), session, scope, wait));
        } catch (InterruptedException | RuntimeException e) {
            databases.close();
            throw e;
        }
    }

    /**
     * In the database of a URL.
     *
     * @param url {@code postgresql://user@host:port/db}, or as JDBC has it; it may hold a password
     */
    public static Server on(String url) {
        return new Server(Place.of(url));
    }

    /**
     * In the database of a URL, with a login.
     *
     * @param login {@code user} and {@code password}, or one of them
     */
    public static Server on(String url, Properties login) {
        return new Server(Place.of(url, login));
    }

    /**
     * In the database that a data source leads to.
     *
     * @param source of PostgreSQL's driver, or a pool of such connections
     */
    public static Server on(DataSource source) {
        return new Server(Place.of(source));
    }

    /**
     * Returns if the lock is still ours.
     *
     * @throws LockstepException unreachable: it is lost, and what was done meanwhile was not protected
     */
    public void check() {
        lock.check();
    }

    @Override
    public void close() {
        try {
            lock.close();
        } finally {
            databases.close();
        }
    }
}
