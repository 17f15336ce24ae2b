package dev.lockstep.bench;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.transpile.schema.CacheSchema;
import java.io.IOException;
import java.util.List;

/** A transpile cache on a server of its own. */
abstract class CacheBench implements Benchmark {
    static final String REALM = "http://localhost:4201/luke/my-realm/";

    @Override
    public final List<Outcome> run() throws IOException, InterruptedException {
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase();
                Db db = open(database)) {
            db.run(CacheSchema::install);
            return run(database, db);
        }
    }

    abstract List<Outcome> run(TestDatabase database, Db db) throws IOException, InterruptedException;

    private static Db open(TestDatabase database) {
        Environment environment = new Environment(database.environment());
        PgTarget target = PgTarget.resolve(null, TargetSources.of(environment));
        return new Databases(environment).postgres(target, Session.of("benchmark", Session.Use.WRITE));
    }
}
