package dev.lockstep.transpile;

import dev.lockstep.db.Tx;
import java.util.Map;

/** Artifacts without a fingerprint, in the row of their path, where replicas find them. */
final class SharedArtifacts {
    /** As {@link TranspileCache} looks for them. */
    static final String LOOK = """
            select e.epoch, f.floor, txid_snapshot_xmin(txid_current_snapshot()) as as_of, m.generation, m.live, m.hit, m.version, m.same_key,
                   case when m.hit then m.body end as body,
                   case when m.hit then m.headers end as headers,
                   case when m.hit then m.dependency_keys end as dependency_keys,
                   case when m.hit and m.ours then m.build end as build,
                   case when m.hit and m.ours then octet_length(m.content) end as content_bytes
              from (select cast(? as text) as realm_url) r
              left join lockstep_realm_floor f on f.realm_url = r.realm_url
              left join lockstep_epoch e on true
              left join lateral (
                   select c.*, s.ours, cast(c.xmin as text) as version,
                          c.body is not null and k.same_key as same_key,
                          c.body is not null
                          or exists (select 1
                                       from lockstep_keyed_artifact a
                                      where a.realm_url = c.realm_url
                                        and a.canonical_path = c.canonical_path
                                        and a.generation = c.generation) as live,
                          c.body is not null
                          and c.generation >= coalesce(f.floor, 0)
                          and k.same_key
                          and (i.inputs is null
                               or coalesce(s.ours and c.build ->> 'inputs' = i.inputs, false)) as hit
                     from module_transpile_cache c
                    cross join (select cast(? as text) as inputs) i
                    cross join lateral (select coalesce(c.stamp = %s, false) as ours) s
                    cross join lateral (select (case when s.ours then c.fingerprint end)
                                               is not distinct from cast(? as text) as same_key) k
                    where c.realm_url = r.realm_url
                      and c.canonical_path = ?) m on true
            """.formatted(TranspileCache.STAMP.formatted("c"));

    /**
     * A row that has moved past the generation stays as it is; no row comes back, and that is no error. A floor that has
     * moved past it makes the row invisible wherever it lands; the answer says so as far as this statement sees.
     */
    private static final String STORE_UNLESS_INVALIDATED = """
            insert into module_transpile_cache as m
                   (realm_url, canonical_path, body, headers, dependency_keys, generation, created_at,
                    fingerprint, build, content, stamp)
            select ?, ?, v.body, cast(? as jsonb), cast(? as jsonb), v.generation, v.created_at,
                   null, cast(? as jsonb), cast(? as bytea), %s
              from lockstep_epoch e
             cross join (select cast(? as text) as body, cast(? as bigint) as generation,
                                cast(extract(epoch from clock_timestamp()) * 1000 as bigint) as created_at) v
             where e.epoch = coalesce(cast(? as uuid), e.epoch)
                on conflict (realm_url, canonical_path) do update
               set body = excluded.body, headers = excluded.headers, dependency_keys = excluded.dependency_keys,
                   generation = excluded.generation, created_at = excluded.created_at,
                   fingerprint = excluded.fingerprint, build = excluded.build, content = excluded.content,
                   stamp = excluded.stamp
             where m.generation <= excluded.generation
            returning m.body is not null
                      and m.generation >= coalesce((select floor
                                                      from lockstep_realm_floor
                                                     where realm_url = m.realm_url), 0) as stored
            """.formatted(TranspileCache.STAMP.formatted("v"));

    private SharedArtifacts() {}

    /**
     * Stores an artifact, and says so, unless the cache has moved past what was captured.
     *
     * @param seen what is recorded of its dependencies
     */
    static boolean store(Tx tx, Captured captured, Artifact artifact, StoredContent stored, Map<String, Object> seen) {
        return tx.row(
                        STORE_UNLESS_INVALIDATED,
                        captured.key().realm(),
                        captured.key().path(),
                        artifact.headers(),
                        artifact.dependencyKeys(),
                        artifact.build().json(null, stored.described(seen)),
                        stored.parameter(),
                        stored.body(),
                        captured.cap(),
                        captured.epoch().orElse(null))
                .map(row -> row.flag("stored"))
                .orElse(false);
    }
}
