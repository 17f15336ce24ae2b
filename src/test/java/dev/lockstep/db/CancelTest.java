package dev.lockstep.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that is asked to stop ends its statements, and nothing of their transactions stays. */
class CancelTest {
    /** Counts for hours. */
    private static final String ENDLESS = """
            with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n
            """;

    @TempDir
    Path directory;

    @Test
    void aRunningStatementEndsAndItsTransactionRollsBack() throws Exception {
        Databases databases = new Databases(new Environment(Map.of()));
        Path file = directory.resolve("a.db");
        try (Db db = databases.createSqlite(file)) {
            db.run(tx -> tx.execute("create table t (a)"));
            CountDownLatch begun = new CountDownLatch(1);
            CompletableFuture<DbException> failure = CompletableFuture.supplyAsync(() -> catchThrowableOfType(
                    DbException.class,
                    () -> db.run(tx -> {
                        tx.update("insert into t values (1)");
                        begun.countDown();
                        tx.rows(ENDLESS);
                    })));
            begun.await();

            databases.cancel();

            assertThat(failure.get(20, TimeUnit.SECONDS).reason())
                    .isIn(DbException.Reason.TIMED_OUT, DbException.Reason.CANCELLED);
        }
        try (Db db = databases.sqlite(file, SqliteFiles.Access.READ, Duration.ofSeconds(1))) {
            long rows = db.read(tx -> tx.only("select count(*) from t").integer(0));
            assertThat(rows).isZero();
        }
    }

    @Test
    void aDatabaseThatExistsIsNotMadeAnew() {
        Databases databases = new Databases(new Environment(Map.of()));
        Path file = directory.resolve("b.db");
        try (Db db = databases.createSqlite(file)) {
            db.run(tx -> tx.execute("create table t (a)"));
        }

        LockstepException refused = catchThrowableOfType(LockstepException.class, () -> databases.createSqlite(file));

        assertThat(refused.kind()).isEqualTo(LockstepException.Kind.REFUSED);
    }
}
