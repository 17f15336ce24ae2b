package dev.lockstep.transpile.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.testing.Await;
import dev.lockstep.transpile.Crew;
import dev.lockstep.transpile.Gate;
import dev.lockstep.transpile.service.LocalCache.How;
import dev.lockstep.transpile.service.LocalCache.Loaded;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The races of Boxel's module-cache-race-test, source-cache test and in-process dedup, by their numbers there. */
class LocalCacheTest {
    private static final String REALM = "http://localhost:4201/luke/";
    private static final String MODULE = "cards/person.gts";

    private final LocalCache<String> cache = new LocalCache<>(1_000, String::length);
    private final AtomicInteger loads = new AtomicInteger();
    private final Crew crew = new Crew();

    @AfterEach
    void dismiss() throws InterruptedException {
        crew.close();
    }

    @Test
    void s01InvalidateDuringTheLoadAnswersItAndTheNextRequestMisses() throws Exception {
        Gate gate = new Gate();
        Future<String> inFlight = parked(MODULE, MODULE, gate);

        cache.path(REALM, MODULE);
        gate.open();

        assertThat(Crew.result(inFlight)).isEqualTo("load 1");
        assertThat(how(MODULE)).isEqualTo(How.LOADED);
    }

    @Test
    void s02InvalidateOfAnotherPathDuringTheLoadLeavesAHit() throws Exception {
        Gate gate = new Gate();
        Future<String> inFlight = parked(MODULE, MODULE, gate);

        cache.path(REALM, "cards/other.gts");
        gate.open();

        assertThat(Crew.result(inFlight)).isEqualTo("load 1");
        assertThat(how(MODULE)).isEqualTo(How.HIT);
    }

    @Test
    void s03InvalidateOfTheCanonicalPathReachesALoadUnderItsAlias() throws Exception {
        Gate gate = new Gate();
        Future<String> inFlight = parked("cards/person", MODULE, gate);

        cache.path(REALM, MODULE);
        gate.open();

        assertThat(Crew.result(inFlight)).isEqualTo("load 1");
        assertThat(cache.get(REALM, "cards/person")).isNull();
        assertThat(cache.get(REALM, MODULE)).isNull();
    }

    /** The stale load is detached: a request after the invalidation must not join it and be served by it. */
    @Test
    void aRequestUnderTheAliasAfterTheInvalidationDoesNotJoinTheOldLoad() throws Exception {
        Gate gate = new Gate();
        Future<String> old = parked("cards/person", MODULE, gate);
        cache.path(REALM, MODULE);

        String fresh = load("cards/person", MODULE);
        gate.open();

        assertThat(fresh).isEqualTo("load 2");
        assertThat(Crew.result(old)).isEqualTo("load 1");
        assertThat(cache.get(REALM, "cards/person")).isEqualTo("load 2");
    }

    @Test
    void s04AWriteDuringTheLoadMakesTheNextRequestMiss() throws Exception {
        Gate gate = new Gate();
        Future<String> inFlight = parked(MODULE, MODULE, gate);

        cache.path(REALM, MODULE);
        cache.path(REALM, MODULE);
        gate.open();

        assertThat(Crew.result(inFlight)).isEqualTo("load 1");
        assertThat(load(MODULE, MODULE)).isEqualTo("load 2");
    }

    @Test
    void s05AWipeDuringTheLoadMakesTheNextRequestMiss() throws Exception {
        Gate gate = new Gate();
        Future<String> inFlight = parked(MODULE, MODULE, gate);

        cache.realm(REALM);
        gate.open();

        assertThat(Crew.result(inFlight)).isEqualTo("load 1");
        assertThat(how(MODULE)).isEqualTo(How.LOADED);
    }

    @Test
    void s06ThreeRequestsForOnePathAreOneLoad() throws Exception {
        Gate gate = new Gate();
        Future<String> first = parked(MODULE, MODULE, gate);
        Future<How> second = crew.start(() -> how(MODULE));
        Future<How> third = crew.start(() -> how(MODULE));
        gate.open();

        assertThat(Crew.result(first)).isEqualTo("load 1");
        assertThat(Crew.result(second)).isNotEqualTo(How.LOADED);
        assertThat(Crew.result(third)).isNotEqualTo(How.LOADED);
        assertThat(loads).hasValue(1);
        assertThat(cache.loading()).isZero();
    }

    @Test
    void s07TwoPathsAreTwoLoads() throws Exception {
        Gate gate = new Gate();
        Future<String> one = parked(MODULE, MODULE, gate);

        assertThat(load("cards/other.gts", "cards/other.gts")).isEqualTo("load 2");
        gate.open();
        assertThat(Crew.result(one)).isEqualTo("load 1");
    }

    @Test
    void s08InvalidateOfAnotherPathLeavesTheLoadJoinable() throws Exception {
        Gate gate = new Gate();
        Future<String> first = parked(MODULE, MODULE, gate);

        cache.path(REALM, "cards/other.gts");

        assertThat(cache.loading()).isOne();
        gate.open();
        assertThat(Crew.result(first)).isEqualTo("load 1");
        assertThat(loads).hasValue(1);
    }

    @Test
    void s09InvalidateOfItsPathDetachesTheLoad() throws Exception {
        Gate gate = new Gate();
        Future<String> first = parked(MODULE, MODULE, gate);

        cache.path(REALM, MODULE);

        assertThat(cache.loading()).isZero();
        assertThat(load(MODULE, MODULE)).isEqualTo("load 2");
        gate.open();
        assertThat(Crew.result(first)).isEqualTo("load 1");
        assertThat(loads).hasValue(2);
    }

    @Test
    void s10ADetachedLoadThatEndsLeavesItsSuccessorInPlace() throws Exception {
        Gate gateA = new Gate();
        Gate gateB = new Gate();
        Future<String> a = parked(MODULE, MODULE, gateA);
        cache.path(REALM, MODULE);
        Future<String> b = parked(MODULE, MODULE, gateB);

        gateA.open();
        assertThat(Crew.result(a)).isEqualTo("load 1");
        assertThat(cache.loading()).isOne();
        gateB.open();

        assertThat(Crew.result(b)).isEqualTo("load 2");
        assertThat(cache.loading()).isZero();
        assertThat(cache.get(REALM, MODULE)).isEqualTo("load 2");
    }

    @Test
    void s11AFailureIsSharedByThoseWhoJoinedAndNotKept() throws Exception {
        Gate gate = new Gate();
        Future<String> first = crew.start(() -> cache.get(REALM, MODULE, () -> {
                    loads.incrementAndGet();
                    gate.pass();
                    throw new BuildFailed("unexpected token", null);
                })
                .value());
        gate.awaitArrival();
        Thread[] joiner = new Thread[1];
        Future<String> joined = crew.start(() -> {
            joiner[0] = Thread.currentThread();
            return load(MODULE, MODULE);
        });
        Await.until(
                "the second request to wait",
                Duration.ofSeconds(20),
                () -> joiner[0] != null && joiner[0].getState() == Thread.State.WAITING);
        gate.open();

        assertThatThrownBy(() -> Crew.result(first)).hasMessage("unexpected token");
        assertThatThrownBy(() -> Crew.result(joined)).hasMessage("unexpected token");
        assertThat(loads).hasValue(1);
        assertThat(load(MODULE, MODULE)).isEqualTo("load 2");
    }

    @Test
    void s24ASourceReadThatIsInvalidatedAnswersAndIsReadAgain() throws Exception {
        Gate gate = new Gate();
        Future<String> read = parked("notes.md", "notes.md", gate);

        cache.path(REALM, "notes.md");
        gate.open();

        assertThat(Crew.result(read)).isEqualTo("load 1");
        assertThat(load("notes.md", "notes.md")).isEqualTo("load 2");
    }

    @Test
    void s25ADeletedSourceIsNotServedByTheReadThatWasUnderWay() throws Exception {
        Gate gate = new Gate();
        Future<String> read = parked("notes.md", "notes.md", gate);
        cache.path(REALM, "notes.md");
        gate.open();
        Crew.result(read);

        assertThatThrownBy(() -> cache.get(REALM, "notes.md", () -> {
                    throw new BuildFailed("no such file", null);
                }))
                .hasMessage("no such file");
    }

    @Test
    void s26AnotherSourcesInvalidationLeavesAHit() throws Exception {
        Gate gate = new Gate();
        Future<String> read = parked("notes.md", "notes.md", gate);
        cache.path(REALM, "other.md");
        gate.open();
        Crew.result(read);

        assertThat(how("notes.md")).isEqualTo(How.HIT);
    }

    @Test
    void s27AWipeWhileASourceIsReadMakesTheNextRequestMiss() throws Exception {
        Gate gate = new Gate();
        Future<String> read = parked("notes.md", "notes.md", gate);
        cache.everything();
        gate.open();
        Crew.result(read);

        assertThat(how("notes.md")).isEqualTo(How.LOADED);
    }

    @Test
    void whoJoinedALoadThatWasInterruptedLoadsForItself() throws Exception {
        Gate gate = new Gate();
        Thread[] leader = new Thread[1];
        Future<String> interrupted = crew.start(() -> {
            leader[0] = Thread.currentThread();
            return cache.get(REALM, MODULE, () -> {
                        gate.pass();
                        return new Loaded<>(MODULE, "never");
                    })
                    .value();
        });
        gate.awaitArrival();
        Future<String> joined = crew.start(() -> load(MODULE, MODULE));

        leader[0].interrupt();

        assertThatThrownBy(() -> Crew.result(interrupted)).isInstanceOf(InterruptedException.class);
        assertThat(Crew.result(joined)).isEqualTo("load 1");
    }

    private Future<String> parked(String requested, String canonical, Gate gate) throws InterruptedException {
        Future<String> parked = crew.start(() -> cache.get(REALM, requested, () -> {
                    String value = "load " + loads.incrementAndGet();
                    gate.pass();
                    return new Loaded<>(canonical, value);
                })
                .value());
        gate.awaitArrival();
        return parked;
    }

    private String load(String requested, String canonical) throws InterruptedException {
        return cache.get(REALM, requested, () -> new Loaded<>(canonical, "load " + loads.incrementAndGet()))
                .value();
    }

    private How how(String path) throws InterruptedException {
        return cache.get(REALM, path, () -> new Loaded<>(path, "load " + loads.incrementAndGet()))
                .how();
    }
}
