package dev.lockstep.transpile;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.DbPool;
import dev.lockstep.db.listen.PgListener;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.transpile.service.SharedBuilds;
import dev.lockstep.transpile.service.SharedBuilds.Role;
import dev.lockstep.transpile.service.SharedBuilds.Served;
import dev.lockstep.transpile.service.Source;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Processes that share builds, and what becomes of the others when the one that builds is gone. */
@ExtendWith(PostgresExtension.class)
class FleetTest {
    private static final int PROCESSES = 8;
    private static final int PATHS = Counts.of(40, 5_000);
    /** Builds that one process holds when it goes. */
    private static final int HELD = Counts.of(10, 100);

    /** Who is not told waits a minute. */
    private static final Duration TAKEOVER = Duration.ofSeconds(40);

    private final Crew crew = new Crew();
    private Cache cache;

    @BeforeEach
    void open(TestDatabase database) throws SQLException {
        cache = Cache.in(database);
        database.execute("create table built (path text, pid integer)", "create table released ()");
    }

    @AfterEach
    void close() throws InterruptedException {
        crew.close();
        cache.close();
    }

    @Test
    void eightProcessesBuildEachColdPathOnce(TestDatabase database) throws Exception {
        List<ChildJvm> fleet = new ArrayList<>();
        try {
            for (int i = 0; i < PROCESSES; i++) {
                fleet.add(ChildJvm.start(FleetMember.class, database.environment(), "each", Integer.toString(PATHS)));
            }
            for (ChildJvm member : fleet) {
                assertThat(member.exitCode(Duration.ofSeconds(60L * PATHS / 100)))
                        .as("%s", member)
                        .isZero();
            }
        } finally {
            fleet.forEach(ChildJvm::close);
        }

        assertThat(database.ask("select count(*) || ' builds of ' || count(distinct path) from built"))
                .isEqualTo(PATHS + " builds of " + PATHS);
        assertThat(Integer.parseInt(database.ask("select count(distinct pid) from built")))
                .isGreaterThan(1);
    }

    @Test
    void aKilledWinnerIsReplaced(TestDatabase database) throws Exception {
        try (ChildJvm winner = holding(database)) {
            List<Future<Served>> waiting = takers();
            winner.kill();

            assertTakenOver(waiting);
        }
    }

    @Test
    void aStoppedWinnerIsReplacedAndStoresNothingWhenItGoesOn(TestDatabase database) throws Exception {
        try (ChildJvm winner = holding(database)) {
            List<Future<Served>> waiting = takers();
            winner.stop();

            assertTakenOver(waiting);
            database.execute("insert into released default values");
            winner.resume();
            winner.awaitStdout("done");
            assertThat(winner.stdout()).contains("served WINNER Optional.empty").doesNotContain("STORED");
        }
        assertThat(database.ask("select string_agg(distinct body, ',') from module_transpile_cache"))
                .isEqualTo("taken over");
    }

    @Test
    void aWinnerThatTheNetworkLostIsReplaced(TestDatabase database) throws Exception {
        try (FaultProxy proxy = FaultProxy.before(database);
                ChildJvm winner = holding(database.through(proxy.port()))) {
            List<Future<Served>> waiting = takers();
            proxy.freeze();

            assertTakenOver(waiting);
            winner.kill();
        }
    }

    private static ChildJvm holding(TestDatabase database) {
        ChildJvm winner = ChildJvm.start(FleetMember.class, database.environment(), "hold", Integer.toString(HELD));
        Await.until(
                "all builds to have begun",
                Duration.ofSeconds(60),
                () -> winner.stdout()
                                .lines()
                                .filter(line -> line.startsWith("building"))
                                .count()
                        == HELD);
        return winner;
    }

    private List<Future<Served>> takers() {
        DbPool pool = cache.pool(HELD + 1);
        PgListener listener = cache.listener();
        SharedBuilds builds = new SharedBuilds(pool, listener, Duration.ofSeconds(60), (cost, fault) -> {});
        closing.add(builds);
        closing.add(listener);
        closing.add(pool);
        List<Future<Served>> waiting = new ArrayList<>();
        for (int i = 0; i < HELD; i++) {
            String path = "module-" + i + ".gts";
            waiting.add(crew.start(() -> builds.serve(
                    Cache.key(path),
                    Source.of(path, InputStream::nullInputStream),
                    (source, captured) -> Artifact.of(Content.of("taken over")))));
        }
        return waiting;
    }

    private final List<AutoCloseable> closing = new ArrayList<>();

    private void assertTakenOver(List<Future<Served>> waiting) throws Exception {
        long start = System.nanoTime();
        for (Future<Served> taker : waiting) {
            Served served = Crew.result(taker);
            assertThat(served.role()).isEqualTo(Role.WINNER);
            assertThat(served.artifact().content().text()).contains("taken over");
        }
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(TAKEOVER);
        for (AutoCloseable resource : closing) {
            resource.close();
        }
    }
}
