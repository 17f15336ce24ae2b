package dev.lockstep.transpile;

import static dev.lockstep.transpile.Cache.MODULE;
import static dev.lockstep.transpile.Cache.REALM;
import static dev.lockstep.transpile.Cache.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.TranspileCache.Hit;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import dev.lockstep.transpile.schema.CacheSchema;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Our replicas beside Boxel's, which use its exact SQL on the same table. An artifact is a number. */
@ExtendWith(PostgresExtension.class)
class MixedFleetTest {
    private static final int MISS = -1;

    private final UpstreamSql boxel = new UpstreamSql(REALM, REALM + MODULE);
    private final Crew crew = new Crew();
    private Cache cache;

    @BeforeEach
    void open(TestDatabase database) {
        cache = Cache.in(database);
    }

    @AfterEach
    void close() throws InterruptedException {
        crew.close();
        cache.close();
    }

    @Test
    void eachServesWhatTheOtherStored() {
        assertThat(boxelStores(0, 1)).isOne();
        assertThat(cache.find(key(MODULE))).isEqualTo("1");

        assertThat(cache.store(cache.capture(MODULE), forBoxel("2"))).isEqualTo(StoreResult.STORED);
        assertThat(boxelSees()).isEqualTo(2);
        assertThat(((Hit) cache.look(key(MODULE))).artifact().dependencyKeys()).isEqualTo("[\"cards/base\"]");
    }

    @Test
    void eachRefusesWhatTheOtherInvalidated() {
        Captured ours = cache.capture(MODULE);
        cache.sql(boxel::tombstonePath);
        assertThat(cache.store(ours, forBoxel("1"))).isEqualTo(StoreResult.STALE);

        long boxels = cache.sql(boxel::look).generation();
        cache.tombstone(MODULE);
        assertThat(boxelStores(boxels, 1)).isZero();
        assertThat(boxelSees()).isEqualTo(MISS);
        assertThat(cache.find(key(MODULE))).isEqualTo("TOMBSTONE");
    }

    /** For a replica that knows no floor the rows themselves must be tombstones. */
    @Test
    void aWipeNullsTheRowsThatBoxelCouldRead() {
        cache.store(cache.capture(MODULE), forBoxel("1"));

        assertThat(cache.wipe().tombstoned()).isOne();

        assertThat(boxelSees()).isEqualTo(MISS);
        assertThat(boxelStores(0, 1)).isZero();
    }

    /** Which is Boxel's own weakness, and stays among its replicas until one of us looks. */
    @Test
    void withoutTheGuardBoxelServesWhatItStoresLateAndWeDoNot() {
        cache.wipe();

        assertThat(boxelStores(0, 1)).isOne();

        assertThat(boxelSees()).isEqualTo(1);
        assertThat(cache.find(key(MODULE))).isEqualTo("TOMBSTONE");
        assertThat(boxelSees()).isEqualTo(MISS);
    }

    /** A realm that a replica has stored something of is one in which its bulk tombstone may come. */
    @Test
    void withoutTheGuardBoxelsOwnWipeReachesWhatWeAreBuildingFirst() {
        UpstreamSql another = new UpstreamSql(REALM, REALM + "cards/base.gts");
        cache.sql(tx -> another.store(tx, 0, 5));
        Captured ours = cache.capture(MODULE);
        assertThat(cache.sql(boxel::tombstoneRealm)).isEqualTo(2);

        assertThat(cache.store(ours, forBoxel("1"))).isEqualTo(StoreResult.STALE);

        assertThat(cache.store(cache.capture(MODULE), forBoxel("2"))).isEqualTo(StoreResult.STORED);
        assertThat(boxelSees()).isEqualTo(2);
    }

    @Test
    void withoutTheGuardBoxelsOwnTombstoneBelowTheFloorReachesWhatWeAreBuilding() {
        cache.wipe();
        boxelStores(0, 1);
        Captured ours = cache.capture(MODULE);

        cache.sql(boxel::tombstonePath);

        assertThat(cache.store(ours, forBoxel("1"))).isEqualTo(StoreResult.STALE);
    }

    @Test
    void withTheGuardNobodyServesWhatBoxelStoresLate() {
        cache.sql(CacheSchema::guard);
        cache.wipe();

        boxelStores(0, 1);

        assertThat(boxelSees()).isEqualTo(MISS);
        assertThat(cache.find(key(MODULE))).isEqualTo("TOMBSTONE");
        assertThat(boxelStores(cache.sql(boxel::look).generation(), 2)).isOne();
        assertThat(boxelSees()).isEqualTo(2);
        assertThat(cache.find(key(MODULE))).isEqualTo("2");
    }

    /** A winner's insert that is not committed is invisible to the wipe, which therefore waits for it. */
    @Test
    void withTheGuardAWipeReachesWhatBoxelHasNotCommitted(TestDatabase database) throws Exception {
        cache.sql(CacheSchema::guard);
        try (Db other = cache.open()) {
            Future<?> wipe = other.transact(tx -> {
                boxel.store(tx, 0, 1);
                Future<?> waiting = crew.start(() -> cache.wipe());
                Await.until("the wipe to wait", Duration.ofSeconds(20), () -> database.ask(
                                "select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
                        .equals("1"));
                return waiting;
            });
            Crew.result(wipe);
        }

        assertThat(boxelSees()).isEqualTo(MISS);
        assertThat(cache.find(key(MODULE))).isNotEqualTo("1");
    }

    /** Upstream's bulk tombstone touches the rows that are there, so a path must have one before anything is built for it. */
    @Test
    void withTheGuardBoxelsOwnWipeReachesAPathThatWasNeverSeen() {
        cache.sql(CacheSchema::guard);
        long captured = cache.sql(boxel::look).generation();
        assertThat(cache.sql(boxel::tombstoneRealm)).isZero();

        boxelStores(captured, 1);
        assertThat(boxelSees()).isEqualTo(MISS);
        assertThat(cache.find(key(MODULE))).isEqualTo("TOMBSTONE");
        assertThat(boxelStores(captured, 1)).isZero();

        assertThat(boxelStores(cache.sql(boxel::look).generation(), 2)).isOne();
        assertThat(boxelSees()).isEqualTo(2);
    }

    @Test
    void withTheGuardBoxelsOwnWipeReachesWhatWeAreBuildingFirst() {
        cache.sql(CacheSchema::guard);
        Captured ours = cache.capture(MODULE);
        assertThat(cache.sql(boxel::tombstoneRealm)).isOne();

        assertThat(cache.store(ours, forBoxel("1"))).isEqualTo(StoreResult.STALE);

        assertThat(cache.store(cache.capture(MODULE), forBoxel("2"))).isEqualTo(StoreResult.STORED);
        assertThat(boxelSees()).isEqualTo(2);
    }

    /** A row that only our own transaction sees is none to a wipe. */
    @Test
    void withTheGuardAPathWithoutARowIsRefusedOnce() {
        cache.sql(CacheSchema::guard);
        Captured ours = cache.sql(tx -> TranspileCache.lookAgain(tx, key(MODULE), Optional.empty()))
                .captured();
        assertThat(cache.sql(boxel::tombstoneRealm)).isZero();

        assertThat(cache.store(ours, forBoxel("1"))).isEqualTo(StoreResult.STALE);
        assertThat(boxelSees()).isEqualTo(MISS);
    }

    /** It leaves the columns that it does not know as they were; they must not pass for what it wrote. */
    @Test
    void whatBoxelOverwroteIsItsOwn() {
        byte[] binary = {0, 1, (byte) 0xff};
        cache.store(cache.look(key(MODULE, "babel 8")).captured(), Artifact.of(Content.of(binary)));
        assertThat(boxelSees()).isEqualTo(MISS);

        assertThat(boxelStores(0, 7)).isOne();

        assertThat(cache.find(key(MODULE, "babel 8"))).isEqualTo("OTHER_FINGERPRINT");
        assertThat(cache.find(key(MODULE))).isEqualTo("7");
    }

    private int boxelStores(long captured, int version) {
        return cache.sql(tx -> boxel.store(tx, captured, version));
    }

    private int boxelSees() {
        return cache.sql(boxel::look).version();
    }

    private static Artifact forBoxel(String text) {
        return new Artifact(Content.of(text), "{\"content-type\":\"text/javascript\"}", "[\"cards/base\"]");
    }
}
