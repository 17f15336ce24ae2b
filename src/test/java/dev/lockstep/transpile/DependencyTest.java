package dev.lockstep.transpile;

import static dev.lockstep.transpile.Cache.REALM;
import static dev.lockstep.transpile.Cache.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.schema.Upkeep;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An artifact whose dependency was invalidated is stale, by whomever it was, and whatever was known of it then. */
@ExtendWith(PostgresExtension.class)
class DependencyTest {
    private static final String MAIN = "cards/main.gts";
    private static final String MIDDLE = "cards/middle.gts";
    private static final String BASE = "lib/bäse file.gts";

    private Cache cache;
    private final UpstreamSql boxel = new UpstreamSql(REALM, ArtifactKey.canonical(REALM, BASE));

    @BeforeEach
    void open(TestDatabase database) {
        cache = Cache.in(database);
    }

    @AfterEach
    void close() {
        cache.close();
    }

    private static ArtifactKey keyed(String path, String fingerprint) {
        return fingerprint.isEmpty() ? key(path) : key(path, fingerprint);
    }

    private StoreResult build(Captured captured, String dependencies) {
        return cache.store(captured, new Artifact(Content.of("built"), null, dependencies));
    }

    private void build(String path, String fingerprint, String dependencies) {
        assertThat(build(cache.look(keyed(path, fingerprint)).captured(), dependencies))
                .isEqualTo(StoreResult.STORED);
    }

    private void assertStale(String path, String fingerprint) {
        assertThat(cache.find(keyed(path, fingerprint))).isNotEqualTo("built");
    }

    private void assertServed(String path, String fingerprint) {
        assertThat(cache.find(keyed(path, fingerprint))).isEqualTo("built");
    }

    /** Whether the dependency has a row or not. */
    @ParameterizedTest
    @ValueSource(strings = {"", "tsc 5"})
    void aTombstoneOfADependencyIsOneOfTheArtifact(String fingerprint) {
        for (boolean isBuilt : new boolean[] {false, true}) {
            if (isBuilt) {
                build(BASE, fingerprint, "[]");
            }
            build(MAIN, fingerprint, "[\"lib/bäse file\", \"lib/other\"]");
            assertServed(MAIN, fingerprint);

            cache.sql(boxel::tombstonePath);
            assertStale(MAIN, fingerprint);

            build(MAIN, fingerprint, "[\"lib/bäse file\"]");
            cache.tombstone("lib/bäse file");
            assertStale(MAIN, fingerprint);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tsc 5"})
    void whatIsBuiltForTheFirstTimeMakesNothingStale(String fingerprint) {
        build(MAIN, fingerprint, "[\"lib/bäse file\", \"cards/middle\"]");
        build(MIDDLE, fingerprint, "[\"cards/main\", \"cards/middle\"]");
        cache.sql(tx -> boxel.store(tx, 0, 1));

        assertServed(MAIN, fingerprint);
        assertServed(MIDDLE, fingerprint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tsc 5"})
    void whatADependencyDependsOnCountsInWhicheverOrderTheyAreBuilt(String fingerprint) {
        build(MAIN, fingerprint, "[\"cards/middle\"]");
        build(MIDDLE, fingerprint, "[\"lib/bäse file\"]");
        assertServed(MAIN, fingerprint);

        cache.sql(boxel::tombstonePath);
        assertStale(MIDDLE, fingerprint);
        build(MIDDLE, fingerprint, "[\"lib/bäse file\"]");
        assertStale(MAIN, fingerprint);
        build(MAIN, fingerprint, "[\"cards/middle\"]");
        assertServed(MAIN, fingerprint);

        cache.sql(boxel::tombstonePath);
        assertStale(MAIN, fingerprint);
        build(MAIN, fingerprint, "[\"cards/middle\"]");
        assertServed(MAIN, fingerprint);
    }

    /** When it is built, nobody knows yet on what it will depend. */
    @ParameterizedTest
    @ValueSource(strings = {"", "tsc 5"})
    void anInvalidationDuringTheBuildRefusesIt(String fingerprint) {
        Captured first = cache.look(keyed(MAIN, fingerprint)).captured();
        cache.sql(boxel::tombstonePath);
        assertThat(build(first, "[\"lib/bäse file\"]")).isEqualTo(StoreResult.STALE);

        Captured second = cache.look(keyed(MAIN, fingerprint)).captured();
        cache.sql(boxel::tombstonePath);
        build(BASE, "", "[]");
        assertThat(build(second, "[\"lib/bäse file\"]")).isEqualTo(StoreResult.STALE);

        build(MAIN, fingerprint, "[\"lib/bäse file\"]");
        assertServed(MAIN, fingerprint);
    }

    @Test
    void anInvalidationThatCommitsAfterTheStoreCounts() {
        try (Db other = cache.open()) {
            other.transact(tx -> {
                boxel.tombstonePath(tx);
                build(MAIN, "", "[\"lib/bäse file\"]");
                return null;
            });
        }

        assertStale(MAIN, "");
    }

    /** It was begun before the artifact's source was read, and its number is less than that of what was there then. */
    @Test
    void anInvalidationThatCommitsDuringTheBuildRefusesIt() {
        try (Db other = cache.open()) {
            Captured captured = other.transact(tx -> {
                boxel.tombstonePath(tx);
                cache.tombstone("unrelated.gts");
                return cache.capture(MAIN);
            });

            assertThat(build(captured, "[\"lib/bäse file\"]")).isEqualTo(StoreResult.STALE);
        }
    }

    @Test
    void pruningATombstoneBringsBackNothingThatDependsOnIt(TestDatabase database) throws SQLException {
        for (String fingerprint : List.of("", "tsc 5")) {
            build(MAIN, fingerprint, "[\"lib/bäse file\"]");
            cache.sql(boxel::tombstonePath);
            database.execute("update module_transpile_cache set created_at = 0 where body is null");
            Upkeep.Pruned planned = cache.sql(tx -> Upkeep.plan(tx, REALM, Duration.ofHours(1)));

            Upkeep.Pruned pruned = Upkeep.prune(cache.db(), REALM, Duration.ofHours(1));

            assertThat(pruned).isEqualTo(planned);
            assertStale(MAIN, fingerprint);
        }
    }

    @Test
    void behindTheGuardADependencyIsSeenToo() {
        cache.sql(CacheSchema::guard);
        build(BASE, "", "[]");
        build(MAIN, "", "[\"lib/bäse file\"]");
        assertServed(MAIN, "");

        cache.wipe();
        build(MAIN, "", "[\"lib/bäse file\"]");
        cache.sql(boxel::tombstonePath);

        assertStale(MAIN, "");
    }

    /** A replica records no generations; its tombstone is younger than the artifact, and that is all. */
    @Test
    void whatAReplicaHasStoredIsStaleWhenItsImportHasAYoungerTombstone(TestDatabase database) throws SQLException {
        cache.sql(boxel::tombstonePath);
        database.execute("insert into module_transpile_cache values ('" + REALM + "', '" + REALM + MAIN
                + "', 'built', '{}', '[\"lib/bäse file\"]', 7, 1)");
        assertServed(MAIN, "");
        assertThat(cache.look(key(MAIN)).captured().generation()).isEqualTo(7);

        cache.sql(boxel::tombstonePath);

        assertStale(MAIN, "");
        assertThat(cache.look(key(MAIN)).captured().generation()).isEqualTo(8);
    }
}
