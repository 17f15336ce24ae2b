package dev.lockstep.examples.spring;

import dev.lockstep.api.Invalidations;
import dev.lockstep.api.Metrics;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.context.SmartLifecycle;

/** Listens for as long as the application runs. */
public final class LockstepListener implements SmartLifecycle {
    private final DataSource source;
    private final RealmCacheManager caches;
    private final Optional<String> replica;
    private final Metrics metrics;
    private volatile Invalidations heard;

    LockstepListener(DataSource source, RealmCacheManager caches, Optional<String> replica, Metrics metrics) {
        this.source = source;
        this.caches = caches;
        this.replica = replica;
        this.metrics = metrics;
    }

    @Override
    public void start() {
        Invalidations.Listening listening = Invalidations.listen(source).metrics(metrics);
        try {
            heard = replica.map(listening::named).orElse(listening).into(caches);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("stopped while it began to listen", e);
        }
    }

    @Override
    public void stop() {
        Invalidations ending = heard;
        heard = null;
        if (ending != null) {
            ending.close();
        }
    }

    @Override
    public boolean isRunning() {
        return heard != null;
    }

    /** Whether it hears, or will be told what it missed; what has ended it is thrown by {@link #stop}. */
    boolean isListening() {
        Invalidations now = heard;
        return now != null && now.isListening();
    }
}
