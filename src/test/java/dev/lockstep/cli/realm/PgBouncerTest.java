package dev.lockstep.cli.realm;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PgBouncer;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler.Mode;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.ExtendWith;

/** By way of the real pooler, as it is installed here; {@code TransactionPooler} stands in for it everywhere. */
@EnabledIf("isInstalled")
@ExtendWith(PostgresExtension.class)
class PgBouncerTest {
    private static final String REALM = "http://localhost:4201/luke/";

    static boolean isInstalled() {
        return PgBouncer.program().isPresent();
    }

    @Test
    void threePollingListenersBehindItHearAllThroughItsCrashes(TestDatabase database) throws Exception {
        LockstepRun.of(database.environment(), "realm", "init").endedWith(0);
        AtomicBoolean stop = new AtomicBoolean();
        List<RunningLockstep> listeners = new ArrayList<>();
        try (PgBouncer bouncer = PgBouncer.before(database, Mode.TRANSACTION)) {
            TestDatabase pooled = database.through(bouncer.port());
            for (int i = 0; i < 3; i++) {
                RunningLockstep listener = RunningLockstep.start(
                        pooled.environment(),
                        ("realm listen --poll 100ms --count 9 --timeout 60s -o jsonl --durable=p" + i).split(" "));
                listener.awaitStdout("ready");
                listeners.add(listener);
            }
            CompletableFuture<Void> traffic = CompletableFuture.runAsync(() -> passBy(pooled, stop));
            for (int i = 0; i < 9; i++) {
                if (i % 3 == 2) {
                    bouncer.restart();
                }
                LockstepRun.of(database.environment(), "realm", "invalidate", REALM, "--durable", "--path", i + ".gts")
                        .endedWith(0);
            }
            for (RunningLockstep listener : listeners) {
                List<String> paths = listener.ended()
                        .endedWith(0)
                        .stdout()
                        .lines()
                        .filter(line -> line.contains("\"path\":"))
                        .map(line -> line.replaceAll(".*\"path\":\"([^\"]*)\".*", "$1"))
                        .toList();
                assertThat(paths)
                        .containsExactly(
                                "0.gts", "1.gts", "2.gts", "3.gts", "4.gts", "5.gts", "6.gts", "7.gts", "8.gts");
            }
            stop.set(true);
            traffic.join();
        } finally {
            stop.set(true);
            listeners.forEach(RunningLockstep::close);
        }
    }

    /** Others' transactions, which take the server connections in turn and leave settings in them. */
    private static void passBy(TestDatabase pooled, AtomicBoolean stop) {
        while (!stop.get()) {
            try (Connection connection = pooled.connect();
                    Statement statement = connection.createStatement()) {
                while (!stop.get()) {
                    statement.execute("begin; set statement_timeout = 1; set search_path = nowhere; commit");
                }
            } catch (SQLException e) {
                // It was restarted.
                Thread.onSpinWait();
            }
        }
    }
}
