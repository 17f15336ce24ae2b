package dev.lockstep.transpile;

import dev.lockstep.db.Row;
import dev.lockstep.db.Tx;
import java.util.Optional;

/** The statements of Boxel's replicas, which know neither floor nor epoch, for one path whose artifact is a number. */
final class UpstreamSql {
    private static final String LOOK = """
            select body, headers, generation
              from module_transpile_cache
             where realm_url = ?
               and canonical_path = ?
            """;

    private static final String STORE = """
            insert into module_transpile_cache
                   (realm_url, canonical_path, body, headers, dependency_keys, generation, created_at)
            values (?, ?, ?, '{}', '[]', ?, ?)
                on conflict (realm_url, canonical_path) do update
               set body = excluded.body, headers = excluded.headers, dependency_keys = excluded.dependency_keys,
                   generation = excluded.generation, created_at = excluded.created_at
             where module_transpile_cache.generation <= excluded.generation
            """;

    private static final String TOMBSTONE_PATH = """
            insert into module_transpile_cache
                   (realm_url, canonical_path, body, headers, dependency_keys, generation, created_at)
            values (?, ?, null, null, null, 1, ?)
                on conflict (realm_url, canonical_path) do update
               set body = null, headers = null, dependency_keys = null,
                   generation = module_transpile_cache.generation + 1, created_at = excluded.created_at
            """;

    private static final String TOMBSTONE_REALM = """
            update module_transpile_cache
               set body = null, headers = null, dependency_keys = null,
                   generation = module_transpile_cache.generation + 1, created_at = ?
             where realm_url = ?
            """;

    private static final String AGE = """
            update module_transpile_cache
               set created_at = 0
             where realm_url = ?
               and body is null
            """;

    /** What a look sees; a version below 0 is a miss. */
    record Seen(int version, long generation) {}

    private final String realm;
    private final String path;

    UpstreamSql(String realm, String path) {
        this.realm = realm;
        this.path = path;
    }

    Seen look(Tx tx) {
        Optional<Row> row = tx.row(LOOK, realm, path);
        if (row.isEmpty()) {
            return new Seen(-1, 0);
        }
        boolean miss = row.get().isNull("body") || row.get().isNull("headers");
        return new Seen(
                miss ? -1 : Integer.parseInt(row.get().text("body")), row.get().integer("generation"));
    }

    int store(Tx tx, long captured, int version) {
        return tx.update(STORE, realm, path, Integer.toString(version), captured, System.currentTimeMillis());
    }

    int tombstonePath(Tx tx) {
        return tx.update(TOMBSTONE_PATH, realm, path, System.currentTimeMillis());
    }

    int tombstoneRealm(Tx tx) {
        return tx.update(TOMBSTONE_REALM, System.currentTimeMillis(), realm);
    }

    /** Makes every tombstone old enough to be pruned. */
    int age(Tx tx) {
        return tx.update(AGE, realm);
    }
}
