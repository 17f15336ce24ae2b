package dev.lockstep.bench;

import dev.lockstep.db.Db;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.Tombstones;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** Invalidating a whole realm: what it costs beside upstream's statement, which writes every row. */
final class Wipe extends CacheBench {
    private static final int FEW = 10_000;
    private static final int MANY = 1_000_000;
    private static final int ROUNDS = 5;
    private static final int SLOW_ROUNDS = 2;
    private static final double NO_SLOWER = 1;

    private static final String FILL = """
            insert into module_transpile_cache (realm_url, canonical_path, body, generation, created_at)
            select ?, ? || 'cards/module-' || n || '.gts', 'export let x = ' || n, 0, 0
              from generate_series(1, cast(? as bigint)) as n
            """;

    private static final String UPSTREAM = """
            update module_transpile_cache
               set body = null, headers = null, dependency_keys = null,
                   generation = module_transpile_cache.generation + 1, created_at = 1
             where realm_url = ?
            """;

    @Override
    List<Outcome> run(TestDatabase database, Db db) throws IOException, InterruptedException {
        String few = REALM + "few/";
        String many = REALM + "many/";
        fill(db, few, FEW);
        fill(db, many, MANY);
        db.autocommit(tx -> tx.rows("analyze module_transpile_cache"));
        Contender ourFew = wipe("floor, 10,000 rows", db, few);
        Contender ourMany = wipe("floor, 1,000,000 rows", db, many);
        Outcome fewRows =
                new Race("tombstone --all, 10,000 rows", "ms", ROUNDS, NO_SLOWER).between(upstream(db, few), ourFew);
        Outcome manyRows = new Race("tombstone --all, 1,000,000 rows", "ms", SLOW_ROUNDS, NO_SLOWER)
                .between(upstream(db, many), ourMany);
        return List.of(fewRows, manyRows);
    }

    private static void fill(Db db, String realm, int rows) {
        db.run(tx -> tx.update(FILL, realm, realm, rows));
    }

    private static Contender wipe(String name, Db db, String realm) {
        return new Timed(name, db, work -> work.run(tx -> Tombstones.realm(tx, realm)));
    }

    private static Contender upstream(Db db, String realm) {
        return new Timed("upstream's update", db, work -> work.run(tx -> tx.update(UPSTREAM, realm)));
    }

    private record Timed(String name, Db db, Consumer<Db> work) implements Contender {
        @Override
        public double sample() {
            long start = System.nanoTime();
            work.accept(db);
            return (System.nanoTime() - start) / 1e6;
        }
    }
}
