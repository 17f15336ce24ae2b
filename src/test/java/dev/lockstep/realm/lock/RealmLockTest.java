package dev.lockstep.realm.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.Session;
import dev.lockstep.realm.Boxel;
import dev.lockstep.realm.RealmPath;
import dev.lockstep.realm.RealmUrl;
import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.BoxelTables;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TransactionPooler;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(PostgresExtension.class)
class RealmLockTest {
    static final RealmUrl REALM = new RealmUrl("http://localhost:4201/luke/my-realm/");
    static final long KEY = 77324559412694263L;

    static RealmLock take(TestDatabase database, Duration wait) throws InterruptedException {
        return RealmLock.take(
                Boxel.databases(database),
                Boxel.target(database),
                Session.of("lockstep realm lock", Session.Use.WRITE).withStatementTimeout(Duration.ofSeconds(2)),
                REALM,
                wait);
    }

    @Test
    void itIsTheLockThatBoxelTakes(TestDatabase database) throws Exception {
        try (RealmLock lock = take(database, Duration.ZERO)) {
            lock.check();
            assertThat(database.ask("select pg_try_advisory_xact_lock(" + KEY + ")"))
                    .isEqualTo("f");
        }
        assertThat(database.ask("select pg_try_advisory_xact_lock(" + KEY + ")"))
                .isEqualTo("t");
    }

    @Test
    void waitingHasALimitAndNamesTheHolder(TestDatabase database) throws Exception {
        try (RealmLock first = take(database, Duration.ZERO)) {
            assertThatThrownBy(() -> take(database, Duration.ofMillis(200)))
                    .isInstanceOfSatisfying(LockstepException.class, e -> {
                        assertThat(e.kind()).isEqualTo(LockstepException.Kind.TIMEOUT);
                        assertThat(e)
                                .hasMessageContaining("lockstep realm lock")
                                .hasMessageContaining(REALM.value());
                    });
            first.check();
        }
        take(database, Duration.ofSeconds(5)).close();
    }

    @Test
    void aLostConnectionIsALostLock(TestDatabase database) throws Exception {
        RealmLock lock = take(database, Duration.ZERO);
        database.terminateAll();

        assertThatThrownBy(lock::check).isInstanceOfSatisfying(LockstepException.class, e -> assertThat(e.code())
                .isEqualTo("lock-lost"));
        lock.close();
    }

    @Test
    void behindAPoolerThereIsNoLock(TestDatabase database) {
        try (TransactionPooler pooler = TransactionPooler.before(database, TransactionPooler.Mode.TRANSACTION)) {
            assertThatThrownBy(() -> take(database.through(pooler.port()), Duration.ZERO))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("pooler"));
        }
    }

    private static RealmLock take(TestDatabase database, LockScope scope, Duration wait) throws InterruptedException {
        return RealmLock.take(
                Boxel.databases(database),
                Boxel.target(database),
                Session.of("lockstep realm lock", Session.Use.WRITE).withStatementTimeout(Duration.ofSeconds(2)),
                scope,
                wait);
    }

    /** Queues in the server for the lock of a realm, again and again, and writes down each time that it has had it. */
    private static void writeAgainAndAgain(TestDatabase database, String writer, String how, AtomicBoolean stop) {
        try (Connection connection = database.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            while (!stop.get()) {
                statement.execute("select pg_advisory_xact_lock" + how + "(" + KEY + ")");
                statement.execute("insert into turn (who) values ('" + writer + "')");
                connection.commit();
            }
        } catch (SQLException e) {
            throw new AssertionError(e);
        }
    }

    /**
     * Writers of the whole realm go one by one, so that is at most one hold of each. Writers of cards share its key and go
     * together, so it is one hold in all.
     */
    @ParameterizedTest
    @ValueSource(strings = {"", "_shared"})
    void besideTwentyWritersThatQueueItHasItsTurnBeforeAnyOfThemHasTwo(String how, TestDatabase database)
            throws Exception {
        int writers = 20;
        int turns = Boolean.getBoolean("lockstep.nightly") ? 100 : 3;
        database.execute("create table turn (n serial, who text)");
        AtomicBoolean stop = new AtomicBoolean();
        ExecutorService threads = Executors.newFixedThreadPool(writers);
        List<Future<?>> running = new ArrayList<>();
        try (Connection gate = database.connect();
                Statement closed = gate.createStatement()) {
            for (int i = 0; i < writers; i++) {
                String writer = "writer " + i;
                running.add(threads.submit(() -> writeAgainAndAgain(database, writer, how, stop)));
            }
            for (int turn = 0; turn < turns; turn++) {
                // Everybody stands in the queue when the gate opens, ourselves last.
                closed.execute("select pg_advisory_lock(" + KEY + ")");
                Await.until("the writers", Duration.ofSeconds(60), () -> waiting(database) == writers);
                long before = Long.parseLong(database.ask("select count(*) from turn"));
                Future<Long> ours = threadOf(() -> {
                    try (RealmLock lock = take(database, Duration.ofSeconds(60))) {
                        return lock.db().autocommit(tx -> tx.only("select count(*) as n from turn")
                                .integer("n"));
                    }
                });
                Await.until("ourselves", Duration.ofSeconds(60), () -> waiting(database) == writers + 1);
                closed.execute("select pg_advisory_unlock(" + KEY + ")");
                assertThat(ours.get() - before).isLessThanOrEqualTo(writers);
            }
        } finally {
            stop.set(true);
            threads.shutdown();
        }
        for (Future<?> writer : running) {
            writer.get();
        }
    }

    private static long waiting(TestDatabase database) throws SQLException {
        return Long.parseLong(
                database.ask("select count(*) from pg_locks where locktype = 'advisory' and not granted"));
    }

    private static <T> Future<T> threadOf(Callable<T> work) {
        FutureTask<T> task = new FutureTask<>(work);
        new Thread(task).start();
        return task;
    }

    @Test
    void thoseWhoShareDoNotWaitForEachOtherAndOneWriterWaitsForThemAll(TestDatabase database) throws Exception {
        try (RealmLock one = take(database, LockScope.shared(REALM), Duration.ZERO);
                RealmLock two = take(database, LockScope.shared(REALM), Duration.ZERO)) {
            one.check();
            two.check();
            assertThatThrownBy(() -> take(database, Duration.ofMillis(50))).hasMessageContaining("is held");
        }
        take(database, Duration.ZERO).close();
    }

    @Test
    void aFileIsLockedByTheKeyThatBoxelTakesForItAndOthersGoOn(TestDatabase database) throws Exception {
        database.execute(BoxelTables.TRANSPILE_CACHE, """
                insert into module_transpile_cache (realm_url, canonical_path)
                values ('http://localhost:4201/luke/my-realm/', 'http://localhost:4201/luke/my-realm/cards/person.json')
                """);
        LockScope person = LockScope.files(REALM, List.of(RealmPath.read(REALM, "cards/person.json")));
        LockScope other = LockScope.files(REALM, List.of(RealmPath.read(REALM, "cards/other.json")));
        try (RealmLock lock = take(database, person, Duration.ZERO);
                RealmLock beside = take(database, other, Duration.ZERO);
                Db db = Boxel.open(database)) {
            beside.check();
            assertThatThrownBy(() -> take(database, person, Duration.ofMillis(50)))
                    .hasMessageContaining("cards/person.json");
            assertThatThrownBy(() -> take(database, Duration.ofMillis(50))).hasMessageContaining(REALM.value());
            lock.check();
            assertThat(db.autocommit(RealmLocks::all))
                    .filteredOn(held -> held.key() == 366881110740516408L)
                    .singleElement()
                    .satisfies(held -> {
                        assertThat(held.file()).contains("cards/person.json");
                        assertThat(held.mode()).isEqualTo(LockScope.Mode.EXCLUSIVE);
                    });
        }
    }

    @Test
    void moreThan256FilesAreTheWholeRealm() {
        List<RealmPath> paths = new ArrayList<>();
        for (int i = 0; i < 256; i++) {
            paths.add(new RealmPath(REALM, i + ".json"));
        }
        assertThat(LockScope.files(REALM, paths).parts()).hasSize(257);
        paths.add(new RealmPath(REALM, "one-more.json"));
        assertThat(LockScope.files(REALM, paths)).isEqualTo(LockScope.realm(REALM));
    }

    @Test
    void whoWantsFilesInAnotherOrderIsWaitedForAndNotCrossed(TestDatabase database) throws Exception {
        LockScope both =
                LockScope.files(REALM, List.of(RealmPath.read(REALM, "a.json"), RealmPath.read(REALM, "b.json")));
        long first = both.parts().get(1).key().value();
        long second = both.parts().get(2).key().value();
        try (Connection other = database.connect();
                Statement statement = other.createStatement()) {
            statement.execute("select pg_advisory_lock(" + second + ")");
            Future<RealmLock> ours = threadOf(() -> take(database, both, Duration.ofSeconds(60)));
            Await.until("ourselves", Duration.ofSeconds(60), () -> waiting(database) == 1);
            try {
                statement.execute("select pg_advisory_lock(" + first + ")");
                assertThat(ours).isNotDone();
            } catch (SQLException e) {
                // The server has ended one of the two, and it was this one.
                assertThat(e.getSQLState()).isEqualTo("40P01");
            }
            statement.execute("select pg_advisory_unlock_all()");
            ours.get().close();
        }
    }
}
