package dev.lockstep.bench;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.Row;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.transpile.schema.CacheSchema;
import java.io.IOException;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * What Boxel's own writers pay for lockstep: how many of their updates are HOT, and how many of their statements
 * end in a deadlock, on the table as Boxel leaves it, prepared, and behind the guard.
 */
final class BoxelWrites implements Benchmark {
    private static final String REALM = "http://localhost:4201/luke/my-realm/";
    private static final int PATHS = 200;
    private static final int WRITERS = 6;
    private static final int STATEMENTS = 1_500;
    /** One statement in so many is a wildcard, which goes through all rows. */
    private static final int WILDCARD = 25;

    private static final int ROUNDS = 3;
    private static final double NO_WORSE = 1.1;

    private static final String STORE = """
            insert into module_transpile_cache as c
                   (realm_url, canonical_path, body, headers, dependency_keys, generation, created_at)
            select ?, p.path, repeat('x', 300), '{}', '[]',
                   coalesce((select generation
                               from module_transpile_cache
                              where realm_url = ?
                                and canonical_path = p.path), 0), 1
              from (select cast(? as text) as path) p
                on conflict (realm_url, canonical_path) do update
               set body = excluded.body, headers = excluded.headers, dependency_keys = excluded.dependency_keys,
                   generation = excluded.generation, created_at = excluded.created_at
             where c.generation <= excluded.generation
            """;

    private static final String TOMBSTONE = """
            insert into module_transpile_cache as c (realm_url, canonical_path, generation, created_at)
            values (?, ?, 1, 1)
                on conflict (realm_url, canonical_path) do update
               set body = null, headers = null, dependency_keys = null, generation = c.generation + 1, created_at = 1
            """;

    private static final String WILDCARDS = """
            update module_transpile_cache
               set body = null, headers = null, dependency_keys = null, generation = generation + 1, created_at = 1
             where realm_url = ?
            """;

    /** What a backend has counted is seen when it has ended, or a second later. */
    private static final String FLUSH = "select pg_stat_force_next_flush()";

    private static final String COUNTS = """
            select n_tup_upd as updated, n_tup_hot_upd as hot
              from pg_stat_all_tables
             where relid = cast('module_transpile_cache' as regclass)
            """;

    /** What is measured: how many updates there are for each that is HOT; or deadlocks, and one, so that none is not zero. */
    private enum Figure {
        UPDATES_PER_HOT,
        DEADLOCKS
    }

    @Override
    public List<Outcome> run() throws IOException, InterruptedException {
        try (TestPostgres server = TestPostgres.start()) {
            List<Outcome> outcomes = new ArrayList<>();
            for (Figure figure : Figure.values()) {
                Contender untouched = new Fleet("Boxel's own table", server, figure, db -> {});
                Contender prepared = new Fleet("prepared", server, figure, db -> db.run(CacheSchema::install));
                Contender guarded = new Fleet("behind the guard", server, figure, db -> {
                    db.run(CacheSchema::install);
                    db.run(CacheSchema::guard);
                });
                String subject = figure == Figure.UPDATES_PER_HOT ? "updates per HOT update" : "deadlocks, plus 1";
                outcomes.add(new Race(subject, "", ROUNDS, NO_WORSE).between(untouched, prepared));
                outcomes.add(new Race(subject, "", ROUNDS, NO_WORSE).between(untouched, guarded));
            }
            return outcomes;
        }
    }

    private record Fleet(String name, TestPostgres server, Figure figure, Consumer<Db> preparation)
            implements Contender {
        @Override
        public double sample() throws IOException, InterruptedException {
            try (TestDatabase database = server.createDatabase()) {
                database.execute(BoxelTables.TRANSPILE_CACHE);
                try (Db db = open(database)) {
                    preparation.accept(db);
                }
                long deadlocks = write(database);
                if (figure == Figure.DEADLOCKS) {
                    return deadlocks + 1;
                }
                try (Db db = open(database)) {
                    Row counts = db.autocommit(tx -> tx.only(COUNTS));
                    return (double) counts.integer("updated") / Math.max(1, counts.integer("hot"));
                }
            } catch (SQLException e) {
                throw new IOException(e);
            }
        }

        private static long write(TestDatabase database) throws InterruptedException {
            long[] deadlocks = new long[WRITERS];
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < WRITERS; i++) {
                int own = i;
                Thread writer = new Thread(() -> deadlocks[own] = write(database, new Random(own)));
                writer.start();
                writers.add(writer);
            }
            long all = 0;
            for (int i = 0; i < WRITERS; i++) {
                writers.get(i).join();
                all += deadlocks[i];
            }
            return all;
        }

        private static long write(TestDatabase database, Random random) {
            long deadlocks = 0;
            try (Db db = open(database)) {
                for (int n = 0; n < STATEMENTS; n++) {
                    String path = REALM + "cards/module-" + random.nextInt(PATHS) + ".gts";
                    int turn = random.nextInt(WILDCARD);
                    try {
                        db.autocommit(tx -> turn == 0
                                ? tx.update(WILDCARDS, REALM)
                                : turn % 2 == 0
                                        ? tx.update(TOMBSTONE, REALM, path)
                                        : tx.update(STORE, REALM, REALM, path));
                    } catch (DbException e) {
                        if (!"40P01".equals(e.sqlState())) {
                            throw e;
                        }
                        deadlocks++;
                    }
                }
                db.autocommit(tx -> tx.rows(FLUSH));
            }
            return deadlocks;
        }

        private static Db open(TestDatabase database) {
            Environment environment = new Environment(database.environment());
            PgTarget target = PgTarget.resolve(null, TargetSources.of(environment));
            return new Databases(environment).postgres(target, Session.of("benchmark", Session.Use.WRITE));
        }
    }
}
