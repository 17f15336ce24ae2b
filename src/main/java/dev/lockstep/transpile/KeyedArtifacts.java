package dev.lockstep.transpile;

import dev.lockstep.db.Tx;
import java.util.Map;

/**
 * Artifacts that have a fingerprint, beside the row of their path, so that no compiler evicts another's. Whatever
 * invalidates that row, or raises the realm's floor, invalidates them with it; nothing else need know of them.
 */
public final class KeyedArtifacts {
    /**
     * Whether artifact {@code k} is valid beside row {@code m}, where it is not below the floor. A replica that has
     * overwritten the row has made the path anew, as far as anybody can tell.
     */
    public static final String VALID = """
            (k.generation = m.generation
             and (m.body is null
                  or m.stamp = %s
                  or coalesce(m.created_at, -1) = k.beside))""".formatted(TranspileCache.STAMP.formatted("m"));

    /** As {@link TranspileCache} looks for those without a fingerprint; with the same columns. */
    static final String LOOK = """
            select e.epoch, f.floor, txid_snapshot_xmin(txid_current_snapshot()) as as_of, m.generation, k.version, k.valid as same_key,
                   m.body is not null
                   or exists (select 1
                                from lockstep_keyed_artifact k
                               where k.realm_url = r.realm_url
                                 and k.canonical_path = r.canonical_path
                                 and %1$s) as live,
                   coalesce(k.hit, false) as hit,
                   case when k.hit then k.body end as body,
                   cast(null as text) as headers,
                   case when k.hit then k.dependency_keys end as dependency_keys,
                   case when k.hit then k.build end as build,
                   case when k.hit then octet_length(k.content) end as content_bytes
              from (select cast(? as text) as realm_url, cast(? as text) as inputs,
                           cast(? as text) as fingerprint, cast(? as text) as canonical_path) r
              left join lockstep_realm_floor f on f.realm_url = r.realm_url
              left join lockstep_epoch e on true
              left join module_transpile_cache m
                on m.realm_url = r.realm_url
               and m.canonical_path = r.canonical_path
              left join lateral (
                   select k.*, cast(k.xmin as text) as version, v.valid,
                          v.valid
                          and k.generation >= coalesce(f.floor, 0)
                          and (r.inputs is null or coalesce(k.build ->> 'inputs' = r.inputs, false)) as hit
                     from lockstep_keyed_artifact k
                    cross join lateral (select coalesce(%1$s, false) as valid) v
                    where k.realm_url = r.realm_url
                      and k.canonical_path = r.canonical_path
                      and k.fingerprint = r.fingerprint) k on true
            """.formatted(VALID);

    /**
     * The row beside it must be there and have the artifact's generation, for every tombstone counts on from the row's. One
     * that is missing, or below the floor, becomes a tombstone of that generation; one that has moved past it refuses the
     * artifact. A generation that nobody has captured is taken for the row's, or tombstones would have to catch up with it.
     */
    private static final String STORE = """
            with offered as materialized (
                   select v.*, coalesce(f.floor, 0) as floor, m.generation as row_generation,
                          case when m.body is not null then coalesce(m.created_at, -1) end as beside,
                          case when m.generation >= coalesce(f.floor, 0) then least(v.cap, m.generation)
                               else v.cap end as generation
                     from (select cast(? as text) as realm_url, cast(? as text) as canonical_path,
                                  cast(? as bigint) as cap,
                                  cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as created_at
                             from lockstep_epoch e
                            where e.epoch = coalesce(cast(? as uuid), e.epoch)) v
                     left join lockstep_realm_floor f on f.realm_url = v.realm_url
                     left join module_transpile_cache m
                       on m.realm_url = v.realm_url
                      and m.canonical_path = v.canonical_path),
                 placed as (
                   insert into module_transpile_cache as m (realm_url, canonical_path, generation, created_at, stamp)
                   select realm_url, canonical_path, generation, created_at, %s
                     from offered o
                    where generation >= floor
                      and (row_generation is null or row_generation < generation)
                       on conflict (realm_url, canonical_path) do update
                      set body = null, headers = null, dependency_keys = null, fingerprint = null, build = null,
                          content = null, stamp = excluded.stamp,
                          generation = excluded.generation, created_at = excluded.created_at
                    where m.generation < excluded.generation
                   returning m.generation)
            insert into lockstep_keyed_artifact as k
                   (realm_url, canonical_path, fingerprint, body, content, dependency_keys, build,
                    generation, beside, created_at)
            select o.realm_url, o.canonical_path, ?, ?, cast(? as bytea), cast(? as jsonb), cast(? as jsonb),
                   o.generation, case when p.generation is null then o.beside end, o.created_at
              from offered o
              left join placed p on true
             where o.generation >= o.floor
               and coalesce(p.generation, o.row_generation) = o.generation
                on conflict (realm_url, canonical_path, fingerprint) do update
               set body = excluded.body, content = excluded.content, dependency_keys = excluded.dependency_keys,
                   build = excluded.build, generation = excluded.generation, beside = excluded.beside,
                   created_at = excluded.created_at
             where k.generation <= excluded.generation
            returning k.generation
            """.formatted(TranspileCache.PLACED.formatted("o"));

    private KeyedArtifacts() {}

    /**
     * Stores an artifact, and says so, unless the path or the realm has been invalidated since it was captured.
     *
     * @param seen what is recorded of its dependencies
     */
    static boolean store(Tx tx, Captured captured, Artifact artifact, StoredContent stored, Map<String, Object> seen) {
        boolean isStored = attempt(tx, captured, artifact, stored, seen);
        if (!isStored) {
            // A row that another key's builder has placed meanwhile is seen by the next statement.
            isStored = attempt(tx, captured, artifact, stored, seen);
        }
        return isStored;
    }

    private static boolean attempt(
            Tx tx, Captured captured, Artifact artifact, StoredContent stored, Map<String, Object> seen) {
        ArtifactKey key = captured.key();
        return tx.row(
                        STORE,
                        key.realm(),
                        key.path(),
                        captured.cap(),
                        captured.epoch().orElse(null),
                        fingerprint(key),
                        stored.body(),
                        stored.parameter(),
                        artifact.dependencyKeys(),
                        artifact.build().json(artifact.headers(), stored.described(seen)))
                .isPresent();
    }

    private static String fingerprint(ArtifactKey key) {
        return key.fingerprint().orElseThrow();
    }
}
