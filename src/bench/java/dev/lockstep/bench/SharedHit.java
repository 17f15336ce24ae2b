package dev.lockstep.bench;

import dev.lockstep.db.Db;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.ArtifactKey;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.TranspileCache;
import dev.lockstep.transpile.TranspileCache.Hit;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A hit in the shared layer, against pgbench with the very same statement and values on one connection. */
final class SharedHit extends CacheBench {
    private static final int ROUNDS = 5;
    private static final int SECONDS = 2;
    /** At least 0.8 of the rate. */
    private static final double BUDGET = 1 / 0.8;

    private static final int BODY = 8 << 10;
    private static final Duration WARM_UP = Duration.ofSeconds(8);

    /** What the driver has prepared on this connection; the longest is the look. */
    private static final String PREPARED =
            "select statement from pg_prepared_statements order by length(statement) desc limit 1";

    @Override
    List<Outcome> run(TestDatabase database, Db db) throws IOException, InterruptedException {
        ArtifactKey key = ArtifactKey.of(REALM, "cards/person.gts", Optional.of("babel 8"));
        Artifact module = Artifact.of(Content.of("let x = 1;".repeat(BODY / 10)));
        db.run(tx -> TranspileCache.store(tx, TranspileCache.look(tx, key).captured(), module));
        looks(db, key, WARM_UP);
        String statement = db.autocommit(tx -> tx.only(PREPARED).text("statement"));
        Map<String, String> variables = new LinkedHashMap<>();
        variables.put("realm", REALM);
        variables.put("print", "babel 8");
        variables.put("path", key.path());
        String script =
                statement.replace("$1", ":realm").replace("$2", ":print").replace("$3", ":path");
        Contender pgbench = new PgBench(database, script, variables, SECONDS);
        return List.of(new Race("shared hit, 8 kB", "us", ROUNDS, BUDGET).between(pgbench, new Looks(db, key)));
    }

    private record Looks(Db db, ArtifactKey key) implements Contender {
        @Override
        public String name() {
            return "TranspileCache.look";
        }

        @Override
        public double sample() {
            return looks(db, key, Duration.ofSeconds(SECONDS));
        }
    }

    /** Microseconds for each. */
    private static double looks(Db db, ArtifactKey key, Duration time) {
        long start = System.nanoTime();
        long end = start + time.toNanos();
        long looks = 0;
        while (System.nanoTime() < end) {
            if (!(db.autocommit(tx -> TranspileCache.look(tx, key)) instanceof Hit)) {
                throw new IllegalStateException("a miss is no hit");
            }
            looks++;
        }
        return (System.nanoTime() - start) / 1e3 / looks;
    }
}
