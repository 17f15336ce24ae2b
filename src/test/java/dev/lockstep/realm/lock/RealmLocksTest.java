package dev.lockstep.realm.lock;

import static dev.lockstep.realm.lock.RealmLockTest.KEY;
import static dev.lockstep.realm.lock.RealmLockTest.REALM;
import static dev.lockstep.realm.lock.RealmLockTest.take;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.db.Db;
import dev.lockstep.realm.Boxel;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The list of who holds and who waits for the locks of realms. */
@ExtendWith(PostgresExtension.class)
class RealmLocksTest {
    @Test
    void holdersAndWaitersAreNamedByRealm(TestDatabase database) throws Exception {
        database.execute(
                BoxelTables.REGISTRY,
                "insert into realm_registry (url) values ('" + REALM + "'), ('http://other.test/')");
        try (RealmLock lock = take(database, Duration.ZERO);
                Connection waiter = database.connect();
                Db db = Boxel.open(database)) {
            Thread waiting = new Thread(() -> {
                try (Statement statement = waiter.createStatement()) {
                    statement.execute("select pg_advisory_xact_lock(" + KEY + ")");
                } catch (SQLException e) {
                    throw new AssertionError(e);
                }
            });
            waiting.start();
            List<RealmLocks.Lock> locks = new ArrayList<>();
            Await.until("the waiter", Duration.ofSeconds(20), () -> {
                locks.clear();
                locks.addAll(db.autocommit(RealmLocks::all));
                return locks.size() == 2;
            });

            assertThat(locks)
                    .extracting(RealmLocks.Lock::role)
                    .containsExactly(RealmLocks.Role.HOLDS, RealmLocks.Role.WAITS);
            assertThat(locks).allSatisfy(each -> {
                assertThat(each.key()).isEqualTo(KEY);
                assertThat(each.realm()).isEqualTo(Optional.of(REALM.value()));
                assertThat(each.ageMillis()).isBetween(0L, 60_000L);
            });
            assertThat(locks.get(0).application()).isEqualTo("lockstep realm lock");
            lock.close();
            waiting.join();
        }
    }

    @Test
    void whoWaitsIsSeenWaitingUntilItHasTheLock(TestDatabase database) throws Exception {
        database.execute(BoxelTables.REGISTRY, "insert into realm_registry (url) values ('" + REALM + "')");
        ExecutorService threads = Executors.newSingleThreadExecutor();
        try (RealmLock first = take(database, Duration.ZERO);
                Db db = Boxel.open(database)) {
            assertThat(db.autocommit(RealmLocks::all)).hasSize(1);
            Future<RealmLock> second = threads.submit(() -> take(database, Duration.ofSeconds(30)));
            Await.until(
                    "the waiter",
                    Duration.ofSeconds(20),
                    () -> db.autocommit(RealmLocks::all).size() == 2);
            RealmLocks.Lock waiter = db.autocommit(RealmLocks::all).get(1);
            assertThat(waiter.role()).isEqualTo(RealmLocks.Role.WAITS);
            assertThat(waiter.realm()).contains(REALM.value());
            assertThat(waiter.application()).isEqualTo("lockstep realm lock");

            first.close();
            try (RealmLock held = second.get()) {
                held.check();
                assertThat(db.autocommit(RealmLocks::all)).singleElement().satisfies(lock -> assertThat(lock.role())
                        .isEqualTo(RealmLocks.Role.HOLDS));
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void aNegativeKeyIsDecodedToo(TestDatabase database) throws Exception {
        try (Connection holder = database.connect();
                Statement statement = holder.createStatement();
                Db db = Boxel.open(database)) {
            statement.execute("select pg_advisory_lock(-4469204586799156024)");

            assertThat(db.autocommit(RealmLocks::all).get(0).key()).isEqualTo(-4469204586799156024L);
        }
    }
}
