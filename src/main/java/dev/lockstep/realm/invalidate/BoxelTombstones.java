package dev.lockstep.realm.invalidate;

import dev.lockstep.db.Tx;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import java.util.List;
import java.util.TreeSet;

/**
 * Tombstones as Boxel itself makes them, for a transpile cache that lockstep was never installed in: they protect what has
 * a row, as well as Boxel's own do, and no more.
 */
final class BoxelTombstones {
    private static final String TOMBSTONE_PATHS = """
            insert into module_transpile_cache as m (realm_url, canonical_path, generation, created_at)
            select ?, path, 1, cast(extract(epoch from clock_timestamp()) * 1000 as bigint)
              from unnest(cast(? as text[])) as path
             order by path
                on conflict (realm_url, canonical_path) do update
               set body = null, headers = null, dependency_keys = null,
                   generation = m.generation + 1, created_at = excluded.created_at
            """;

    private static final String TOMBSTONE_REALM = """
            update module_transpile_cache
               set body = null, headers = null, dependency_keys = null, generation = generation + 1,
                   created_at = cast(extract(epoch from clock_timestamp()) * 1000 as bigint)
             where realm_url = ?
            """;

    private BoxelTombstones() {}

    static long realm(Tx tx, RealmUrl realm) {
        return tx.update(TOMBSTONE_REALM, realm.value());
    }

    static long paths(Tx tx, RealmUrl realm, List<RealmPath> paths) {
        TreeSet<String> canonical = new TreeSet<>();
        for (RealmPath path : paths) {
            canonical.addAll(path.artifacts());
        }
        return tx.update(TOMBSTONE_PATHS, realm.value(), canonical.toArray(String[]::new));
    }
}
