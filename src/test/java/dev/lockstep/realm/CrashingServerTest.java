package dev.lockstep.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.ServingReplica.Board;
import dev.lockstep.realm.invalidate.RealmInvalidator;
import dev.lockstep.realm.invalidate.RealmInvalidator.Durability;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.transpile.schema.CacheSchema;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Four processes serve while files and the whole realm are invalidated, on a server that crashes again and again. */
class CrashingServerTest {
    private static final int REPLICAS = 4;
    private static final int CRASHES = Counts.of(6, 360);
    private static final int EDITS_BETWEEN = 15;
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    private final Random random = new Random(9);
    private final Set<String> epochs = new HashSet<>();

    @TempDir
    private Path dir;

    @Test
    void nobodyIsServedWhatWasInvalidatedBeforeTheRequest() throws Exception {
        Path file = dir.resolve("board");
        Board board = new Board(file);
        List<ChildJvm> fleet = new ArrayList<>();
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase()) {
            try (Db db = Boxel.open(database)) {
                db.run(CacheSchema::install);
            }
            for (int i = 0; i < REPLICAS; i++) {
                fleet.add(ChildJvm.start(ServingReplica.class, database.environment(), file.toString()));
            }
            fleet.forEach(replica -> replica.awaitStdout("ready"));
            for (int crash = 0; crash < CRASHES; crash++) {
                edit(board, database, EDITS_BETWEEN);
                crash(database);
            }
            edit(board, database, EDITS_BETWEEN);
            board.end();
            for (ChildJvm replica : fleet) {
                assertThat(replica.exitCode(Duration.ofMinutes(2)))
                        .as("%s", replica)
                        .isZero();
            }
        } finally {
            fleet.forEach(ChildJvm::close);
        }

        StringBuilder served = new StringBuilder();
        fleet.forEach(replica -> served.append(replica.stdout()));
        assertThat(served).contains("HIT=", "WINNER=", "LOCAL_LAYER=").doesNotContain("STALE=");
        assertThat(epochs).hasSize(CRASHES);
    }

    /** One in five is of the whole realm. */
    private void edit(Board board, TestDatabase database, int edits) {
        try (Db db = Boxel.open(database)) {
            RealmInvalidator invalidator = new RealmInvalidator(db, Durability.NOTIFY);
            for (int i = 0; i < edits; i++) {
                int path = random.nextInt(Board.PATHS);
                board.edit(path);
                List<String> paths = random.nextInt(5) == 0 ? List.of() : List.of(Board.path(path));
                invalidator.invalidate(List.of(ServingReplica.REALM), paths);
                board.acknowledge(path, board.source(path));
            }
        }
    }

    /** Kills one of the server's processes: all others end with it, and what is not logged is emptied. */
    private void crash(TestDatabase database) throws SQLException {
        Await.until("an epoch", RECOVERY, () -> {
            String epoch = database.ask("select epoch from lockstep_epoch");
            return epoch != null && epochs.add(epoch);
        });
        List<TestDatabase.Backend> backends = database.backends();
        int victim = backends.get(random.nextInt(backends.size())).pid();
        ProcessHandle.of(victim).ifPresent(ProcessHandle::destroyForcibly);
        Await.until("the server to recover", RECOVERY, () -> {
            try {
                return !epochs.contains(database.ask("select epoch from lockstep_epoch"));
            } catch (SQLException e) {
                return false;
            }
        });
    }
}
