package dev.lockstep.examples.spring;

import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;

/** Down when the caches are no longer kept in step: what they hold may then be old for ever. */
final class LockstepHealthIndicator extends AbstractHealthIndicator {
    private final LockstepListener listener;
    private final RealmCacheManager caches;

    LockstepHealthIndicator(LockstepListener listener, RealmCacheManager caches) {
        super("the listener cannot be asked");
        this.listener = listener;
        this.caches = caches;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        builder.status(listener.isListening() ? "UP" : "DOWN").withDetail("caches", caches.getCacheNames());
    }
}
