package dev.lockstep.transpile.schema;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/** How often the cache has served, and what that has saved: counted by those who ask for artifacts to be built. */
public final class CacheUse {
    static final String TABLE = "lockstep_cache_use";

    private static final String ADD = """
            insert into lockstep_cache_use as u (realm_url, hits, waits, builds, saved_ms, built_ms)
            values (?, ?, ?, ?, ?, ?)
                on conflict (realm_url) do update
               set hits = u.hits + excluded.hits, waits = u.waits + excluded.waits, builds = u.builds + excluded.builds,
                   saved_ms = u.saved_ms + excluded.saved_ms, built_ms = u.built_ms + excluded.built_ms
            """;

    private static final String IS_COUNTED = "select to_regclass('lockstep_cache_use') is not null as counted";

    private static final String READ = """
            select realm_url, hits, waits, builds, saved_ms, built_ms,
                   cast(extract(epoch from since) * 1000 as bigint) as since
              from lockstep_cache_use
            """;

    /**
     * Requests.
     *
     * @param hits found in the cache
     * @param waits served by somebody else's build, which they waited for
     * @param builds of the compiler
     * @param saved how long the builds had taken whose artifacts were hits
     * @param built how long the builds took
     */
    public record Counts(long hits, long waits, long builds, Duration saved, Duration built) {
        public static final Counts NONE = new Counts(0, 0, 0, Duration.ZERO, Duration.ZERO);

        public static Counts hit(Duration saved) {
            return new Counts(1, 0, 0, saved, Duration.ZERO);
        }

        public static Counts served() {
            return new Counts(0, 1, 0, Duration.ZERO, Duration.ZERO);
        }

        public static Counts build(Duration built) {
            return new Counts(0, 0, 1, Duration.ZERO, built);
        }

        public Counts and(Counts more) {
            return new Counts(
                    hits + more.hits,
                    waits + more.waits,
                    builds + more.builds,
                    saved.plus(more.saved),
                    built.plus(more.built));
        }

        public long requests() {
            return hits + waits + builds;
        }
    }

    /** What was counted since a moment: when the first was, after the cache was made or a crash has emptied it. */
    public record Counted(Counts counts, Instant since) {}

    private CacheUse() {}

    /** Adds what one process has seen. */
    public static void add(Tx tx, String realm, Counts counts) {
        tx.update(
                ADD,
                realm,
                counts.hits(),
                counts.waits(),
                counts.builds(),
                counts.saved().toMillis(),
                counts.built().toMillis());
    }

    /** By realm; empty where an earlier lockstep has made the tables. */
    public static Map<String, Counted> read(Tx tx) {
        Map<String, Counted> all = new TreeMap<>();
        if (tx.only(IS_COUNTED).flag("counted")) {
            for (Row row : tx.rows(READ)) {
                Counts counts = new Counts(
                        row.integer("hits"),
                        row.integer("waits"),
                        row.integer("builds"),
                        Duration.ofMillis(row.integer("saved_ms")),
                        Duration.ofMillis(row.integer("built_ms")));
                all.put(row.text("realm_url"), new Counted(counts, Instant.ofEpochMilli(row.integer("since"))));
            }
        }
        return all;
    }
}
