package dev.lockstep.transpile.service;

import dev.lockstep.transpile.ModuleNames;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.function.ToLongFunction;

/**
 * The layer in the process: values by realm and path, bounded by their weight.
 *
 * <p>A value is loaded once, however many ask for it at the same time. An invalidation moves the generation of its path, or
 * of its realm, before it drops anything; a load that began before it still answers those who were waiting, but fills
 * nothing, and nobody who asks after the invalidation joins it.
 *
 * <p>A request may name a file by an alias ({@code card} for {@code card.gts}); only the load finds out which. So a load
 * remembers when it began, and the path that it finds is compared with all that was invalidated since.
 *
 * <p>A hit takes no lock and allocates nothing. Everything else is rare, and shares one lock that is never held during a load.
 */
public final class LocalCache<V> implements Invalidations {
    /** Finds a value. It runs in the thread of whoever asked first. */
    @FunctionalInterface
    public interface Loader<V> {
        Loaded<V> load() throws InterruptedException;
    }

    /**
     * What a load found.
     *
     * @param path the canonical path of the file that the request meant
     */
    public record Loaded<V>(String path, V value) {}

    /** How a value was come by. */
    public enum How {
        HIT,
        LOADED,
        /** Somebody else was loading it already. */
        JOINED
    }

    /** A value, and how it was come by. */
    public record Found<V>(V value, How how) {}

    private final ConcurrentHashMap<String, LocalRealm<V>> realms = new ConcurrentHashMap<>();
    private final ToLongFunction<V> weigher;
    private final long capacity;
    private final Object lock = new Object();
    /** What has a turn at being evicted, the next first: a clock with a second chance. */
    private final LinkedHashSet<LocalRealm.Entry<V>> clock = new LinkedHashSet<>();

    private long weight;
    /** Counts invalidations; a load and an invalidation are ordered by it. */
    private long now;

    /**
     * An empty cache.
     *
     * @param capacity the sum of the weights beyond which entries are evicted that were not used lately
     */
    public LocalCache(long capacity, ToLongFunction<V> weigher) {
        this.capacity = capacity;
        this.weigher = weigher;
    }

    /** The value, or null. */
    public V get(String realm, String path) {
        LocalRealm<V> known = realms.get(realm);
        LocalRealm.Entry<V> entry = known == null ? null : known.entries.get(path);
        if (entry == null) {
            return null;
        }
        if (!entry.used) {
            entry.used = true;
        }
        return entry.value;
    }

    /**
     * The value, loaded if need be.
     *
     * @throws RuntimeException what the loader threw, to everybody who waited for it
     */
    public Found<V> get(String realm, String path, Loader<V> loader) throws InterruptedException {
        V hit = get(realm, path);
        if (hit != null) {
            return new Found<>(hit, How.HIT);
        }
        LocalRealm<V> home;
        LocalRealm.Load<V> load;
        synchronized (lock) {
            home = realms.computeIfAbsent(realm, LocalRealm::new);
            LocalRealm.Entry<V> entry = home.entries.get(path);
            if (entry != null) {
                return new Found<>(entry.value, How.HIT);
            }
            load = home.loads.get(path);
            if (load == null) {
                load = new LocalRealm.Load<>(now);
                home.loads.put(path, load);
                home.running++;
            } else {
                home = null;
            }
        }
        if (home != null) {
            return new Found<>(load(home, path, load, loader), How.LOADED);
        }
        V joined = join(load);
        return joined == null ? get(realm, path, loader) : new Found<>(joined, How.JOINED);
    }

    /** How many loads run now, for whatever realm. */
    public int loading() {
        synchronized (lock) {
            int loading = 0;
            for (LocalRealm<V> realm : realms.values()) {
                loading += realm.loads.size();
            }
            return loading;
        }
    }

    /** The sum of the weights of all entries. */
    public long weight() {
        synchronized (lock) {
            return weight;
        }
    }

    @Override
    public void path(String realm, String path) {
        synchronized (lock) {
            now++;
            LocalRealm<V> known = realms.get(realm);
            if (known == null) {
                return;
            }
            if (known.running > 0) {
                known.generations.put(path, now);
                known.loads.keySet().removeIf(requested -> ModuleNames.mayMean(requested, path));
            }
            drop(known.entries.get(path));
            // The file may be new, and from now on what an alias means that meant another.
            String alias = ModuleNames.withoutExtension(path);
            drop(known.entries.get(alias), alias);
            forgetIfIdle(known);
        }
    }

    @Override
    public void realm(String realm) {
        synchronized (lock) {
            now++;
            LocalRealm<V> known = realms.get(realm);
            if (known != null) {
                wipe(known);
            }
        }
    }

    @Override
    public void everything() {
        synchronized (lock) {
            now++;
            for (LocalRealm<V> known : realms.values()) {
                wipe(known);
            }
        }
    }

    private void wipe(LocalRealm<V> realm) {
        realm.generation = now;
        realm.loads.clear();
        for (LocalRealm.Entry<V> entry : realm.entries.values()) {
            drop(entry);
        }
        forgetIfIdle(realm);
    }

    private V load(LocalRealm<V> realm, String path, LocalRealm.Load<V> load, Loader<V> loader)
            throws InterruptedException {
        Loaded<V> loaded = null;
        Throwable failure = null;
        try {
            loaded = loader.load();
            return loaded.value();
        } catch (InterruptedException | RuntimeException | Error e) {
            failure = e;
            throw e;
        } finally {
            synchronized (lock) {
                realm.loads.remove(path, load);
                if (loaded != null && isCurrent(realm, path, loaded.path(), load)) {
                    fill(realm, path, loaded);
                }
                if (--realm.running == 0) {
                    realm.generations.clear();
                }
                forgetIfIdle(realm);
            }
            if (loaded != null) {
                load.result.complete(loaded.value());
            } else {
                load.result.completeExceptionally(failure);
            }
        }
    }

    private boolean isCurrent(LocalRealm<V> realm, String requested, String canonical, LocalRealm.Load<V> load) {
        return realm.generation <= load.began
                && realm.generations.getOrDefault(canonical, 0L) <= load.began
                && realm.generations.getOrDefault(requested, 0L) <= load.began;
    }

    /** The value of somebody else's load; null if it was interrupted, which is no answer for others. */
    private V join(LocalRealm.Load<V> load) throws InterruptedException {
        try {
            return load.result.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof InterruptedException) {
                return null;
            }
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new CompletionException(e.getCause());
        }
    }

    private void fill(LocalRealm<V> realm, String requested, Loaded<V> loaded) {
        LocalRealm.Entry<V> entry = new LocalRealm.Entry<>(
                realm, loaded.path(), loaded.value(), Math.max(1, weigher.applyAsLong(loaded.value())));
        LocalRealm.Entry<V> before = realm.entries.get(loaded.path());
        if (before != null) {
            entry.aliases.addAll(before.aliases);
            drop(before);
        }
        if (entry.weight > capacity) {
            return;
        }
        if (!requested.equals(entry.path)) {
            drop(realm.entries.get(requested), requested);
            entry.aliases.add(requested);
        }
        realm.entries.put(entry.path, entry);
        for (String alias : entry.aliases) {
            realm.entries.put(alias, entry);
        }
        clock.add(entry);
        weight += entry.weight;
        evict();
    }

    private void evict() {
        while (weight > capacity) {
            Iterator<LocalRealm.Entry<V>> turn = clock.iterator();
            LocalRealm.Entry<V> next = turn.next();
            if (next.used) {
                next.used = false;
                turn.remove();
                clock.add(next);
            } else {
                drop(next);
                forgetIfIdle(next.realm);
            }
        }
    }

    /** The alias means another file now. */
    private void drop(LocalRealm.Entry<V> entry, String alias) {
        if (entry != null && entry.aliases.remove(alias)) {
            entry.realm.entries.remove(alias);
        }
    }

    private void drop(LocalRealm.Entry<V> entry) {
        if (entry != null && clock.remove(entry)) {
            weight -= entry.weight;
            entry.realm.entries.remove(entry.path, entry);
            for (String alias : entry.aliases) {
                entry.realm.entries.remove(alias, entry);
            }
        }
    }

    private void forgetIfIdle(LocalRealm<V> realm) {
        if (realm.isIdle()) {
            realms.remove(realm.url, realm);
        }
    }
}
