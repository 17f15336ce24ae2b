package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles.Access;
import dev.lockstep.fts.deferral.Deferral;
import dev.lockstep.fts.deferral.Restoration;
import dev.lockstep.fts.deferral.Restoration.Claim;
import dev.lockstep.fts.deferral.Restoration.Policy;
import dev.lockstep.fts.deferral.Restoration.Preference;
import dev.lockstep.fts.deferral.Restoration.Replacement;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.ProcessIdentity;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.DyingLockstep;
import dev.lockstep.testing.TestSqlite;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Others on the same database: recoverers, owners, lock holders, a full disk. */
class ContentionTest extends CadtFixture {
    private static final Policy STEAL = new Policy(Preference.NEITHER, Replacement.NONE, Claim.STEAL);

    @RepeatedTest(10)
    void ofTwoRecoverersAtOnceOneDoesItAndOneFindsNothingToDo() throws Exception {
        engine.defer();
        CadtDatabase.change(engine.file());

        List<Boolean> changed = atOnce(2, () -> engine.restore().changed());

        assertThat(changed).containsExactlyInAnyOrder(true, false);
        isRestored();
    }

    @RepeatedTest(5)
    void ofSeveralDeferrersAtOnceOneDoesIt() throws Exception {
        List<Boolean> changed = atOnce(4, () -> engine.defer().changed());

        assertThat(changed).containsExactlyInAnyOrder(true, false, false, false);
        engine.restore();
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }

    private static <T> List<T> atOnce(int threads, Callable<T> work) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        try {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                running.add(pool.submit(() -> {
                    start.await();
                    return work.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : running) {
                results.add(future.get());
            }
            return results;
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void twoProcessesThatRestoreAtOnceEndAsOneWould() throws SQLException {
        engine.defer();
        CadtDatabase.change(engine.file());
        String[] command = {
            "0",
            "THROW_BEFORE",
            "fts",
            "restore",
            "--steal",
            "--profile",
            "cadt-v1",
            "--json",
            "--db",
            engine.file().toString()
        };
        try (ChildJvm one = ChildJvm.start(DyingLockstep.class, Map.of(), command);
                ChildJvm two = ChildJvm.start(DyingLockstep.class, Map.of(), command)) {
            assertThat(List.of(one.exitCode(), two.exitCode())).containsOnly(0);
            assertThat(List.of(
                            one.stdout().contains("\"changed\":true"),
                            two.stdout().contains("\"changed\":true")))
                    .containsExactlyInAnyOrder(true, false);
        }
        isRestored();
    }

    @Test
    void aLiveOwnerIsRespectedUnlessItIsStolenFrom() throws Exception {
        ProcessIdentity owner = owner();
        assertThat(owner.isAlive()).isTrue();
        deferAs(owner);

        assertRefusedAsOwned(engine::defer);
        assertRefusedAsOwned(engine::restore);
        assertThat(engine.restore(STEAL).changed()).isTrue();
        assertThat(TestSqlite.schema(engine.file())).isEqualTo(master);
    }

    private static void assertRefusedAsOwned(Callable<?> what) {
        assertThatThrownBy(what::call).isInstanceOfSatisfying(LockstepException.class, e -> {
            assertThat(e.kind()).isEqualTo(LockstepException.Kind.REFUSED);
            assertThat(e.code()).isEqualTo("owned");
        });
    }

    @Test
    void anOwnerThatIsGoneOrElsewhereOrHasAnothersProcessIdIsNot() throws Exception {
        ProcessIdentity owner = owner();
        long started = owner.started();
        assertThat(new ProcessIdentity(owner.host(), owner.pid(), owner.boot(), started - 60_000).isAlive())
                .isFalse();
        assertThat(new ProcessIdentity("elsewhere", owner.pid(), owner.boot(), started).isAlive())
                .isFalse();
        assertThat(new ProcessIdentity(owner.host(), owner.pid(), "another boot", started).isAlive())
                .isFalse();
        end(owner);
        assertThat(owner.isAlive()).isFalse();

        deferAs(owner);
        assertThat(engine.defer().changed()).isFalse();
        assertThat(engine.restore().changed()).isTrue();
    }

    private void deferAs(ProcessIdentity owner) {
        engine.with(db -> new Deferral(engine.loaded(), owner, Optional.empty()).run(db, List.of()));
    }

    @Test
    void aLockThatIsNotHadInTimeChangesNothing() throws SQLException {
        try (Connection holder = TestSqlite.connect(engine.file());
                Statement statement = holder.createStatement()) {
            statement.execute("begin immediate");

            assertThatThrownBy(() -> deferWithoutPatience())
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isEqualTo(DbException.Reason.BUSY));
            statement.execute("rollback");
        }
        assertThat(engine.status().isKept()).isTrue();
        assertThat(deferWithoutPatience()).isTrue();
    }

    private boolean deferWithoutPatience() {
        Databases databases = new Databases(new Environment(Map.of()));
        try (Db db = databases.sqlite(engine.file(), Access.WRITE, Duration.ofMillis(50))) {
            return new Deferral(engine.loaded(), ProcessIdentity.ofProcess(), Optional.empty())
                    .run(db, List.of())
                    .changed();
        }
    }

    @Test
    void aDiskThatFillsUpDuringARestoreLeavesItDeferred() throws SQLException {
        engine.defer();
        TestSqlite.create(engine.file(), CadtDatabase.insertUnits(10_000, 12_000));
        String before = TestSqlite.schema(engine.file());
        long pages = Long.parseLong(TestSqlite.ask(engine.file(), "pragma page_count"));

        for (long room = 0; room < 60; room += 12) {
            long limit = pages + room;
            assertThatThrownBy(() -> engine.with(db -> {
                        db.autocommit(tx -> tx.rows("pragma max_page_count = " + limit));
                        return new Restoration(engine.loaded(), Policy.CAREFUL, ProcessIdentity.ofProcess())
                                .run(db, List.of());
                    }))
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.kind()).isEqualTo(LockstepException.Kind.INCOMPLETE));
            assertThat(TestSqlite.schema(engine.file())).isEqualTo(before);
        }

        engine.restore();
        isRestored();
    }
}
