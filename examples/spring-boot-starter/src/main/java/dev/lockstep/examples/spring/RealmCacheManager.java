package dev.lockstep.examples.spring;

import com.github.benmanes.caffeine.cache.Caffeine;
import dev.lockstep.api.InvalidationHandler;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.springframework.cache.Cache;
import org.springframework.cache.CacheManager;

/** The caches of an application that are kept in step with its realms. */
public final class RealmCacheManager implements CacheManager, InvalidationHandler {
    private final Map<String, RealmCaffeineCache> caches = new LinkedHashMap<>();

    /** @param spec of each, as Caffeine writes it */
    public RealmCacheManager(List<String> names, String spec) {
        for (String name : names) {
            caches.put(name, new RealmCaffeineCache(name, Caffeine.from(spec).recordStats().build()));
        }
    }

    @Override
    public Cache getCache(String name) {
        return caches.get(name);
    }

    @Override
    public Collection<String> getCacheNames() {
        return caches.keySet();
    }

    @Override
    public void path(String realm, String path) {
        each(cache -> cache.invalidatePath(realm, path));
    }

    @Override
    public void realm(String realm) {
        each(cache -> cache.invalidateRealm(realm));
    }

    @Override
    public void everything(String why) {
        each(RealmCaffeineCache::invalidateEverything);
    }

    private void each(Consumer<RealmCaffeineCache> work) {
        caches.values().forEach(work);
    }
}
