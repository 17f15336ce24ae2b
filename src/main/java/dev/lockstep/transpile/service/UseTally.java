package dev.lockstep.transpile.service;

import dev.lockstep.db.DbPool;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.schema.CacheUse;
import dev.lockstep.transpile.schema.CacheUse.Counts;
import dev.lockstep.transpile.service.SharedBuilds.Served;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;

/**
 * Counts what requests have come to, and tells the cache once in a while. Nobody fails for it, or waits for a database that has
 * not just answered.
 */
final class UseTally {
    private static final Duration BETWEEN = Duration.ofSeconds(10);

    private final DbPool pool;
    private Map<String, Counts> untold = new TreeMap<>();
    private long told = System.nanoTime();

    UseTally(DbPool pool) {
        this.pool = pool;
    }

    /** Counts a request. @return what it was served */
    Served counted(Served served) {
        Duration took = served.artifact().build().took().orElse(Duration.ZERO);
        boolean isDue;
        synchronized (this) {
            Counts counts =
                    switch (served.role()) {
                        case HIT -> Counts.hit(took);
                        case WAITER -> Counts.served();
                        case WINNER, LOCAL -> served.stored().isPresent() ? Counts.build(took) : Counts.NONE;
                    };
            untold.merge(served.captured().key().realm(), counts, Counts::and);
            isDue = System.nanoTime() - told >= BETWEEN.toNanos();
        }
        if (isDue) {
            tell();
        }
        return served;
    }

    /** What is not told yet. */
    void tell() {
        Map<String, Counts> news;
        synchronized (this) {
            news = untold;
            untold = new TreeMap<>();
            told = System.nanoTime();
        }
        news.values().removeIf(counts -> counts.requests() == 0);
        if (news.isEmpty()) {
            return;
        }
        try {
            pool.lend(db -> {
                news.forEach((realm, counts) -> db.autocommit(tx -> {
                    CacheUse.add(tx, realm, counts);
                    return null;
                }));
                return null;
            });
        } catch (LockstepException e) {
            // Not in the figures, then: who may not write them is served all the same.
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
