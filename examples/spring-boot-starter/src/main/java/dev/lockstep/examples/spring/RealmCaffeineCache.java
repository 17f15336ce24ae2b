package dev.lockstep.examples.spring;

import com.github.benmanes.caffeine.cache.Cache;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import org.springframework.cache.caffeine.CaffeineCache;

/**
 * A Caffeine cache by {@link RealmKey} that forgets what is no longer true, and does not take it in afterwards: what began to be loaded
 * before an invalidation may have been read from the old file.
 */
final class RealmCaffeineCache extends CaffeineCache {
    /** Being loaded under Caffeine's lock of the key; to remove such a key is to wait for the load. */
    private final Set<RealmKey> loading = ConcurrentHashMap.newKeySet();

    /** When the calling thread found a key missing, for a value that is put once it is loaded. */
    private final ThreadLocal<Map<Object, Long>> missed = ThreadLocal.withInitial(HashMap::new);

    private final AtomicLong now = new AtomicLong();
    private final Map<String, Long> invalidated = new ConcurrentHashMap<>();
    private volatile long allInvalidated;

    RealmCaffeineCache(String name, Cache<Object, Object> cache) {
        super(name, cache, false);
    }

    @Override
    protected Object lookup(Object key) {
        long before = now.get();
        Object value = super.lookup(checked(key));
        if (value == null) {
            missed.get().put(key, before);
        }
        return value;
    }

    @Override
    public <T> T get(Object key, Callable<T> loader) {
        RealmKey known = checked(key);
        loading.add(known);
        try {
            return super.get(key, loader);
        } finally {
            loading.remove(known);
        }
    }

    @Override
    public void put(Object key, Object value) {
        RealmKey known = checked(key);
        Long since = missed.get().remove(key);
        synchronized (this) {
            if (since == null || since >= Math.max(allInvalidated, invalidated.getOrDefault(known.realm(), 0L))) {
                super.put(key, value);
            }
        }
    }

    void invalidatePath(String realm, String path) {
        invalidate(realm, key -> key.realm().equals(realm) && key.isMeantBy(path));
    }

    void invalidateRealm(String realm) {
        invalidate(realm, key -> key.realm().equals(realm));
    }

    void invalidateEverything() {
        synchronized (this) {
            allInvalidated = now.incrementAndGet();
        }
        remove(key -> true);
    }

    private void invalidate(String realm, Predicate<RealmKey> stale) {
        synchronized (this) {
            invalidated.put(realm, now.incrementAndGet());
        }
        remove(stale);
    }

    private void remove(Predicate<RealmKey> stale) {
        Set<Object> keys = new HashSet<>(loading);
        keys.addAll(getNativeCache().asMap().keySet());
        for (Object key : keys) {
            if (stale.test((RealmKey) key)) {
                getNativeCache().asMap().remove(key);
            }
        }
    }

    private static RealmKey checked(Object key) {
        if (key instanceof RealmKey known) {
            return known;
        }
        throw new IllegalArgumentException("the key of a cache that is kept in step is a RealmKey, and this is " + key);
    }
}
