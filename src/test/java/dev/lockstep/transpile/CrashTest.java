package dev.lockstep.transpile;

import static dev.lockstep.transpile.Cache.MODULE;
import static dev.lockstep.transpile.Cache.key;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.Await;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestPostgres;
import dev.lockstep.transpile.TranspileCache.StoreResult;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** A crash of PostgreSQL, on a server that only this test knows. */
class CrashTest {
    @Test
    void aWriterThatCapturedBeforeACrashIsRefused() throws SQLException {
        try (TestPostgres server = TestPostgres.start();
                TestDatabase database = server.createDatabase()) {
            Captured beforeTombstone;
            long floor;
            try (Cache cache = Cache.in(database)) {
                floor = cache.wipe().floor();
                cache.store(cache.capture("cards/other.gts"), "js");
                beforeTombstone = cache.capture(MODULE);
                cache.tombstone(MODULE);
                crash(cache, database);
            }

            assertThat(database.ask("select count(*) from module_transpile_cache"))
                    .isEqualTo("0");
            assertThat(database.ask("select count(*) from lockstep_epoch")).isEqualTo("0");
            assertThat(database.ask("select floor from lockstep_realm_floor")).isEqualTo(Long.toString(floor));
            try (Cache cache = Cache.on(database)) {
                assertThat(cache.store(beforeTombstone, "stale")).isEqualTo(StoreResult.STALE);
                assertThat(cache.find(key(MODULE))).isEqualTo("ABSENT");
                assertThat(cache.store(beforeTombstone, "stale")).isEqualTo(StoreResult.STALE);
                assertThat(cache.store(cache.capture(MODULE), "fresh")).isEqualTo(StoreResult.STORED);
            }
        }
    }

    /** The server restarts itself when one of its processes is killed, and empties what is not logged. */
    private static void crash(Cache cache, TestDatabase database) throws SQLException {
        long pid = cache.sql(tx -> tx.only("select pg_backend_pid() as pid").integer("pid"));
        try (Connection bystander = database.connectAsAdministrator()) {
            // The tests' server does not wait for its log to be on disk.
            bystander.createStatement().execute("checkpoint");
            assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly()).isTrue();
            Await.until("the server to crash", Duration.ofSeconds(60), () -> !answers(bystander));
        }
        Await.until("the server to recover", Duration.ofSeconds(60), () -> {
            try (Connection connection = database.connect()) {
                return answers(connection);
            } catch (SQLException e) {
                return false;
            }
        });
    }

    private static boolean answers(Connection connection) {
        try {
            return connection.createStatement().execute("select 1");
        } catch (SQLException e) {
            return false;
        }
    }
}
