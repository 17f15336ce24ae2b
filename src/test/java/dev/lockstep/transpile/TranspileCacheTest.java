package dev.lockstep.transpile;

import static dev.lockstep.transpile.Cache.MODULE;
import static dev.lockstep.transpile.Cache.REALM;
import static dev.lockstep.transpile.Cache.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.support.Json;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.TranspileCache.Hit;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The shared layer on a real table; the numbers are those of Boxel's tests. */
@ExtendWith(PostgresExtension.class)
class TranspileCacheTest {
    private static final String LIVE = "select count(*) from module_transpile_cache where body is not null";

    private Cache cache;

    @BeforeEach
    void open(TestDatabase database) {
        cache = Cache.in(database);
    }

    @AfterEach
    void close() {
        cache.close();
    }

    @Test
    void s12AFreshArtifactIsOneLiveRow(TestDatabase database) throws SQLException {
        assertThat(cache.store(cache.capture(MODULE), "js")).isEqualTo(StoreResult.STORED);

        assertThat(database.ask(LIVE)).isEqualTo("1");
        assertThat(database.ask("select realm_url || ' ' || canonical_path from module_transpile_cache"))
                .isEqualTo(REALM + " " + REALM + MODULE);
    }

    @Test
    void s13ASecondLookIsAHit() {
        cache.store(cache.capture(MODULE), "js");

        assertThat(cache.find(key(MODULE))).isEqualTo("js");
    }

    @Test
    void s14ATombstoneLeavesNoLiveRowAndAHigherGeneration(TestDatabase database) throws SQLException {
        cache.store(cache.capture(MODULE), "js");
        long before = cache.capture(MODULE).generation();

        assertThat(cache.tombstone(MODULE)).isEqualTo(new Tombstones.Outcome(1, 0, 0));

        assertThat(database.ask(LIVE)).isEqualTo("0");
        assertThat(cache.capture(MODULE).generation()).isGreaterThan(before);
        assertThat(cache.find(key(MODULE))).isEqualTo("TOMBSTONE");
    }

    @Test
    void s15AStoreThatWasCapturedBeforeTheTombstoneChangesNothing(TestDatabase database) throws SQLException {
        Captured captured = cache.capture(MODULE);
        cache.tombstone(MODULE);
        long generation = cache.capture(MODULE).generation();

        assertThat(cache.store(captured, "stale")).isEqualTo(StoreResult.STALE);

        assertThat(database.ask(LIVE)).isEqualTo("0");
        assertThat(cache.capture(MODULE).generation()).isEqualTo(generation);
    }

    @Test
    void s18AWipedRealmHasNoLiveRowAndNothingComesBack() {
        cache.store(cache.capture(MODULE), "js");
        Captured other = cache.capture("cards/absent.gts");

        long floor = cache.wipe().floor();

        assertThat(cache.status().live()).isZero();
        assertThat(cache.find(key(MODULE))).isEqualTo("BELOW_FLOOR");
        assertThat(cache.store(other, "stale")).isEqualTo(StoreResult.STALE);
        assertThat(cache.find(key("cards/absent.gts"))).isEqualTo("BELOW_FLOOR");
        assertThat(cache.capture(MODULE).floor()).isEqualTo(floor);
    }

    @Test
    void s28AWriterAtGenerationZeroPersistsEverything(TestDatabase database) throws SQLException {
        Artifact module = new Artifact(Content.of("js"), "{\"etag\": \"1:module\"}", "[\"cards/base\"]");

        cache.store(cache.capture(MODULE), module);

        assertThat(database.ask("select body || headers || dependency_keys || generation from module_transpile_cache"))
                .isEqualTo("js{\"etag\": \"1:module\"}[\"cards/base\"]0");
        Hit hit = (Hit) cache.look(key(MODULE));
        assertThat(hit.artifact().headers()).isEqualTo("{\"etag\": \"1:module\"}");
        assertThat(hit.artifact().dependencyKeys()).isEqualTo("[\"cards/base\"]");
    }

    @Test
    void s29AStoreAtAHigherGenerationReplacesTheRow(TestDatabase database) throws SQLException {
        ArtifactKey key = key(MODULE);
        cache.store(Captured.writtenDown(key, Optional.empty(), 0, 0), "first");
        cache.store(Captured.writtenDown(key, Optional.empty(), 1, 0), "second");

        assertThat(database.ask(
                        "select count(*) || body || generation from module_transpile_cache group by body, generation"))
                .isEqualTo("1second1");
    }

    /** So a replica answers a request that names the tag with 304, though it did not build the module. */
    @Test
    void s30AHitBringsTheTagOfTheModuleThatIsServed() {
        Artifact tagged = new Artifact(Content.of("js"), "{\"etag\": \"1700000000:module\"}", null);
        assertThat(cache.store(cache.capture(MODULE), tagged)).isEqualTo(StoreResult.STORED);

        Artifact served = ((Hit) cache.look(key(MODULE))).artifact();

        assertThat(Json.parse(served.headers())).isEqualTo(Map.of("etag", "1700000000:module"));
        cache.tombstone(MODULE);
        assertThat(cache.find(key(MODULE))).isEqualTo("TOMBSTONE");
    }

    @Test
    void twoFingerprintsNeverServeEachOther() {
        cache.store(cache.look(key(MODULE, "babel 7")).captured(), "seven");

        assertThat(cache.find(key(MODULE, "babel 8"))).isEqualTo("OTHER_FINGERPRINT");
        assertThat(cache.find(key(MODULE))).isEqualTo("OTHER_FINGERPRINT");
        cache.store(cache.look(key(MODULE, "babel 8")).captured(), "eight");
        cache.store(cache.capture(MODULE), "none");
        assertThat(cache.find(key(MODULE, "babel 7"))).isEqualTo("seven");
        assertThat(cache.find(key(MODULE, "babel 8"))).isEqualTo("eight");
        assertThat(cache.find(key(MODULE))).isEqualTo("none");
    }

    @Test
    void anInvalidationIsOneOfEveryKey() {
        cache.store(cache.look(key(MODULE, "babel 7")).captured(), "seven");
        Captured before = cache.look(key(MODULE, "babel 8")).captured();

        cache.tombstone(MODULE);

        assertThat(cache.find(key(MODULE, "babel 7"))).isEqualTo("TOMBSTONE");
        assertThat(cache.store(before, "eight")).isEqualTo(StoreResult.STALE);
        cache.store(cache.look(key(MODULE, "babel 7")).captured(), "seven again");
        cache.wipe();
        assertThat(cache.find(key(MODULE, "babel 7"))).isEqualTo("BELOW_FLOOR");
    }

    @Test
    void twoKeysThatAreBuiltAtTheSameTimeAreBothStored() {
        Captured seven = cache.look(key(MODULE, "babel 7")).captured();
        Captured eight = cache.look(key(MODULE, "babel 8")).captured();

        assertThat(cache.store(seven, "seven")).isEqualTo(StoreResult.STORED);
        assertThat(cache.store(eight, "eight")).isEqualTo(StoreResult.STORED);
        assertThat(cache.find(key(MODULE, "babel 7"))).isEqualTo("seven");
    }

    @Test
    void aGenerationThatNobodyHasCapturedOutlivesNoTombstone() {
        cache.tombstone(MODULE);
        cache.store(Captured.writtenDown(key(MODULE, "babel 7"), Optional.empty(), 100, 0), "forged");
        cache.tombstone(MODULE);

        assertThat(cache.find(key(MODULE, "babel 7"))).isEqualTo("TOMBSTONE");
    }

    @Test
    void aBinaryArtifactIsInvisibleToUpstreamAndComesBackAsItWas(TestDatabase database) throws Exception {
        byte[] binary = {0, 1, 2, (byte) 0xff, 'x'};

        cache.store(cache.capture(MODULE), Artifact.of(Content.of(binary)));

        Hit hit = (Hit) cache.look(key(MODULE));
        assertThat(hit.artifact().content().open().readAllBytes()).isEqualTo(binary);
        assertThat(database.ask("select headers is null from module_transpile_cache"))
                .isEqualTo("t");
    }

    @Test
    void anEmptyArtifactIsAHit() {
        cache.store(cache.capture(MODULE), "");

        assertThat(cache.look(key(MODULE))).isInstanceOf(Hit.class);
        assertThat(cache.find(key(MODULE))).isEmpty();
    }

    @Test
    void aPathWithoutExtensionTombstonesEveryFileThatItMayMean() {
        cache.store(cache.capture(MODULE), "js");

        assertThat(cache.tombstone("cards/person")).isEqualTo(new Tombstones.Outcome(1, 4, 0));

        assertThat(cache.find(key(MODULE))).isEqualTo("TOMBSTONE");
    }

    @Test
    void aPathBeyondAsciiIsEncodedAsInAUrl(TestDatabase database) throws SQLException {
        cache.tombstone("cards/ünï #1.gts");

        assertThat(database.ask("select canonical_path from module_transpile_cache"))
                .isEqualTo(REALM + "cards/%C3%BCn%C3%AF%20%231.gts");
    }

    @Test
    void dependentsAreFoundThroughTheirImportersAndAroundCycles() {
        storeWith("cards/base.gts", "[]");
        storeWith("cards/middle.gts", "[\"cards/base\"]");
        storeWith("cards/ünï.gts", "[\"cards/middle\", \"cards/deep\"]");
        storeWith("cards/deep.gts", "[\"cards/ünï\"]");
        storeWith("cards/unrelated.gts", "[\"cards/other\"]");

        assertThat(cache.dependents(List.of("cards/base.gts")))
                .containsExactly(
                        REALM + "cards/%C3%BCn%C3%AF.gts", REALM + "cards/deep.gts", REALM + "cards/middle.gts");
        assertThat(cache.dependents(List.of("cards/unrelated.gts"))).isEmpty();
    }

    @Test
    void aTombstoneOfAnAbsentPathBeatsTheFloorToo() {
        cache.wipe();
        cache.wipe();
        Captured captured = cache.capture(MODULE);

        cache.tombstone(MODULE);

        assertThat(cache.store(captured, "stale")).isEqualTo(StoreResult.STALE);
    }

    private void storeWith(String path, String dependencies) {
        cache.store(cache.capture(path), new Artifact(Content.of("js"), null, dependencies));
    }
}
