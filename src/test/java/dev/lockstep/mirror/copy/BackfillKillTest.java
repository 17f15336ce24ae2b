package dev.lockstep.mirror.copy;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.MirrorPair;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.DyingLockstep;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.Fault.Mode;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.MariaDbDatabase;
import dev.lockstep.testing.MariaDbExtension;
import dev.lockstep.testing.MySqlDatabase;
import dev.lockstep.testing.MySqlExtension;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Processes that copy and are killed, or stopped and woken when another has taken over. */
@ExtendWith({PostgresExtension.class, MariaDbExtension.class, MySqlExtension.class})
class BackfillKillTest {
    private static final List<String> TABLES = List.of("t", "u");
    private static final String UP = "up";
    private static final String DONE = "done";
    private static final int ROWS = 3_000;
    private static final int FIRST_ROWS = 30_000;
    private static final int ENGINES = 2;
    private static final String[] BATCHES = {"--batch", "300", "--max-delete", "5000"};

    @TempDir
    private Path dir;

    private Path source;

    @BeforeEach
    void makeSource() throws SQLException {
        source = TestSqlite.create(
                dir.resolve("source.db"),
                "pragma journal_mode = wal",
                "create table t (id integer primary key, name text)",
                "create table u (k text primary key, n integer) without rowid",
                BackfillConformance.MANY.formatted("t", 1, ROWS),
                "insert into u select name, id from t where id <= 500");
    }

    /** {@code Worker GO SOURCE URL SEED}: once there is a file GO, changes the source and copies it, and never ends. */
    static final class Worker {
        private Worker() {}

        public static void main(String[] arguments) throws SQLException {
            Path go = Path.of(arguments[0]);
            MirrorPair pair = new MirrorPair(Path.of(arguments[1]), arguments[2], () -> null);
            Random random = new Random(Long.parseLong(arguments[3]));
            Await.until("the word to go", Duration.ofMinutes(5), () -> Files.exists(go));
            System.out.println(UP);
            while (true) {
                change(pair, random);
                LockstepRun run = pair.backfill(BATCHES);
                assertThat(run.exit()).as(run.stderr()).isZero();
                System.out.println(DONE);
            }
        }
    }

    /** Deletes some rows, changes some, and adds some: near each other, so that few pages change, or everywhere. */
    private static void change(MirrorPair pair, Random random) throws SQLException {
        int from = random.nextInt(ROWS);
        int step = 1 + random.nextInt(50);
        pair.sql(
                "begin immediate",
                "delete from t where id between %d and %d".formatted(from, from + random.nextInt(100)),
                "update t set name = name || '!' where id %% %d = 0".formatted(step),
                "insert or replace into t values (%d, 'new')".formatted(random.nextInt(2 * ROWS)),
                "delete from u where n %% %d = 0".formatted(10 + step),
                "insert or replace into u select name, id from t where id %% %d = 1".formatted(step),
                "commit");
    }

    @Test
    void onPostgresNothingIsLostWhenARunIsKilled(TestDatabase mirror) throws Exception {
        kill(MirrorPair.of(source, mirror));
    }

    @Test
    void onMariaDbNothingIsLostWhenARunIsKilled(MariaDbDatabase mirror) throws Exception {
        kill(MirrorPair.of(source, mirror));
    }

    @Test
    @Tag("nightly")
    void onMySqlNothingIsLostWhenARunIsKilled(MySqlDatabase mirror) throws Exception {
        kill(MirrorPair.of(source, mirror));
    }

    private void kill(MirrorPair pair) throws Exception {
        pair.backfillToEqual(TABLES, BATCHES);
        Random random = new Random(Counts.seed());
        int unfinished = 0;
        int kills = Counts.of(8, 1_000) / ENGINES;
        long round = nanosOfOneRound(pair);
        ChildJvm next = worker(pair, 1);
        for (int kill = 1; kill <= kills || unfinished == 0; kill++) {
            assertThat(kill).as("kills, none in the middle of a run").isLessThan(20 * kills);
            try (ChildJvm child = next) {
                Files.createFile(go(kill));
                child.awaitStdout(UP);
                // The first round of a process is mostly the start of a JVM, and the second is not.
                LockSupport.parkNanos((long) (random.nextDouble() * 2 * round));
                child.kill();
            }
            next = worker(pair, kill + 1);
            unfinished += pair.ask("select state from lockstep_mirror_run").equals("running") ? 1 : 0;
            // A writer mends what a killed one has left in the source.
            change(pair, random);
            pair.backfillToEqual(TABLES, BATCHES);
        }
        next.close();
    }

    /** How long a process takes for its first round on this machine as it is now. */
    private long nanosOfOneRound(MirrorPair pair) throws IOException {
        try (ChildJvm child = worker(pair, 0)) {
            Files.createFile(go(0));
            child.awaitStdout(UP);
            long begun = System.nanoTime();
            child.awaitStdout(DONE);
            return System.nanoTime() - begun;
        }
    }

    /** {@code Loader GO SOURCE URL}: once there is a file GO, copies all there is to an empty mirror. */
    static final class Loader {
        private Loader() {}

        public static void main(String[] arguments) {
            MirrorPair pair = new MirrorPair(Path.of(arguments[1]), arguments[2], () -> null);
            Await.until("the word to go", Duration.ofMinutes(5), () -> Files.exists(Path.of(arguments[0])));
            System.out.println(UP);
            LockstepRun run = pair.backfill();
            assertThat(run.exit()).as(run.stderr()).isZero();
            System.out.println(DONE);
        }
    }

    @Test
    void onPostgresAFirstLoadThatIsKilledIsAllOrNothing(TestDatabase mirror) throws Exception {
        TestSqlite.create(source, BackfillConformance.MANY.formatted("t", ROWS + 1, FIRST_ROWS));
        MirrorPair pair = MirrorPair.of(source, mirror);
        Random random = new Random(Counts.seed());
        long load = 0;
        int undone = 0;
        int kills = Counts.of(2, 100);
        for (int kill = 0; kill <= kills || undone == 0; kill++) {
            assertThat(kill).as("kills, none in the middle of a load").isLessThan(20 * kills);
            try (ChildJvm child = loader(pair, kill)) {
                Files.createFile(go(kill));
                child.awaitStdout(UP);
                long begun = System.nanoTime();
                if (kill == 0) {
                    child.awaitStdout(DONE);
                    load = System.nanoTime() - begun;
                } else {
                    LockSupport.parkNanos((long) (random.nextDouble() * load));
                }
                child.kill();
            }
            boolean there = pair.ask("select to_regclass('t')") != null;
            assertThat(there ? pair.ask("select count(*) from t") : null).isIn(null, "" + FIRST_ROWS);
            undone += there ? 0 : 1;
            pair.backfillToEqual(TABLES);
            for (String table : List.of("t", "u", "lockstep_mirror_run", "lockstep_mirror_table")) {
                pair.execute("drop table " + table);
            }
            pair.execute("drop table lockstep_mirror_ckpt", "drop table lockstep_mirror_reject");
        }
    }

    private ChildJvm loader(MirrorPair pair, int number) {
        return ChildJvm.start(
                Loader.class, Map.of(), go(number).toString(), pair.source().toString(), pair.url());
    }

    private ChildJvm worker(MirrorPair pair, int number) {
        return ChildJvm.start(
                Worker.class, Map.of(), go(number).toString(), pair.source().toString(), pair.url(), "" + number);
    }

    private Path go(int number) {
        return dir.resolve("go-" + number);
    }

    @Test
    void onPostgresARunThatWasStoppedWritesNothingOnceAnotherHasTakenOver(TestDatabase mirror) throws Exception {
        wakeZombies(MirrorPair.of(source, mirror));
    }

    @Test
    void onMariaDbARunThatWasStoppedWritesNothingOnceAnotherHasTakenOver(MariaDbDatabase mirror) throws Exception {
        wakeZombies(MirrorPair.of(source, mirror));
    }

    @Test
    @Tag("nightly")
    void onMySqlARunThatWasStoppedWritesNothingOnceAnotherHasTakenOver(MySqlDatabase mirror) throws Exception {
        wakeZombies(MirrorPair.of(source, mirror));
    }

    private void wakeZombies(MirrorPair pair) throws Exception {
        pair.backfillToEqual(TABLES, BATCHES);
        Random random = new Random(Counts.seed());
        int zombies = Counts.of(2, 100);
        int superseded = 0;
        for (int zombie = 0; zombie < zombies; zombie++) {
            change(pair, random);
            int calls = callsOfOneRun(pair);
            change(pair, random);
            List<String> command = new ArrayList<>(
                    List.of(Integer.toString(1 + calls * (zombie + 1) / (zombies + 1)), Mode.STOP.name()));
            command.addAll(List.of(MirrorPair.arguments(BATCHES)));
            try (ChildJvm child =
                    ChildJvm.start(DyingLockstep.class, pair.environment(), command.toArray(String[]::new))) {
                child.awaitStopped();
                change(pair, random);
                pair.backfillToEqual(TABLES, "--take-over", "--batch", "300", "--max-delete", "5000");
                String fence = pair.ask("select fence from lockstep_mirror_run");
                child.resume();
                superseded += child.exitCode() == 6 ? 1 : 0;
                boolean ranAfterwards = !fence.equals(pair.ask("select fence from lockstep_mirror_run"));
                assertThat(child.exitCode()).as(child.toString()).isEqualTo(ranAfterwards ? 0 : 6);
            }
            pair.assertEqual(TABLES);
        }
        assertThat(superseded).isGreaterThanOrEqualTo(zombies / 2);
    }

    private static int callsOfOneRun(MirrorPair pair) {
        Fault counting = Fault.none();
        LockstepRun run = pair.backfill(counting, BATCHES);
        assertThat(run.exit()).as(run.stderr()).isZero();
        return counting.calls();
    }
}
