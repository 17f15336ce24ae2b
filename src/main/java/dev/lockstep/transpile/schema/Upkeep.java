package dev.lockstep.transpile.schema;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import dev.lockstep.support.DidYouMean;
import dev.lockstep.support.LockstepException;
import dev.lockstep.transpile.Floor;
import dev.lockstep.transpile.KeyedArtifacts;
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
                                  where c.realm_url = r.realm
                                    and (c.body is not null
                                         or not exists (select 1
                                                          from lockstep_keyed_artifact k
                                                         where k.realm_url = c.realm_url
                                                           and k.canonical_path = c.canonical_path
                                                           and k.generation = c.generation))
                                  union all
                                 select k.generation, octet_length(k.body), coalesce(octet_length(k.content), 0),
                                        coalesce(k.generation >= f.floor and %s, false)
                                   from lockstep_keyed_artifact k
                                   left join module_transpile_cache m
                                     on m.realm_url = k.realm_url
                                    and m.canonical_path = k.canonical_path
                                  where k.realm_url = r.realm) m on true
             where cast(? as text) is null
                or realm = ?
             group by realm
             order by realm
            """.formatted(KeyedArtifacts.VALID);

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

    /** Whether an artifact of some key counts on the row. */
    private static final String BESIDE = """
            exists (select 1
                      from lockstep_keyed_artifact b
                     where b.realm_url = %1$s.realm_url
                       and b.canonical_path = %1$s.canonical_path
                       and b.generation = %1$s.generation)""";

    private static final String LEFT_BEHIND = """
            not exists (select 1
                          from module_transpile_cache m
                         where m.realm_url = k.realm_url
                           and m.canonical_path = k.canonical_path
                           and m.generation = k.generation)""";

    private static final String OLD_TOMBSTONES = """
            select count(*) as tombstones, coalesce(max(generation), 0) as highest
              from module_transpile_cache m
             where realm_url = ?
               and body is null
               and coalesce(created_at, 0) < extract(epoch from clock_timestamp()) * 1000 - ?
               and not %s
            """.formatted(BESIDE.formatted("m"));

    private static final String RAISE_FLOOR = "update lockstep_realm_floor set floor = ? where realm_url = ?";

    /**
     * Whether an artifact has recorded the generations of what it depends on. Pruning forgets those, and the artifact with
     * them.
     */
    private static final String RECORDS_GENERATIONS = "coalesce(jsonb_exists(%s.build, 'seen'), false)";

    /** What is valid stays valid above the new floor; what somebody has locked does not, which costs a build. */
    private static final String CARRY_LIVE = """
            with carried as materialized (
                   select m.realm_url, m.canonical_path, m.generation, cast(? as bigint) as floor
                     from module_transpile_cache m
                    where m.realm_url = ?
                      and ((m.body is not null and not %3$s) or %2$s)
                      and m.generation >= ?
                      and m.generation < ?
                      for update skip locked),
                 beside as materialized (
                   select k.realm_url, k.canonical_path, k.fingerprint, r.floor
                     from lockstep_keyed_artifact k
                     join carried r
                       on r.realm_url = k.realm_url
                      and r.canonical_path = k.canonical_path
                      and r.generation = k.generation
                    where not %4$s
                      for update of k skip locked),
                 keyed as (
                   update lockstep_keyed_artifact k
                      set generation = b.floor
                     from beside b
                    where k.realm_url = b.realm_url
                      and k.canonical_path = b.canonical_path
                      and k.fingerprint = b.fingerprint)
            update module_transpile_cache m
               set generation = r.floor,
                   stamp = case when m.stamp = %1$s
                                then r.floor || ':' || m.created_at || ':' || octet_length(m.body) end
              from carried r
             where m.realm_url = r.realm_url
               and m.canonical_path = r.canonical_path
            """.formatted(
                    TranspileCache.STAMP.formatted("m"),
                    BESIDE.formatted("m"),
                    RECORDS_GENERATIONS.formatted("m"),
                    RECORDS_GENERATIONS.formatted("k"));

    /**
     * Waits for nobody: who updates many rows, in an order of his own, would deadlock with it. A tombstone is kept as long as
     * the floor: what depends on its path is told by it.
     */
    private static final String DELETE_BELOW_FLOOR = """
            delete from module_transpile_cache m
             using (select realm_url, canonical_path
                      from module_transpile_cache
                     where realm_url = ?
                       and generation < ?
                       and (body is not null or ?)
                       for update skip locked) r
             where m.realm_url = r.realm_url
               and m.canonical_path = r.canonical_path
            """;

    /** Artifacts of a key whose row has moved past them, or is gone. */
    private static final String DELETE_LEFT_BEHIND = """
            delete from lockstep_keyed_artifact k
             using (select realm_url, canonical_path, fingerprint
                      from lockstep_keyed_artifact k
                     where realm_url = ?
                       and (%s)
                       for update skip locked) r
             where k.realm_url = r.realm_url
               and k.canonical_path = r.canonical_path
               and k.fingerprint = r.fingerprint
            """.formatted(LEFT_BEHIND);

    private static final String COUNT_BELOW = """
            select (select count(*)
                      from module_transpile_cache m
                     where realm_url = r.realm_url
                       and ((body is not null and generation < r.floor)
                            or ((body is null or %2$s) and generation < r.raised and r.raised > r.floor
                                and not %1$s)))
                 + (select count(*)
                      from lockstep_keyed_artifact k
                     where realm_url = r.realm_url
                       and (generation < r.floor or (%4$s and generation < r.raised) or %3$s)) as below
              from (select cast(? as bigint) as raised, cast(? as text) as realm_url, cast(? as bigint) as floor) r
            """.formatted(
            BESIDE.formatted("m"), RECORDS_GENERATIONS.formatted("m"), LEFT_BEHIND, RECORDS_GENERATIONS.formatted("k"));

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
            long rows = tx.update(DELETE_BELOW_FLOOR, realm, raised, raised > floor);
            return new Pruned(realm, rows + tx.update(DELETE_LEFT_BEHIND, realm), raised);
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
        long pruned = tx.only(COUNT_BELOW, raised, realm, floor).integer("below");
        return new Pruned(realm, pruned, raised);
    }

    private static long raised(Tx tx, String realm, long floor, Duration olderThan) {
        Row old = tx.only(OLD_TOMBSTONES, realm, olderThan.toMillis());
        return old.integer("tombstones") == 0 ? floor : Math.max(floor, old.integer("highest")) + 1;
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
                            null)
                    .advising(TranspileRemedy.PRUNE_OLDER_TOMBSTONES.of(MAX_WRITER.toMinutes()));
        }
    }
}
