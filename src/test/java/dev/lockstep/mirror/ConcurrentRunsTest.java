package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.DbTarget;
import dev.lockstep.db.Session;
import dev.lockstep.db.libpq.TargetSources;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.open.Targets;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.mirror.run.MirrorConnection;
import dev.lockstep.mirror.run.MirrorRun;
import dev.lockstep.mirror.run.RunClaim.Policy;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Two first runs at once: one is stopped before each of its calls to a database in turn, and the other runs meanwhile. */
class ConcurrentRunsTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    /** So long nothing happens where somebody waits for a lock, and the database has nobody to ask. */
    private static final Duration STILL = Duration.ofMillis(100);

    private static final String WAITING_IN_POSTGRES = """
            select count(*)
              from pg_stat_activity
             where datname = current_database()
               and wait_event_type = 'Lock'
            """;

    private static final String WAITING_IN_MARIADB = """
            select count(*)
              from information_schema.processlist
             where db = database()
               and state like 'Waiting for table%'
            """;

    private static final List<String> TABLES = List.of(
            "t", "u", "lockstep_mirror_run", "lockstep_mirror_table", "lockstep_mirror_ckpt", "lockstep_mirror_reject");

    /** More calls than it takes until a run has the right to write. */
    private static final int CALLS = Counts.of(32, 200);

    @TempDir
    private Path dir;

    @ParameterizedTest
    @MethodSource("dev.lockstep.mirror.TestMirror$Kind#ofLongTests")
    void twoSourcesOfOneMirrorMayBeginAtOnce(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, "create table t (id integer primary key)")) {
            mirror.sql("insert into t values (1), (2)");
            Path other = TestSqlite.create(
                    dir.resolve("other.db"),
                    "create table u (id integer primary key)",
                    "insert into u values (1), (2), (3)");
            Map<String, String> second = Map.of(
                    "LOCKSTEP_TO",
                    mirror.environment().get("LOCKSTEP_TO"),
                    "LOCKSTEP_DB",
                    other.toString(),
                    "HOME",
                    dir.toString());
            interleave(
                    mirror,
                    fault -> LockstepRun.inProcess(fault, mirror.environment(), MirrorPair.arguments()),
                    fault -> LockstepRun.inProcess(fault, second, MirrorPair.arguments()),
                    (first, then) -> {
                        assertThat(first.exit()).as(first.toString()).isZero();
                        assertThat(then.exit()).as(then.toString()).isZero();
                        assertThat(mirror.ask("select count(*) from t")).isEqualTo("2");
                        assertThat(mirror.ask("select count(*) from u")).isEqualTo("3");
                    });
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.mirror.TestMirror$Kind#ofLongTests")
    void ofTwoRunsOfOneSourceOneBegins(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, "create table t (id integer primary key)")) {
            String here = ProcessIdentity.ofProcess().toText();
            String parent =
                    identity(ProcessHandle.current().parent().orElseThrow()).toText();
            interleave(
                    mirror,
                    fault -> begin(mirror, fault, here),
                    fault -> begin(mirror, fault, parent),
                    (first, then) ->
                            assertThat(List.of(first, then)).containsExactlyInAnyOrder("begun", "another-run"));
        }
    }

    private static ProcessIdentity identity(ProcessHandle process) {
        ProcessIdentity here = ProcessIdentity.ofProcess();
        long started = process.info().startInstant().orElseThrow().toEpochMilli();
        return new ProcessIdentity(here.host(), process.pid(), here.boot(), started);
    }

    /** Becomes the one that writes. @return {@code begun}, or the code of the trouble */
    private static String begin(TestMirror mirror, Fault fault, String owner) {
        Environment environment = new Environment(mirror.environment());
        DbTarget target = Targets.resolve(
                null,
                TargetSources.of(environment).called("--to", "--password-file").withVariable("LOCKSTEP_TO"));
        Session session = Session.of("lockstep test", Session.Use.WRITE);
        try (Databases databases = new Databases(environment, fault::around)) {
            MirrorConnection link = new MirrorConnection(
                    () -> databases.open(target, session), PATIENCE, message -> {}, new Ticks(number -> {}));
            try {
                MirrorRun.begin(link, mirror.source.toString(), owner, Policy.RESPECT);
                return "begun";
            } catch (LockstepException e) {
                return e.code();
            } finally {
                link.close();
            }
        }
    }

    /** Looks at how two runs have ended. */
    @FunctionalInterface
    private interface Check<T> {
        void check(T first, T then) throws SQLException;
    }

    private static <T> void interleave(
            TestMirror mirror, Function<Fault, T> first, Function<Fault, T> then, Check<T> check) throws SQLException {
        int step = Counts.of(mirror.kind() == Kind.POSTGRESQL ? 2 : 3, 1);
        int held = 0;
        for (int call = 1 + new Random().nextInt(step); call <= CALLS; call += step) {
            forget(mirror);
            Fault hold = Fault.holdAt(call);
            CompletableFuture<T> one = start(() -> first.apply(hold));
            Await.until("the call, or the end", PATIENCE, () -> hold.hit() || one.isDone());
            held += hold.hit() ? 1 : 0;
            Fault counted = Fault.none();
            CompletableFuture<T> other = start(() -> then.apply(counted));
            Await.until("the end, or a lock", PATIENCE, () -> other.isDone() || waits(mirror, counted));
            hold.release();
            try {
                check.check(one.join(), other.join());
            } catch (AssertionError e) {
                throw new AssertionError(hold.toString(), e);
            }
        }
        assertThat(held).isGreaterThan(10 / step);
    }

    private static void forget(TestMirror mirror) throws SQLException {
        for (String table : TABLES) {
            mirror.execute("drop table if exists " + table);
        }
    }

    private static <T> CompletableFuture<T> start(Supplier<T> run) {
        CompletableFuture<T> ended = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                ended.complete(run.get());
            } catch (RuntimeException | AssertionError e) {
                ended.completeExceptionally(e);
            }
        });
        thread.setDaemon(true);
        thread.start();
        return ended;
    }

    /** Whether a run waits for what the other one holds. */
    private static boolean waits(TestMirror mirror, Fault run) throws Exception {
        return switch (mirror.kind()) {
            case POSTGRESQL -> !mirror.ask(WAITING_IN_POSTGRES).equals("0");
            case MARIADB, MYSQL -> !mirror.ask(WAITING_IN_MARIADB).equals("0");
            case SQLITE -> {
                // If it is only slow, the two go on side by side: another order than was meant, and as good.
                int calls = run.calls();
                Thread.sleep(STILL.toMillis());
                yield calls == run.calls();
            }
        };
    }
}
