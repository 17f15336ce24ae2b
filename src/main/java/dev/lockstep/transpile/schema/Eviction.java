package dev.lockstep.transpile.schema;

import dev.lockstep.db.Db;
import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.Optional;

/**
 * Makes the cache smaller: the artifacts that were stored first go first. Nothing is invalidated by it. A row keeps its
 * generation, so that whoever was refused before is refused still.
 */
public final class Eviction {
    private static final String OVERSIZE = """
            select realm_url, canonical_path, fingerprint, generation, bytes
              from (select a.*, sum(a.bytes) over (order by a.created_at desc nulls last, a.realm_url, a.canonical_path,
                                                            a.fingerprint) as so_far
                      from (select realm_url, canonical_path, cast(null as text) as fingerprint, generation, created_at,
                                   cast(octet_length(body) + coalesce(octet_length(content), 0) as bigint) as bytes
                              from module_transpile_cache
                             where body is not null
                             union all
                            select realm_url, canonical_path, fingerprint, generation, created_at,
                                   cast(octet_length(body) + coalesce(octet_length(content), 0) as bigint)
                              from lockstep_keyed_artifact) a
                     where a.realm_url = coalesce(cast(? as text), a.realm_url)) s
             where so_far > ?
            """;

    private static final String PLAN =
            "select count(*) as evicted, cast(coalesce(sum(bytes), 0) as bigint) as bytes from (" + OVERSIZE + ") o";

    /** What somebody has locked, or changed, stays. */
    private static final String EVICT = """
            with oversize as materialized (%s),
                 keyed as (
                   delete from lockstep_keyed_artifact k
                    using (select k.realm_url, k.canonical_path, k.fingerprint, o.bytes
                             from lockstep_keyed_artifact k
                             join oversize o
                               on o.realm_url = k.realm_url
                              and o.canonical_path = k.canonical_path
                              and o.fingerprint = k.fingerprint
                              and o.generation = k.generation
                              for update of k skip locked) o
                    where k.realm_url = o.realm_url
                      and k.canonical_path = o.canonical_path
                      and k.fingerprint = o.fingerprint
                   returning o.bytes),
                 shared as (
                   update module_transpile_cache m
                      set body = null, headers = null, dependency_keys = null, fingerprint = null, build = null, content = null,
                          stamp = m.generation || ':' || m.created_at || ':none'
                     from (select m.realm_url, m.canonical_path, o.bytes
                             from module_transpile_cache m
                             join oversize o
                               on o.realm_url = m.realm_url
                              and o.canonical_path = m.canonical_path
                              and o.fingerprint is null
                              and o.generation = m.generation
                            where m.body is not null
                              for update of m skip locked) o
                    where m.realm_url = o.realm_url
                      and m.canonical_path = o.canonical_path
                   returning o.bytes)
            select count(*) as evicted, cast(coalesce(sum(bytes), 0) as bigint) as bytes
              from (select bytes from keyed union all select bytes from shared) e
            """.formatted(OVERSIZE);

    /**
     * What became of it.
     *
     * @param artifacts how many are gone
     * @param bytes how many they had
     */
    public record Evicted(long artifacts, long bytes) {}

    private Eviction() {}

    /**
     * Leaves at most so many bytes of artifacts.
     *
     * @param realm empty: of all realms together
     */
    public static Evicted run(Db db, Optional<String> realm, long most) {
        return db.transact(tx -> evicted(tx, EVICT, realm, most));
    }

    /** What {@link #run} would do now. */
    public static Evicted plan(Tx tx, Optional<String> realm, long most) {
        return evicted(tx, PLAN, realm, most);
    }

    private static Evicted evicted(Tx tx, String sql, Optional<String> realm, long most) {
        Row row = tx.only(sql, realm.orElse(null), most);
        return new Evicted(row.integer("evicted"), row.integer("bytes"));
    }
}
