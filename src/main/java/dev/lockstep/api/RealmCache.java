package dev.lockstep.api;

import dev.lockstep.transpile.service.LocalCache;
import dev.lockstep.transpile.service.LocalCache.Loaded;
import java.util.function.ToLongFunction;

/**
 * Values by realm and path, in memory, bounded by their weight. A value is loaded once, however many ask at the same time; a load that
 * began before an invalidation fills nothing. Any thread may use it; a hit takes no lock.
 */
public final class RealmCache<V> implements InvalidationHandler {
    /** Finds a value that is not there. */
    @FunctionalInterface
    public interface Loader<V> {
        V load() throws InterruptedException;
    }

    private final LocalCache<V> cache;

    /**
     * An empty cache.
     *
     * @param capacity the sum of the weights beyond which values are evicted that were not used lately
     * @param weigher the weight of a value, at least 1
     */
    public RealmCache(long capacity, ToLongFunction<V> weigher) {
        this.cache = new LocalCache<>(capacity, weigher);
    }

    /**
     * The value, or null.
     *
     * @param realm the realm's URL
     * @param path relative to it
     */
    public V get(String realm, String path) {
        return cache.get(realm, path);
    }

    /**
     * The value, loaded by the calling thread if need be; others who ask meanwhile wait for it.
     *
     * @throws RuntimeException what the loader has thrown, to everybody who waited
     */
    public V get(String realm, String path, Loader<V> loader) throws InterruptedException {
        return cache.get(realm, path, () -> new Loaded<>(path, loader.load())).value();
    }

    @Override
    public void path(String realm, String path) {
        cache.path(realm, path);
    }

    @Override
    public void realm(String realm) {
        cache.realm(realm);
    }

    @Override
    public void everything(String why) {
        cache.everything();
    }
}
