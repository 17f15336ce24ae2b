package dev.lockstep.api;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.service.SharedBuilds.Cost;
import dev.lockstep.transpile.service.SharedBuilds.Served;
import dev.lockstep.transpile.service.Source;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;

/**
 * What is compiled of a realm's files, built once by a fleet and shared by way of PostgreSQL; an {@linkplain InvalidationSender
 * invalidation} makes it stale.
 *
 * <pre>{@code
 * try (SharedBuilds builds = SharedBuilds.on(dataSource).realm("https://example.org/luke/").open()) {
 *     byte[] code = builds.get("cards/person.gts", () -> compile(read("cards/person.gts")));
 * }
 * }</pre>
 *
 * <p>The build must read its source itself, when it is called: what was read before may be older than an invalidation that it would undo.
 * A cache that cannot help costs a build and never fails one. Up to four connections are held until it is closed, one of them
 * listening. Any thread may use it.
 */
public final class SharedBuilds implements AutoCloseable {
    private static final int CONNECTIONS = 3;
    private static final Duration STATEMENT = Duration.ofSeconds(30);

    /** Makes what is to be shared. */
    @FunctionalInterface
    public interface Build {
        /**
         * Reads the source and compiles it.
         *
         * @throws IOException the source cannot be read
         */
        byte[] run() throws IOException, InterruptedException;
    }

    /** Which builds are shared, and how; immutable. */
    public static final class Settings {
        private final Place place;
        private final String realm;
        private final Optional<String> fingerprint;
        private final Duration patience;
        private final Metrics metrics;

        private Settings(Place place, String realm, Optional<String> fingerprint, Duration patience, Metrics metrics) {
            this.place = place;
            this.realm = realm;
            this.fingerprint = fingerprint;
            this.patience = patience;
            this.metrics = metrics;
        }

        private static Settings of(Place place) {
            return new Settings(place, null, Optional.empty(), Duration.ofSeconds(30), Metrics.NONE);
        }

        /** Of this realm: its URL, with a slash at the end. */
        public Settings realm(String url) {
            return new Settings(place, url, fingerprint, patience, metrics);
        }

        /** The compiler with its options: builds of another one are not shared. */
        public Settings fingerprint(String compiler) {
            return new Settings(place, realm, Optional.of(compiler), patience, metrics);
        }

        /** How long to wait for another process that is building the same; otherwise 30 seconds. */
        public Settings waitingFor(Duration time) {
            return new Settings(place, realm, fingerprint, time, metrics);
        }

        /** Times {@code lockstep.builds} by {@code role}: hit, winner, waiter, local. */
        public Settings metrics(Metrics figures) {
            return new Settings(place, realm, fingerprint, patience, figures);
        }

        /**
         * Makes the tables of the cache where they are missing.
         *
         * @throws LockstepException refused: we may not
         */
        public Settings install() throws InterruptedException {
            try (Databases databases = place.databases()) {
                Interruptible.run("lockstep-builds", databases, () -> {
                    try (Db db = databases.postgres(place.postgres(databases), session(Session.Use.WRITE))) {
                        return db.transact(CacheSchema::install);
                    }
                });
            }
            return this;
        }

        /**
         * Opens the cache.
         *
         * @throws LockstepException unreachable: nobody answers, or nobody lets us in; usage: the cache's tables are not there
         */
        public SharedBuilds open() throws InterruptedException {
            if (realm == null || !realm.endsWith("/")) {
                throw LockstepException.usage(
                        "shared builds are those of a realm, and "
                                + (realm == null ? "none is named" : realm + " is none"),
                        "a realm is a URL with a slash at the end");
            }
            return new SharedBuilds(this);
        }
    }

    private final Settings settings;
    private final Databases databases;
    private final DbPool pool;
    private final PgListener listener;
    private final dev.lockstep.transpile.service.SharedBuilds builds;

    private SharedBuilds(Settings settings) throws InterruptedException {
        this.settings = settings;
        this.databases = settings.place.databases();
        try {
            PgTarget target = Interruptible.run("lockstep-builds", databases, () -> checked());
            pool = new DbPool(() -> databases.postgres(target, session(Session.Use.WRITE)), CONNECTIONS);
            listener = databases.listener(
                    target, Session.of("lockstep-builds", Session.Use.LISTEN), PgListener.Options.DEFAULT);
            builds = new dev.lockstep.transpile.service.SharedBuilds(
                    pool, listener, settings.patience, SharedBuilds::warn);
        } catch (InterruptedException | RuntimeException e) {
            databases.close();
            throw e;
        }
    }

    /**
     * By the database of a URL.
     *
     * @param url {@code postgresql://user@host:port/db}, or as JDBC has it; it may hold a password
     */
    public static Settings on(String url) {
        return Settings.of(Place.of(url));
    }

    /**
     * By the database of a URL, with a login.
     *
     * @param login {@code user} and {@code password}, or one of them
     */
    public static Settings on(String url, Properties login) {
        return Settings.of(Place.of(url, login));
    }

    /**
     * By the database that a data source leads to.
     *
     * @param source of PostgreSQL's driver, or a pool of such connections
     */
    public static Settings on(DataSource source) {
        return Settings.of(Place.of(source));
    }

    private static Session session(Session.Use use) {
        return Session.of("lockstep-builds", use).withStatementTimeout(STATEMENT);
    }

    private PgTarget checked() {
        PgTarget target = settings.place.postgres(databases);
        try (Db db = databases.postgres(target, session(Session.Use.WRITE))) {
            if (db.read(CacheSchema::state) == CacheSchema.State.ABSENT) {
                throw new LockstepException(
                        LockstepException.Kind.USAGE,
                        "no-schema",
                        "this database has no cache of shared builds",
                        "install() makes its tables",
                        null);
            }
        }
        return target;
    }

    /**
     * What is built of a file: from the cache, or from another process that is building it, or built here, by this thread, for all.
     *
     * @param path relative to the realm
     * @throws InterruptedException while it waited, or thrown by the build; another thread or process builds it then
     * @throws LockstepException build-failed: it was to be built here, and could not
     * @throws RuntimeException what the build has thrown
     */
    public byte[] get(String path, Build build) throws InterruptedException {
        long begun = System.nanoTime();
        ArtifactKey key = ArtifactKey.of(settings.realm, path, settings.fingerprint);
        Source source = Source.of(path, () -> {
            throw new IOException("the build reads its source itself");
        });
        try (Served served = builds.serve(key, source, (unread, captured) -> Artifact.of(Content.of(build.run())))) {
            Duration took = Duration.ofNanos(System.nanoTime() - begun);
            settings.metrics.time(
                    "lockstep.builds", took, Map.of("role", served.role().name().toLowerCase(Locale.ROOT)));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            served.artifact().content().writeTo(bytes);
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new LockstepException(
                    LockstepException.Kind.FAILED, "unreadable", "cannot read what was built of " + path, null, e);
        }
    }

    private static void warn(Cost cost, LockstepException fault) {
        System.getLogger("dev.lockstep")
                .log(
                        Level.WARNING,
                        switch (cost) {
                                    case BUILT_WITHOUT_CACHE -> "building without the cache: ";
                                    case NOT_STORED -> "built, but not stored: ";
                                }
                                + fault.getMessage());
    }

    /** Gives the connections back. A build that is running is not waited for. */
    @Override
    public void close() {
        try (Databases last = databases;
                PgListener before = listener;
                DbPool connections = pool) {
            builds.close();
        }
    }
}
