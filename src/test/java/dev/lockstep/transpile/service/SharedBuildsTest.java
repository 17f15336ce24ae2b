package dev.lockstep.transpile.service;

import static dev.lockstep.transpile.Cache.MODULE;
import static dev.lockstep.transpile.Cache.REALM;
import static dev.lockstep.transpile.Cache.key;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbPool;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.Artifact;
import dev.lockstep.transpile.Cache;
import dev.lockstep.transpile.Captured;
import dev.lockstep.transpile.Content;
import dev.lockstep.transpile.Crew;
import dev.lockstep.transpile.Gate;
import dev.lockstep.transpile.ModuleNames;
import dev.lockstep.transpile.Tombstones;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import dev.lockstep.transpile.service.SharedBuilds.Role;
import dev.lockstep.transpile.service.SharedBuilds.Served;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Two replicas that share a database, and what they build; the numbers are those of Boxel's tests. */
@ExtendWith(PostgresExtension.class)
class SharedBuildsTest {
    /** One process of the fleet. */
    private final class Replica implements AutoCloseable {
        private final DbPool pool;
        private final PgListener listener;
        private final SharedBuilds builds;
        private final TranspileService service;

        Replica(Cache database, Duration patience) {
            pool = database.pool(3);
            listener = database.listener();
            builds = new SharedBuilds(pool, listener, patience, (cost, fault) -> faults.add((DbException) fault));
            service = new TranspileService(
                    1 << 20,
                    builds,
                    (realm, path) -> Optional.of(Source.of(ModuleNames.withoutExtension(path) + ".gts", this::read)),
                    SharedBuildsTest.this::compile,
                    Optional.empty());
        }

        private InputStream read() {
            return new ByteArrayInputStream(source.get().getBytes(StandardCharsets.UTF_8));
        }

        Served serve(String path) throws InterruptedException {
            return builds.serve(key(path), Source.of(path, this::read), SharedBuildsTest.this::compile);
        }

        @Override
        public void close() {
            builds.close();
            listener.close();
            pool.close();
        }
    }

    private final Crew crew = new Crew();
    private final AtomicInteger built = new AtomicInteger();
    private final AtomicReference<String> source = new AtomicReference<>("v1");
    private final List<DbException> faults = new ArrayList<>();
    private volatile Gate gate;
    private volatile boolean broken;
    private Cache cache;
    private Replica a;
    private Replica b;

    @BeforeEach
    void open(TestDatabase database) {
        cache = Cache.in(database);
        a = new Replica(cache, Duration.ofHours(1));
        b = new Replica(cache, Duration.ofHours(1));
    }

    @AfterEach
    void close() throws InterruptedException {
        crew.close();
        b.close();
        a.close();
        cache.close();
    }

    @Test
    void s16WhatOneReplicaBuiltTheOtherServes() throws Exception {
        assertThat(text(a.serve(MODULE).artifact())).isEqualTo("built v1");

        Served served = b.serve(MODULE);

        assertThat(text(served.artifact())).isEqualTo("built v1");
        assertThat(served.role()).isEqualTo(Role.HIT);
        assertThat(built).hasValue(1);
    }

    @Test
    void s17TwoReplicasAtOnceAreOneBuild(TestDatabase database) throws Exception {
        Future<Served> first = building();
        Future<Served> second = crew.start(() -> b.serve(MODULE));
        awaitListener(database);
        gate.open();

        assertThat(Crew.result(first).role()).isEqualTo(Role.WINNER);
        assertThat(Crew.result(second).role()).isEqualTo(Role.WAITER);
        assertThat(text(Crew.result(second).artifact())).isEqualTo("built v1");
        assertThat(built).hasValue(1);
    }

    @Test
    void s31AWriteOfADependencyMakesItsConsumerMissOnce() throws Exception {
        a.service.serve(REALM, MODULE);
        cache.sql(tx -> tx.update("update module_transpile_cache set dependency_keys = '[\"cards/base\"]'"));
        assertThat(a.service.serve(REALM, MODULE).role()).isEqualTo(Role.HIT);

        cache.sql(tx -> {
            List<String> changed = new ArrayList<>(List.of("cards/base.gts"));
            changed.addAll(Tombstones.dependents(tx, REALM, changed));
            return Tombstones.paths(tx, REALM, changed);
        });
        List.of("cards/base.gts", MODULE)
                .forEach(path -> a.service.invalidations().path(REALM, path));

        assertThat(a.service.serve(REALM, MODULE).role()).isEqualTo(Role.WINNER);
        assertThat(a.service.serve(REALM, MODULE).role()).isEqualTo(Role.HIT);
    }

    @Test
    void s32ABuildThatFailsIsAnErrorAndNothingIsStored(TestDatabase database) throws Exception {
        broken = true;

        assertThatThrownBy(() -> a.serve(MODULE))
                .isInstanceOf(BuildFailed.class)
                .hasMessage("unexpected token");

        assertThat(database.ask("select count(*) from module_transpile_cache")).isEqualTo("0");
        broken = false;
        assertThat(text(a.serve(MODULE).artifact())).isEqualTo("built v1");
    }

    @Test
    void s42TwoServicesWithCoordinatorsBuildOnce() throws Exception {
        Future<TranspileService.Answer> one = crew.start(() -> a.service.serve(REALM, "cards/person"));
        Future<TranspileService.Answer> other = crew.start(() -> b.service.serve(REALM, MODULE));

        assertThat(List.of(
                        text(Crew.result(one).artifact()),
                        text(Crew.result(other).artifact())))
                .containsOnly("built v1");
        assertThat(built).hasValue(1);
        assertThat(a.service.peek(REALM, MODULE)).isSameAs(a.service.peek(REALM, "cards/person"));
    }

    @Test
    void s43WithoutADatabaseTheRequestBuildsForItself(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                Cache away = Cache.on(database.through(proxy.port()));
                Replica alone = new Replica(away, Duration.ofSeconds(5))) {
            proxy.refuse();

            Served served = alone.serve(MODULE);

            assertThat(served.role()).isEqualTo(Role.LOCAL);
            assertThat(text(served.artifact())).isEqualTo("built v1");
            assertThat(faults).isNotEmpty();
        }
    }

    @Test
    void s44WhatIsCachedIsNeverBuilt() throws Exception {
        cache.store(cache.capture(MODULE), "cached");

        assertThat(text(b.serve(MODULE).artifact())).isEqualTo("cached");
        assertThat(built).hasValue(0);
    }

    @Test
    void aPublishDuringTheBuildRefusesItsStore() throws Exception {
        Future<Served> stale = building();
        source.set("v2");
        cache.wipe();
        openForAll();

        assertThat(Crew.result(stale).stored()).contains(StoreResult.STALE);
        assertThat(cache.find(key(MODULE))).isEqualTo("BELOW_FLOOR");
        assertThat(List.of(
                        text(b.serve(MODULE).artifact()), text(a.serve(MODULE).artifact())))
                .containsOnly("built v2");
    }

    @Test
    void aTombstoneDuringTheBuildRefusesItsStore() throws Exception {
        Future<Served> stale = building();
        source.set("v2");
        cache.tombstone(MODULE);
        openForAll();

        assertThat(Crew.result(stale).stored()).contains(StoreResult.STALE);
        assertThat(text(b.serve(MODULE).artifact())).isEqualTo("built v2");
    }

    @Test
    void aFailedBuildFreesTheOthersAtOnce(TestDatabase database) throws Exception {
        broken = true;
        Future<Served> failing = building();
        Future<Served> waiting = crew.start(() -> b.serve(MODULE));
        awaitListener(database);
        gate.open();

        assertThatThrownBy(() -> Crew.result(failing)).isInstanceOf(BuildFailed.class);
        assertThatThrownBy(() -> Crew.result(waiting)).isInstanceOf(BuildFailed.class);
        assertThat(built).hasValue(2);
    }

    @Test
    void whoeverWaitsTooLongBuildsForItself() throws Exception {
        Future<Served> winner = building();
        Gate slow = gate;
        gate = null;
        try (Replica hasty = new Replica(cache, Duration.ofMillis(300))) {
            assertThat(hasty.serve(MODULE).role()).isEqualTo(Role.LOCAL);
        }
        slow.open();

        assertThat(Crew.result(winner).role()).isEqualTo(Role.WINNER);
    }

    @Test
    void whatAWinnerHasBuiltIsStoredByAnotherConnectionIfItsOwnIsLost(TestDatabase database) throws Exception {
        Future<Served> winner = building();
        for (TestDatabase.Backend backend : database.backends()) {
            if (backend.advisoryLocks() > 0) {
                database.terminate(backend);
            }
        }
        gate.open();

        Served served = Crew.result(winner);
        assertThat(text(served.artifact())).isEqualTo("built v1");
        assertThat(served.stored()).contains(StoreResult.STORED);
        assertThat(faults).isEmpty();
        assertThat(a.serve(MODULE).role()).isEqualTo(Role.HIT);
    }

    /** The first replica, in the middle of its build, until the gate is opened. */
    private Future<Served> building() throws InterruptedException {
        gate = new Gate();
        Future<Served> building = crew.start(() -> a.serve(MODULE));
        gate.awaitArrival();
        return building;
    }

    private void openForAll() {
        Gate held = gate;
        gate = null;
        held.open();
    }

    private Artifact compile(Source from, Captured captured) throws java.io.IOException, InterruptedException {
        built.incrementAndGet();
        String text = new String(from.open(captured).readAllBytes(), StandardCharsets.UTF_8);
        Gate held = gate;
        if (held != null) {
            held.pass();
        }
        if (broken) {
            throw new BuildFailed("unexpected token", null);
        }
        return Artifact.of(Content.of("built " + text));
    }

    /** The second replica, and nobody else, listens: it has lost the lock and is about to wait. */
    private static void awaitListener(TestDatabase database) {
        Await.until("somebody to listen", Duration.ofSeconds(20), () -> database.backends().stream()
                .anyMatch(backend -> backend.applicationName().equals("lockstep test listener")));
    }

    private static String text(Artifact artifact) {
        return artifact.content().text().orElseThrow();
    }
}
