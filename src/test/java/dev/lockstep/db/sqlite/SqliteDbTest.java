package dev.lockstep.db.sqlite;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbConformance;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.Row;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles.Access;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.Fault;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteDbTest extends DbConformance {
    private static final Duration PATIENT = Duration.ofSeconds(5);
    private static final Duration IMPATIENT = Duration.ofMillis(20);

    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void makeFile() throws SQLException {
        file = TestSqlite.create(dir.resolve("test.db"), "create table made (id integer)", "drop table made");
    }

    private static Db open(Path file, Access access, Duration busyTimeout, Fault fault) {
        return new Databases(new Environment(Map.of()), fault::around).sqlite(file, access, busyTimeout);
    }

    @Override
    protected Db open(Fault fault) {
        return open(file, Access.WRITE, PATIENT, fault);
    }

    @Override
    protected Db openToRead() {
        return open(file, Access.READ, PATIENT, Fault.none());
    }

    @Override
    protected Db openImpatient() {
        return open(file, Access.WRITE, IMPATIENT, Fault.none());
    }

    @Override
    protected String types() {
        return "integer text blob real";
    }

    @Override
    protected Reason noSuchTable() {
        return Reason.OTHER;
    }

    @Override
    protected void prepareForSnapshots(Db db) {
        db.autocommit(tx -> tx.rows("pragma journal_mode = wal"));
    }

    /** Its patience is longer than the run of a test may take. */
    @Test
    void aWaitForALockEndsWhenItIsCancelledOrInterrupted() throws Exception {
        for (boolean interrupted : List.of(false, true)) {
            try (Db holder = open();
                    Db waiting = open(file, Access.WRITE, Duration.ofHours(1), Fault.none())) {
                holder.transact(held -> {
                    CompletableFuture<Throwable> ended = new CompletableFuture<>();
                    Thread writer = new Thread(() -> ended.complete(catchThrowable(() -> waiting.transact(tx -> {
                        tx.execute("create table never (a)");
                        return null;
                    }))));
                    writer.start();
                    Await.until("the wait", Duration.ofMinutes(1), () -> Arrays.stream(writer.getStackTrace())
                            .anyMatch(frame -> frame.getClassName().equals(BusyWait.class.getName())));
                    if (interrupted) {
                        writer.interrupt();
                    } else {
                        waiting.cancel();
                    }
                    assertThat(ended.join()).isInstanceOf(DbException.class);
                    return held;
                });
            }
        }
        assertThat(TestSqlite.ask(file, "select count(*) from sqlite_master")).isEqualTo("0");
    }

    @Test
    void aWriterWhoseSnapshotIsOldRunsAgain() {
        List<Long> seen = new ArrayList<>();
        try (Db db = open();
                Db other = open()) {
            prepareForSnapshots(db);
            db.run(tx -> tx.execute(CREATE));
            db.read(tx -> {
                long before = tx.only(COUNT).integer(0);
                seen.add(before);
                if (seen.size() == 1) {
                    other.run(rival -> rival.update(INSERT, 1L, "rival"));
                }
                return tx.update(INSERT, 10L, "ours");
            });

            assertThat(seen).containsExactly(0L, 1L);
            assertThat(count(db)).isEqualTo(2);
        }
    }

    @Test
    void aReaderThatHoldsBackACommitMakesItBusyAndUndone() throws SQLException {
        try (Db db = openImpatient()) {
            db.run(tx -> tx.execute(CREATE));
            try (Connection reader = TestSqlite.connect(file);
                    Statement statement = reader.createStatement()) {
                statement.execute("begin");
                try (ResultSet held = statement.executeQuery("select count(*) from note")) {
                    assertThat(held.next()).isTrue();
                    assertThat(reason(() -> db.run(tx -> tx.update(INSERT, 1L, "one"))))
                            .isEqualTo(Reason.BUSY);
                }
            }
            assertThat(count(db)).isZero();
            db.run(tx -> tx.update(INSERT, 1L, "one"));
            assertThat(count(db)).isOne();
        }
    }

    @Test
    void aFullDatabaseIsRolledBackAndGoesOn() {
        try (Db db = open()) {
            db.run(tx -> tx.execute(CREATE));
            db.autocommit(tx -> tx.rows("pragma max_page_count = 10"));

            assertThat(reason(() -> db.run(tx -> {
                        for (long id = 1; id <= 100; id++) {
                            tx.update(INSERT, id, "x".repeat(4_096));
                        }
                    })))
                    .isEqualTo(Reason.FULL);

            assertThat(count(db)).isZero();
            db.run(tx -> tx.update(INSERT, 1L, "small"));
            assertThat(count(db)).isOne();
        }
    }

    @Test
    void aBlobIsNotText() {
        try (Db db = open()) {
            Row row = db.read(tx -> tx.only("select x'00ff' as picture"));

            assertThatThrownBy(() -> row.text("picture")).hasMessageContaining("picture is binary");
        }
    }

    @Test
    void aNumberBeyondSixtyFourBitsIsNotCut() {
        try (Db db = open()) {
            Row row = db.read(tx -> tx.only("select 9223372036854775807 as most, 9223372036854775808 as more"));

            assertThat(row.integer("most")).isEqualTo(Long.MAX_VALUE);
            assertThatThrownBy(() -> row.integer("more")).hasMessageContaining("more is not a whole number");
        }
    }
}
