package dev.lockstep.api;

import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.open.Databases;
import dev.lockstep.realm.RealmHandler;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.realm.log.RealmListener;
import dev.lockstep.realm.log.RelayEndpoint;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;

/**
 * Keeps what a program has in memory of realms in step with them, by PostgreSQL's notifications; {@link InvalidationSender} is the
 * other side.
 *
 * <pre>{@code
 * try (Invalidations heard = Invalidations.listen(dataSource).named("replica-1").into(cache)) {
 *     serve(cache);
 * }
 * }</pre>
 *
 * <p>A lost connection is replaced. A listener with a name then hears exactly what it has missed, from the durable log; one
 * without is told that it may have missed something. A pool lends it up to three connections until it is closed.
 */
public final class Invalidations implements AutoCloseable {
    /** Where to listen, and how; immutable. */
    public static final class Listening {
        private final Place place;
        private final Optional<String> name;
        private final Optional<Duration> interval;
        private final Metrics metrics;

        private Listening(Place place, Optional<String> name, Optional<Duration> interval, Metrics metrics) {
            this.place = place;
            this.name = name;
            this.interval = interval;
            this.metrics = metrics;
        }

        /**
         * Under a name of its own, by which the durable log knows how far it has heard: while it is away, nothing is lost. All who send must
         * use the log. The log's tables are made by whoever sends first.
         *
         * @param replica one process has it at a time; the next one takes it over
         */
        public Listening named(String replica) {
            return new Listening(place, Optional.of(replica), interval, metrics);
        }

        /** Without LISTEN, by looking into the durable log so often: on a standby, and behind a transaction pooler. */
        public Listening polling(Duration every) {
            return new Listening(place, name, Optional.of(every), metrics);
        }

        /** Counts {@code lockstep.invalidations} by {@code kind}: path, realm, everything. */
        public Listening metrics(Metrics figures) {
            return new Listening(place, name, interval, figures);
        }

        /**
         * Begins to listen; when it returns, nothing that is committed from now on goes unheard.
         *
         * @throws InterruptedException it does not listen
         * @throws LockstepException unreachable: nobody answers, or nobody lets us in; refused: a standby, or a pooler through which
         *     nothing is heard; usage: a name and an interval exclude each other
         */
        public Invalidations into(InvalidationHandler cache) throws InterruptedException {
            Objects.requireNonNull(cache, "the cache");
            if (name.isPresent() && interval.isPresent()) {
                throw LockstepException.usage(
                        "a listener that polls has no name",
                        "leave out the name: it is told what is new since it began");
            }
            Databases databases = place.databases();
            try {
                return new Invalidations(databases, open(databases, new Heard(cache, metrics)));
            } catch (InterruptedException | RuntimeException e) {
                databases.close();
                throw e;
            }
        }

        private RealmListener open(Databases databases, RealmHandler handler) throws InterruptedException {
            PgTarget target = Interruptible.run("lockstep-listen", databases, () -> place.postgres(databases));
            if (interval.isPresent()) {
                return RealmListener.polling(databases, target, interval.get(), handler);
            }
            return name.isPresent()
                    ? RealmListener.durable(databases, target, name.get(), handler)
                    : RealmListener.listening(databases, target, handler);
        }
    }

    /** Which relay to hear, and what of it; immutable. */
    public static final class Relayed {
        private final RelayEndpoint endpoint;
        private final Metrics metrics;

        private Relayed(RelayEndpoint endpoint, Metrics metrics) {
            this.endpoint = endpoint;
            this.metrics = metrics;
        }

        /** Only what changes in these realms. */
        public Relayed realms(String... urls) {
            Set<RealmUrl> wanted = new LinkedHashSet<>();
            for (String url : urls) {
                wanted.add(RealmUrl.read(url).url());
            }
            return new Relayed(endpoint.withRealms(wanted), metrics);
        }

        /** Shows the bearer token that is the first line of a file, which is read for each connection. */
        public Relayed tokenFile(Path file) {
            return new Relayed(endpoint.withTokenFile(file), metrics);
        }

        /** Trusts the certificates of a PEM file, instead of those that Java trusts. */
        public Relayed authorities(Path pem) {
            return new Relayed(endpoint.withAuthorities(pem), metrics);
        }

        /** As {@link Listening#metrics}. */
        public Relayed metrics(Metrics figures) {
            return new Relayed(endpoint, figures);
        }

        /**
         * Begins to listen; when it returns, nothing that the relay hears from now on goes unheard.
         *
         * @throws InterruptedException it does not listen
         * @throws LockstepException unreachable: there is no relay; unauthorized: it wants another token
         */
        public Invalidations into(InvalidationHandler cache) throws InterruptedException {
            Objects.requireNonNull(cache, "the cache");
            return new Invalidations(
                    new Databases(Environment.ofProcess()), RealmListener.relayed(endpoint, new Heard(cache, metrics)));
        }
    }

    private final Databases databases;
    private final RealmListener listener;

    private Invalidations(Databases databases, RealmListener listener) throws InterruptedException {
        this.databases = databases;
        this.listener = listener;
        try {
            Interruptible.run("lockstep-listen", listener::close, () -> {
                listener.awaitReady();
                return null;
            });
        } catch (InterruptedException | RuntimeException e) {
            try {
                close();
            } catch (RuntimeException same) {
                if (same != e) {
                    e.addSuppressed(same);
                }
            }
            throw e;
        }
    }

    /**
     * In the database of a URL.
     *
     * @param url {@code postgresql://user@host:port/db}, or as JDBC has it; it may hold a password
     */
    public static Listening listen(String url) {
        return listening(Place.of(url));
    }

    /**
     * In the database of a URL, with a login.
     *
     * @param login {@code user} and {@code password}, or one of them
     */
    public static Listening listen(String url, Properties login) {
        return listening(Place.of(url, login));
    }

    /**
     * In the database that a data source leads to.
     *
     * @param source of PostgreSQL's driver, or a pool of such connections
     */
    public static Listening listen(DataSource source) {
        return listening(Place.of(source));
    }

    /**
     * Of a relay, over HTTP, without a connection to the database: for fleets of more processes than that should have sessions.
     *
     * @param url of its stream: {@code https://relay.example:8443/events}
     * @throws LockstepException usage: it is no http or https URL
     */
    public static Relayed relayed(URI url) {
        return new Relayed(RelayEndpoint.of(url), Metrics.NONE);
    }

    private static Listening listening(Place place) {
        return new Listening(place, Optional.empty(), Optional.empty(), Metrics.NONE);
    }

    /** Whether the cache is kept in step: what is sent is heard, or will be told after a lost connection is replaced. */
    public boolean isListening() {
        return listener.isRunning();
    }

    /**
     * Ends it, once the cache's method that is running has returned.
     *
     * @throws LockstepException what had ended it before: another process has taken the name, the cache has thrown, or there was no
     *     first connection
     */
    @Override
    public void close() {
        try {
            listener.close();
        } finally {
            databases.close();
        }
    }

    /** Tells the cache what the engine hears, in the words of the front. */
    private static final class Heard implements RealmHandler {
        private final InvalidationHandler cache;
        private final Metrics metrics;

        Heard(InvalidationHandler cache, Metrics metrics) {
            this.cache = cache;
            this.metrics = metrics;
        }

        private void count(String kind) {
            metrics.count("lockstep.invalidations", 1, Map.of("kind", kind));
        }

        @Override
        public void path(RealmUrl realm, String path) {
            cache.path(realm.value(), path);
            count("path");
        }

        @Override
        public void realm(RealmUrl realm) {
            cache.realm(realm.value());
            count("realm");
        }

        @Override
        public void gap(String why) {
            cache.everything(why);
            count("everything");
        }
    }
}
