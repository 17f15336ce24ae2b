package dev.lockstep.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.Interleaving.Actor;
import dev.lockstep.transpile.Interleaving.Turn;
import dev.lockstep.transpile.TranspileCache.Hit;
import dev.lockstep.transpile.TranspileCache.Lookup;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.schema.Upkeep;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * The real SQL on real connections, interleaved at random: replicas that look, read the source and store, editors that
 * change the source and invalidate a path or the realm, and pruning. A round has a realm of its own, and a source that is
 * a number.
 */
@ExtendWith(PostgresExtension.class)
class InterleavedSqlTest {
    private static final int ROUNDS = Counts.of(800, 100_000);
    /** At most: the first that is stale ends it. */
    private static final int UPSTREAM_ROUNDS = 100_000;

    private static final int LANES = 4;
    private static final Duration AGE = Duration.ofHours(1);

    /** Who takes part. */
    private enum Fleet {
        OWN,
        /** With the guard, and replicas beside ours that use upstream's SQL. */
        MIXED,
        UPSTREAM
    }

    @Test
    void ourOwnReplicasAreNeverStale(TestDatabase database) throws Exception {
        assertThat(stale(database, Fleet.OWN, ROUNDS)).isZero();
    }

    @Test
    void upstreamsReplicasBesideOursAreNeverStaleBehindTheGuard(TestDatabase database) throws Exception {
        assertThat(stale(database, Fleet.MIXED, ROUNDS)).isZero();
    }

    /** Or the two tests above would test nothing. */
    @Test
    void upstreamAloneIsStaleNowAndThen(TestDatabase database) throws Exception {
        assertThat(stale(database, Fleet.UPSTREAM, UPSTREAM_ROUNDS)).isPositive();
    }

    private static int stale(TestDatabase database, Fleet fleet, int rounds) throws Exception {
        AtomicInteger stale = new AtomicInteger();
        try (Cache cache = Cache.in(database);
                Crew crew = new Crew()) {
            if (fleet == Fleet.MIXED) {
                cache.sql(CacheSchema::guard);
            }
            List<Future<Void>> lanes = new ArrayList<>();
            for (int lane = 0; lane < LANES; lane++) {
                int number = lane;
                lanes.add(crew.start(() -> {
                    lane(cache, fleet, number, rounds / LANES, stale);
                    return null;
                }));
            }
            for (Future<Void> lane : lanes) {
                lane.get();
            }
        }
        return stale.get();
    }

    private static void lane(Cache cache, Fleet fleet, int lane, int rounds, AtomicInteger stale) throws Exception {
        List<Db> connections = new ArrayList<>();
        try (Interleaving interleaving = new Interleaving()) {
            for (int i = 0; i < 5; i++) {
                connections.add(cache.open());
            }
            boolean one = fleet == Fleet.UPSTREAM;
            for (int round = 0; round < rounds && !(one && stale.get() > 0); round++) {
                Random random = new Random(31 * (31 * Counts.seed() + round) + lane);
                Round game = new Round("http://test/" + lane + "/" + round + "/", fleet, random, connections);
                interleaving.run(random, game.actors());
                game.finish();
                stale.addAndGet(game.stale());
            }
        } finally {
            connections.forEach(Db::close);
        }
    }

    /** One realm, one path, some actors. */
    private static final class Round {
        private static final String PATH = "module.gts";

        private final String realm;
        private final Fleet fleet;
        private final Random random;
        private final List<Db> connections;
        private final UpstreamSql upstream;
        private final ArtifactKey key;
        private final ArtifactKey withFingerprint;
        private final AtomicInteger source = new AtomicInteger();
        private final AtomicInteger acknowledged = new AtomicInteger();
        private final AtomicInteger stale = new AtomicInteger();

        Round(String realm, Fleet fleet, Random random, List<Db> connections) {
            this.realm = realm;
            this.fleet = fleet;
            this.random = random;
            this.connections = connections;
            this.key = ArtifactKey.of(realm, PATH, Optional.empty());
            this.withFingerprint = ArtifactKey.of(realm, PATH, Optional.of("babel 7"));
            this.upstream = new UpstreamSql(realm, key.path());
        }

        int stale() {
            return stale.get() > 0 ? 1 : 0;
        }

        List<Actor> actors() {
            if (random.nextInt(3) == 0) {
                store(connections.get(0), look(connections.get(0), ours()), 0);
            }
            List<Actor> actors = new ArrayList<>();
            actors.add(reader(connections.get(0), fleet == Fleet.UPSTREAM));
            actors.add(reader(connections.get(1), fleet != Fleet.OWN));
            actors.add(editor(connections.get(2)));
            if (random.nextBoolean()) {
                actors.add(editor(connections.get(3)));
            }
            if (fleet != Fleet.UPSTREAM && random.nextInt(4) == 0) {
                actors.add(pruner(connections.get(4)));
            }
            return actors;
        }

        /** Everything is acknowledged: whoever looks now must not find what is older. */
        void finish() {
            Db db = connections.get(0);
            if (fleet != Fleet.UPSTREAM) {
                check(look(db, key), acknowledged.get());
                check(look(db, withFingerprint), acknowledged.get());
            }
            if (fleet != Fleet.OWN) {
                check(db.autocommit(upstream::look).version(), acknowledged.get());
            }
        }

        private Actor reader(Db db, boolean upstreams) {
            boolean transaction = random.nextBoolean();
            ArtifactKey ours = ours();
            return turn -> {
                int known = acknowledged.get();
                if (upstreams) {
                    UpstreamSql.Seen seen = db.autocommit(upstream::look);
                    check(seen.version(), known);
                    if (seen.version() < 0) {
                        turn.pause();
                        int version = source.get();
                        turn.pause();
                        write(
                                db,
                                turn,
                                transaction,
                                () -> db.autocommit(tx -> upstream.store(tx, seen.generation(), version)));
                    }
                    return;
                }
                Lookup lookup = look(db, ours);
                check(lookup, known);
                if (!(lookup instanceof Hit)) {
                    turn.pause();
                    int version = source.get();
                    turn.pause();
                    write(db, turn, transaction, () -> store(db, lookup, version));
                }
            };
        }

        /** A winner's store is not committed at once. */
        private static void write(Db db, Turn turn, boolean transaction, Runnable store) {
            if (!transaction) {
                store.run();
                return;
            }
            db.run(tx -> {
                store.run();
                turn.pause();
            });
        }

        private Actor editor(Db db) {
            boolean bulk = random.nextBoolean();
            boolean upstreams = fleet == Fleet.UPSTREAM || (fleet == Fleet.MIXED && !bulk && random.nextBoolean());
            return turn -> {
                int version = source.incrementAndGet();
                turn.pause();
                db.run(tx -> {
                    if (upstreams && bulk) {
                        upstream.tombstoneRealm(tx);
                    } else if (upstreams) {
                        upstream.tombstonePath(tx);
                    } else if (bulk) {
                        Tombstones.realm(tx, realm);
                    } else {
                        Tombstones.paths(tx, realm, List.of(PATH));
                    }
                    turn.pause();
                });
                acknowledged.accumulateAndGet(version, Math::max);
            };
        }

        private Actor pruner(Db db) {
            return turn -> {
                db.transact(upstream::age);
                turn.pause();
                Upkeep.prune(db, realm, AGE);
            };
        }

        private ArtifactKey ours() {
            return random.nextBoolean() ? key : withFingerprint;
        }

        private Lookup look(Db db, ArtifactKey which) {
            return db.autocommit(tx -> TranspileCache.look(tx, which));
        }

        /** With headers, or upstream's replicas would not see it. */
        private void store(Db db, Lookup lookup, int version) {
            String headers = fleet == Fleet.OWN ? null : "{}";
            Artifact artifact = new Artifact(Content.of(Integer.toString(version)), headers, null);
            db.autocommit(tx -> TranspileCache.store(tx, lookup.captured(), artifact));
        }

        private void check(Lookup lookup, int known) {
            if (lookup instanceof Hit hit) {
                check(Integer.parseInt(hit.artifact().content().text().orElseThrow()), known);
            }
        }

        /** A version below 0 is a miss. */
        private void check(int version, int known) {
            if (version >= 0 && version < known) {
                stale.incrementAndGet();
            }
        }
    }
}
