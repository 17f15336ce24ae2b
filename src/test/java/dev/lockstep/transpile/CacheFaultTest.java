package dev.lockstep.transpile;

import static dev.lockstep.transpile.Cache.REALM;
import static dev.lockstep.transpile.Cache.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.DbPool;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.PgTarget;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.Sweep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.schema.CacheSchema;
import dev.lockstep.transpile.service.SharedBuilds;
import dev.lockstep.transpile.service.Source;
import java.io.InputStream;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A fault at every call to the database in turn: a request always has its bytes, and an invalidation is whole or not at all. */
@ExtendWith(PostgresExtension.class)
class CacheFaultTest {
    private static final Mode[] MODES = {Mode.THROW_BEFORE, Mode.THROW_AFTER, Mode.CLOSE};

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
    void aRequestIsAnsweredWhateverTheCacheDoes(TestDatabase database) throws Exception {
        int broken = Sweep.startingFrom(run -> "module-" + run + ".gts")
                .running((path, fault) ->
                        assertThat(serve(database, path, fault)).isEqualTo("built " + path))
                .checking(path -> {
                    String found = cache.find(key(path));
                    assertThat(found).isIn("built " + path, "ABSENT");
                    assertThat(serve(database, path, Fault.none())).isEqualTo("built " + path);
                })
                .run(MODES);

        assertThat(broken).isGreaterThan(20);
    }

    @Test
    void aTombstoneThatFailedIsRepeatedWithTheSameEnd(TestDatabase database) throws Exception {
        Sweep.startingFrom(run -> {
                    String path = "module-" + run + ".gts";
                    cache.store(cache.capture(path), "old");
                    return path;
                })
                .running((path, fault) -> LockstepRun.inProcess(
                        fault, database.environment(), "transpile", "tombstone", REALM, path, "--broadcast"))
                .recovering(
                        path -> assertThat(LockstepRun.of(database.environment(), "transpile", "tombstone", REALM, path)
                                        .exit())
                                .isZero())
                .checking(path -> assertThat(cache.find(key(path))).isEqualTo("TOMBSTONE"))
                .run(MODES);
    }

    @Test
    void aWipeThatFailedIsRepeatedWithTheSameEnd(TestDatabase database) throws Exception {
        String[] wipe = {"transpile", "tombstone", REALM, "--all", "--yes"};
        Sweep.startingFrom(run -> {
                    String path = "module-" + run + ".gts";
                    cache.store(cache.capture(path), "old");
                    return path;
                })
                .running((path, fault) -> LockstepRun.inProcess(fault, database.environment(), wipe))
                .recovering(path -> assertThat(
                                LockstepRun.of(database.environment(), wipe).exit())
                        .isZero())
                .checking(path -> assertThat(cache.find(key(path))).isEqualTo("BELOW_FLOOR"))
                .run(MODES);
    }

    /** Whatever is pruned, what was live stays live or is built anew; what was invalidated stays so. */
    @Test
    void aPruneThatFailedLosesNothingThatIsLive(TestDatabase database) throws Exception {
        String[] prune = {"transpile", "prune", REALM, "--older-than", "1h", "--yes"};
        Sweep.startingFrom(run -> {
                    String path = "module-" + run + ".gts";
                    cache.store(cache.capture(path), "live");
                    cache.tombstone("gone-" + run + ".gts");
                    database.execute("update module_transpile_cache set created_at = 0 where body is null");
                    return path;
                })
                .running((path, fault) -> LockstepRun.inProcess(fault, database.environment(), prune))
                .recovering(path -> assertThat(
                                LockstepRun.of(database.environment(), prune).exit())
                        .isZero())
                .checking(path -> {
                    assertThat(cache.find(key(path))).isEqualTo("live");
                    assertThat(cache.status().tombstones()).isZero();
                })
                .run(MODES);
    }

    @Test
    void anInstallationThatFailedIsRepeatedWithTheSameEnd(TestDatabase database) throws Exception {
        String[] init = {"transpile", "init", "--guard"};
        Sweep.startingFrom(run -> {
                    database.execute(
                            "drop table module_transpile_cache, lockstep_realm_floor, lockstep_epoch",
                            "drop function if exists lockstep_guard");
                    return run;
                })
                .running((run, fault) -> LockstepRun.inProcess(fault, database.environment(), init))
                .recovering(run -> assertThat(
                                LockstepRun.of(database.environment(), init).exit())
                        .isZero())
                .checking(run -> {
                    assertThat(cache.sql(CacheSchema::state)).isEqualTo(CacheSchema.State.READY);
                    assertThat(cache.sql(CacheSchema::isGuarded)).isTrue();
                })
                .run(MODES);
    }

    private static String serve(TestDatabase database, String path, Fault fault) throws InterruptedException {
        Environment environment = new Environment(database.environment());
        Databases databases = new Databases(environment, fault::around);
        PgTarget target = PgTarget.resolve(null, TargetSources.of(environment));
        try (DbPool pool = new DbPool(() -> databases.postgres(target, Session.of("broken", Session.Use.WRITE)), 2);
                PgListener listener = databases.listener(
                        target, Session.of("broken listener", Session.Use.LISTEN), PgListener.Options.DEFAULT);
                SharedBuilds builds = new SharedBuilds(pool, listener, Duration.ofSeconds(20), (cost, e) -> {})) {
            return builds.serve(
                            key(path),
                            Source.of(path, InputStream::nullInputStream),
                            (source, captured) -> Artifact.of(Content.of("built " + source.path())))
                    .artifact()
                    .content()
                    .text()
                    .orElseThrow();
        }
    }
}
