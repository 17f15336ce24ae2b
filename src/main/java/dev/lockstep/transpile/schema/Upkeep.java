package dev.lockstep.transpile.schema;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Floor;
import dev.lockstep.transpile.TranspileCache;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the cache holds, and how it gets rid of tombstones that nobody needs any more. */
public final class Upkeep {
    /** A tombstone may go when it is older than the longest writer; no writer works this long. */
    public static final Duration MAX_WRITER = Duration.ofMinutes(30);

    private static final String STATUS = """
            select realm, max(floor) as floor,
                   count(m.generation) filter (where m.live) as live,
                   count(m.generation) filter (where not m.live and m.body_bytes is not null) as below_floor,
                   count(m.generation) filter (where m.body_bytes is null) as tombstones,
                   cast(coalesce(sum(m.body_bytes + m.content_bytes), 0) as bigint) as bytes,
                   coalesce(max(m.generation), 0) as max_generation
              from (select realm_url as realm from module_transpile_cache
                     union
                    select realm_url from lockstep_realm_floor) r
              left join lateral (select coalesce(max(f.floor), 0) as floor
                                   from lockstep_realm_floor f
                                  where f.realm_url = r.realm) f on true
              left join lateral (select c.generation, octet_length(c.body) as body_bytes,
                                        coalesce(octet_length(c.content), 0) as content_bytes,
                                        c.body is not null and c.generation >= f.floor as live
                                   from module_transpile_cache c
                                  where c.realm_url = r.realm) m on true
             where cast(? as text) is null
                or realm = ?
             group by realm
             order by realm
            """;

    private static final String REALMS = """
            select realm_url as realm from module_transpile_cache
             union
            select realm_url from lockstep_realm_floor
             order by 1
            """;

    private static final String IS_KNOWN = """
            select exists (select 1 from lockstep_realm_floor where realm_url = ?)
                or exists (select 1 from module_transpile_cache where realm_url = ?) as known
            """;

    private static final String OLD_TOMBSTONES = """
            select count(*) as tombstones, coalesce(max(generation), 0) as highest
              from module_transpile_cache
             where realm_url = ?
               and body is null
               and generation >= ?
               and coalesce(created_at, 0) < extract(epoch from clock_timestamp()) * 1000 - ?
            """;

    private static final String RAISE_FLOOR = "update lockstep_realm_floor set floor = ? where realm_url = ?";

    /** What is valid stays valid above the new floor; what somebody has locked does not, which costs a build. */
    private static final String CARRY_LIVE = """
            update module_transpile_cache m
               set generation = r.floor,
                   stamp = case when m.stamp = %s
                                then r.floor || ':' || m.created_at || ':' || octet_length(m.body) end
              from (select realm_url, canonical_path, cast(? as bigint) as floor
                      from module_transpile_cache
                     where realm_url = ?
                       and body is not null
                       and generation >= ?
                       and generation < ?
                       for update skip locked) r
             where m.realm_url = r.realm_url
               and m.canonical_path = r.canonical_path
            """.formatted(TranspileCache.STAMP.formatted("m"));

    /** Waits for nobody: who updates many rows, in an order of his own, would deadlock with it. */
    private static final String DELETE_BELOW_FLOOR = """
            delete from module_transpile_cache m
             using (select realm_url, canonical_path
                      from module_transpile_cache
                     where realm_url = ?
                       and generation < ?
                       for update skip locked) r
             where m.realm_url = r.realm_url
               and m.canonical_path = r.canonical_path
            """;

    private static final String COUNT_BELOW = """
            select count(*) as below
              from module_transpile_cache
             where realm_url = ?
               and (generation < ? or (body is null and generation < ?))
            """;

    /**
     * One realm's share of the cache.
     *
     * @param belowFloor artifacts that a bulk tombstone has invalidated and nobody has pruned
     * @param bytes of all artifacts, those below the floor included
     */
    public record RealmStatus(
            String realm, long live, long tombstones, long belowFloor, long bytes, long floor, long maxGeneration) {}

    /**
     * What pruning did.
     *
     * @param pruned how many rows are gone
     */
    public record Pruned(String realm, long pruned, long floor) {}

    private Upkeep() {}

    /** Every realm, or the one that is named. */
    public static List<RealmStatus> status(Tx tx, Optional<String> realm) {
        String only = realm.orElse(null);
        List<RealmStatus> all = new ArrayList<>();
        for (Row row : tx.rows(STATUS, only, only)) {
            all.add(new RealmStatus(
                    row.text("realm"),
                    row.integer("live"),
                    row.integer("tombstones"),
                    row.integer("below_floor"),
                    row.integer("bytes"),
                    row.integer("floor"),
                    row.integer("max_generation")));
        }
        return all;
    }

    /** Another realm in the cache, that was probably meant. */
    public static Optional<String> nearMiss(Tx tx, String realm) {
        List<String> others = realms(tx);
        others.remove(realm);
        return DidYouMean.to(realm, others);
    }

    /** Whether the cache has ever heard of a realm; at a cost that does not depend on the number of rows. */
    public static boolean isKnown(Tx tx, String realm) {
        return tx.only(IS_KNOWN, realm, realm).flag("known");
    }

    public static List<String> realms(Tx tx) {
        List<String> realms = new ArrayList<>();
        tx.each(REALMS, row -> realms.add(row.text("realm")));
        return realms;
    }

    /**
     * Deletes a realm's tombstones that are older than any writer may be, and whatever lies below its floor. The floor is
     * raised above the tombstones in the same transaction, so that even a writer that is older loses.
     *
     * @throws LockstepException refused: the age is less than {@link #MAX_WRITER}
     */
    public static Pruned prune(Db db, String realm, Duration olderThan) {
        checkAge(olderThan);
        return db.transact(tx -> {
            long floor = Floor.lock(tx, realm);
            long raised = raised(tx, realm, floor, olderThan);
            if (raised > floor) {
                tx.update(RAISE_FLOOR, raised, realm);
                tx.update(CARRY_LIVE, raised, realm, floor, raised);
            }
            return new Pruned(realm, tx.update(DELETE_BELOW_FLOOR, realm, raised), raised);
        });
    }

    /** What {@link #prune} would do now. */
    public static Pruned plan(Tx tx, String realm, Duration olderThan) {
        checkAge(olderThan);
        long floor = status(tx, Optional.of(realm)).stream()
                .mapToLong(RealmStatus::floor)
                .findFirst()
                .orElse(0);
        long raised = raised(tx, realm, floor, olderThan);
        long pruned = tx.only(COUNT_BELOW, realm, floor, raised).integer("below");
        return new Pruned(realm, pruned, raised);
    }

    private static long raised(Tx tx, String realm, long floor, Duration olderThan) {
        Row old = tx.only(OLD_TOMBSTONES, realm, floor, olderThan.toMillis());
        return old.integer("tombstones") == 0 ? floor : old.integer("highest") + 1;
    }

    /**
     * Refuses to prune tombstones that may still be needed.
     *
     * @throws LockstepException refused: the age is less than {@link #MAX_WRITER}
     */
    public static void checkAge(Duration olderThan) {
        if (olderThan.compareTo(MAX_WRITER) < 0) {
            throw LockstepException.refused(
                    "tombstones younger than " + MAX_WRITER.toMinutes()
                            + " minutes keep out writers that may still work",
                    "--older-than " + MAX_WRITER.toMinutes() + "m, or more");
        }
    }
}
