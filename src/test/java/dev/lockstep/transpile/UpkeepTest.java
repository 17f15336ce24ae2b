package dev.lockstep.transpile;

import static dev.lockstep.transpile.Cache.MODULE;
import static dev.lockstep.transpile.Cache.REALM;
import static dev.lockstep.transpile.Cache.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import dev.lockstep.transpile.schema.Eviction;
import dev.lockstep.transpile.schema.Upkeep;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Pruning, eviction and the status, on a real table. */
@ExtendWith(PostgresExtension.class)
class UpkeepTest {
    private Cache cache;

    @BeforeEach
    void open(TestDatabase database) {
        cache = Cache.in(database);
    }

    @AfterEach
    void close() {
        cache.close();
    }

    /** Which is no invalidation: who may store before may store after, and nobody else. */
    @Test
    void evictionLeavesTheNewestAndEveryGeneration(TestDatabase database) throws SQLException {
        for (String name : List.of("a", "b", "c")) {
            cache.tombstone(name + ".gts");
            cache.store(cache.capture(name + ".gts"), "12345");
            cache.store(cache.look(key(name + ".gts", "babel 8")).captured(), "12345");
            database.execute(
                    "update module_transpile_cache set created_at = 1 where created_at > 9 and '" + name + "' = 'a'");
        }
        Captured late = Captured.writtenDown(key("a.gts"), Optional.empty(), 0, 0);

        Eviction.Evicted planned = cache.sql(tx -> Eviction.plan(tx, Optional.of(REALM), 17));
        Eviction.Evicted evicted = Eviction.run(cache.db(), Optional.empty(), 17);

        assertThat(evicted).isEqualTo(new Eviction.Evicted(3, 15)).isEqualTo(planned);
        assertThat(cache.find(key("a.gts"))).isEqualTo("TOMBSTONE");
        assertThat(cache.find(key("c.gts"))).isEqualTo("12345");
        assertThat(cache.find(key("c.gts", "babel 8"))).isEqualTo("12345");
        assertThat(cache.store(late, "stale")).isEqualTo(StoreResult.STALE);
        assertThat(cache.store(cache.capture("a.gts"), "again")).isEqualTo(StoreResult.STORED);
        assertThat(Eviction.run(cache.db(), Optional.of("http://other/"), 0).artifacts())
                .isZero();
    }

    @Test
    void pruneForgetsOldTombstonesAndKeepsWhatIsValid(TestDatabase database) throws SQLException {
        cache.store(cache.look(key("cards/live.gts", "babel 8")).captured(), "live");
        Captured before = cache.capture(MODULE);
        cache.tombstone(MODULE);
        cache.tombstone(MODULE);
        database.execute("update module_transpile_cache set created_at = 0 where body is null");

        Upkeep.Pruned planned = cache.sql(tx -> Upkeep.plan(tx, REALM, Duration.ofHours(1)));
        Upkeep.Pruned pruned = Upkeep.prune(cache.db(), REALM, Duration.ofHours(1));

        assertThat(pruned).isEqualTo(new Upkeep.Pruned(REALM, 1, 3)).isEqualTo(planned);
        assertThat(cache.find(key("cards/live.gts", "babel 8"))).isEqualTo("live");
        assertThat(cache.store(before, "stale")).isEqualTo(StoreResult.STALE);
        assertThat(cache.find(key(MODULE))).isEqualTo("BELOW_FLOOR");
    }

    @Test
    void pruneLeavesYoungTombstonesAndRefusesToHurry() {
        cache.tombstone(MODULE);

        assertThat(Upkeep.prune(cache.db(), REALM, Duration.ofHours(1)).pruned())
                .isZero();
        assertThatThrownBy(() -> Upkeep.prune(cache.db(), REALM, Duration.ofMinutes(29)))
                .isInstanceOfSatisfying(
                        LockstepException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED));
    }

    @Test
    void statusCountsWhatThereIsAndFindsTheRealmThatWasMeant() {
        cache.store(cache.capture(MODULE), "12345");
        cache.tombstone("cards/gone.gts");

        assertThat(cache.status()).isEqualTo(new Upkeep.RealmStatus(REALM, 1, 1, 0, 5, 0, 1));
        Optional<String> meant = cache.sql(tx -> Upkeep.nearMiss(tx, "http://localhost:4201/lukas/"));
        Optional<String> itself = cache.sql(tx -> Upkeep.nearMiss(tx, REALM));
        assertThat(meant).contains(REALM);
        assertThat(itself).isEmpty();
    }
}
