package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.DbException;
import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.support.Clock;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.FaultProxy;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A mirror that goes away while it is written to, and comes back or does not. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class})
class MirrorOutageTest {
    private static final List<String> TABLES = List.of("t");

    /** Stands in a row in the middle of the table. */
    private static final String MIDDLE = "row 1500";

    @TempDir
    private Path dir;

    private Path source;

    @BeforeEach
    void makeSource() throws SQLException {
        source = TestSqlite.create(
                dir.resolve("source.db"),
                "create table t (id integer primary key, name text)",
                BackfillConformance.MANY.formatted("t", 1, 3_000));
    }

    /** Once the middle of the table is on its way, lets something happen to the server, and nothing arrive of it. */
    private static void inTheMiddle(FaultProxy proxy, Runnable outage) {
        AtomicBoolean over = new AtomicBoolean();
        proxy.rewrite(request -> {
            if (request.contains(MIDDLE) && over.compareAndSet(false, true)) {
                outage.run();
            }
            return request;
        });
    }

    private static void cut(FaultProxy proxy) {
        proxy.refuse();
        proxy.reset();
    }

    @Test
    void aRunGoesOnWhenPostgresComesBack(TestDatabase mirror) throws SQLException {
        try (FaultProxy proxy = FaultProxy.before(mirror)) {
            goesOn(MirrorPair.of(source, mirror).through(proxy), proxy);
        }
        MirrorPair.of(source, mirror).assertEqual(TABLES);
    }

    @Test
    void aRunGoesOnWhenMariaDbComesBack(MariaDbDatabase mirror) throws SQLException {
        try (FaultProxy proxy = FaultProxy.before(mirror.host(), mirror.port())) {
            goesOn(MirrorPair.of(source, mirror).through(proxy), proxy);
        }
        MirrorPair.of(source, mirror).assertEqual(TABLES);
    }

    private static void goesOn(MirrorPair pair, FaultProxy proxy) {
        inTheMiddle(proxy, () -> cut(proxy));
        try (RunningLockstep run = RunningLockstep.start(pair.environment(), MirrorPair.arguments("--batch", "300"))) {
            run.awaitStderr("the mirror is away: ");
            proxy.pass();
            LockstepRun ended = run.ended();
            assertThat(ended.exit()).as(ended.toString()).isZero();
            assertThat(ended.stderr()).contains("connected to the mirror again");
            assertThat(ended.stdout()).contains("t: 3000 read, 3000 inserted");
        }
    }

    @Test
    void theNextRunGoesOnIfPostgresDoesNotComeBack(TestDatabase mirror) throws SQLException {
        try (FaultProxy proxy = FaultProxy.before(mirror)) {
            givesUp(MirrorPair.of(source, mirror).through(proxy), proxy);
        }
        theRestArrives(MirrorPair.of(source, mirror));
    }

    @Test
    void theNextRunGoesOnIfMariaDbDoesNotComeBack(MariaDbDatabase mirror) throws SQLException {
        try (FaultProxy proxy = FaultProxy.before(mirror.host(), mirror.port())) {
            givesUp(MirrorPair.of(source, mirror).through(proxy), proxy);
        }
        theRestArrives(MirrorPair.of(source, mirror));
    }

    private static void givesUp(MirrorPair pair, FaultProxy proxy) {
        inTheMiddle(proxy, () -> cut(proxy));
        LockstepRun run = pair.backfill("--batch", "300", "--retry-for", "500ms", "--json");
        assertThat(run.exit()).as(run.toString()).isEqualTo(4);
        assertThat(run.stdout()).contains("\"exitCode\":4", "\"code\":\"unreachable\"");
        assertThat(run.stderr()).contains("cannot connect to 127.0.0.1:" + proxy.port());
    }

    private static void theRestArrives(MirrorPair pair) throws SQLException {
        assertThat(pair.run("mirror", "status").stdout()).startsWith("interrupted");
        int there = Integer.parseInt(pair.ask("select count(*) from t"));
        assertThat(there).isBetween(300, 1_500);
        LockstepRun run = pair.backfill();
        assertThat(run.exit()).as(run.toString()).isZero();
        assertThat(run.stdout())
                .contains("t: 3000 read, %d inserted, 0 updated, 0 deleted, %d unchanged"
                        .formatted(3_000 - there, there));
        pair.assertEqual(TABLES);
    }

    @Test
    void aRunOutlivesARestartOfTheServer() throws Exception {
        try (TestPostgres server = TestPostgres.start();
                TestDatabase mirror = server.createDatabase();
                FaultProxy proxy = FaultProxy.before(mirror)) {
            CountDownLatch stopped = new CountDownLatch(1);
            inTheMiddle(proxy, () -> {
                server.stop();
                stopped.countDown();
            });
            MirrorPair pair = MirrorPair.of(source, mirror).through(proxy);
            try (RunningLockstep run =
                    RunningLockstep.start(pair.environment(), MirrorPair.arguments("--batch", "300"))) {
                run.awaitStderr("the mirror is away: ");
                stopped.await();
                server.go();
                LockstepRun ended = run.ended();
                assertThat(ended.exit()).as(ended.toString()).isZero();
            }
            MirrorPair.of(source, mirror).assertEqual(TABLES);
        }
    }

    @Test
    void theWaitsGrowAndComeToAnEnd(TestDatabase mirror) {
        Ticks ticks = new Ticks(number -> {});
        try (FaultProxy proxy = FaultProxy.before(mirror);
                Databases databases = new Databases(environment(mirror, proxy));
                MirrorConnection link = link(databases, ticks, new ArrayList<>())) {
            cut(proxy);
            assertThatThrownBy(() -> one(link)).isInstanceOfSatisfying(DbException.class, e -> assertThat(e.kind())
                    .isEqualTo(LockstepException.Kind.UNREACHABLE));
            assertThat(ticks.slept())
                    .startsWith(Duration.ofMillis(100), Duration.ofMillis(200), Duration.ofMillis(400))
                    .endsWith(Duration.ofSeconds(5), Duration.ofSeconds(5))
                    .isSortedAccordingTo(Comparator.naturalOrder());
            assertThat(ticks.inAll()).isBetween(Duration.ofSeconds(54), Duration.ofSeconds(60));
        }
    }

    @Test
    void whatWasUnderWayIsDoneOnceMore(TestDatabase mirror) {
        List<String> messages = new ArrayList<>();
        try (FaultProxy proxy = FaultProxy.before(mirror);
                Databases databases = new Databases(environment(mirror, proxy))) {
            Ticks ticks = new Ticks(number -> {
                if (number == 4) {
                    proxy.pass();
                }
            });
            try (MirrorConnection link = link(databases, ticks, messages)) {
                cut(proxy);
                assertThat(one(link)).isEqualTo(1);
                assertThat(ticks.slept()).hasSize(4);
                assertThat(messages).hasSize(2).last().isEqualTo("connected to the mirror again");
                assertThat(one(link)).isEqualTo(1);
                assertThat(ticks.slept()).hasSize(4);
            }
        }
    }

    private static long one(MirrorConnection link) {
        return link.transact(tx -> tx.only("select 1 as one").integer("one"));
    }

    private static Environment environment(TestDatabase mirror, FaultProxy proxy) {
        return new Environment(mirror.through(proxy.port()).environment());
    }

    private static MirrorConnection link(Databases databases, Clock clock, List<String> messages) {
        DbTarget target = Targets.resolve(
                "postgresql:///",
                TargetSources.of(databases.environment())
                        .called("--to", "--password-file")
                        .withVariable("LOCKSTEP_TO"));
        Session session = Session.of("lockstep test", Session.Use.WRITE);
        return new MirrorConnection(() -> databases.open(target, session), Duration.ofMinutes(1), messages::add, clock);
    }
}
