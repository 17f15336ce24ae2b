package dev.lockstep.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.lockstep.support.LockstepException;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteDataSource;

/** Search indexes deferred by a Java program. */
class FtsDeferralTest {
    private static final String TRIGGERS = "select group_concat(name) from sqlite_master where type = 'trigger'";
    private static final String FOUND = "select count(*) from note_fts where note_fts match 'new'";

    @TempDir
    Path dir;

    private Path notes;

    @BeforeEach
    void aFile() throws SQLException {
        notes = TestSqlite.create(
                dir.resolve("notes.db"),
                "create table note (id integer primary key, body text)",
                "create virtual table note_fts using fts5(body, content = 'note', content_rowid = 'id')",
                "create trigger note_ai after insert on note begin"
                        + " insert into note_fts (rowid, body) values (new.id, new.body); end",
                "insert into note (body) values ('old')");
    }

    private static void write(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into note (body) values ('new one'), ('new two')");
        }
    }

    @Test
    void aFileIsDeferredAroundTheWorkAndTheIndexIsEqualAfterwards() throws Exception {
        FtsRestoration restored = FtsDeferral.on(notes)
                .tables("note")
                .note("import")
                .around(() -> {
                    assertThat(TestSqlite.ask(notes, TRIGGERS)).doesNotContain("note_ai");
                    try (Connection connection = TestSqlite.connect(notes)) {
                        write(connection);
                    }
                    assertThat(TestSqlite.ask(notes, FOUND)).isEqualTo("0");
                });

        assertThat(restored.indexes())
                .extracting(FtsRestoration.Index::fts, FtsRestoration.Index::reindexed)
                .containsExactly(tuple("note_fts", 2L));
        assertThat(TestSqlite.ask(notes, TRIGGERS)).isEqualTo("note_ai");
        assertThat(TestSqlite.ask(notes, FOUND)).isEqualTo("2");
    }

    @Test
    void aConnectionIsUsedAsItIsAndLeftOpenAsItWas() throws Exception {
        try (Connection connection = TestSqlite.connect(notes)) {
            connection.setAutoCommit(false);

            FtsDeferral.on(connection).around(() -> {
                assertThat(connection.getAutoCommit()).isFalse();
                write(connection);
                connection.commit();
            });

            assertThat(connection.isClosed()).isFalse();
            assertThat(connection.getAutoCommit()).isFalse();
            connection.rollback();
        }
        assertThat(TestSqlite.ask(notes, FOUND)).isEqualTo("2");
        assertThat(TestSqlite.ask(notes, TRIGGERS)).isEqualTo("note_ai");
    }

    @Test
    void aTransactionThatIsOpenIsNotCommittedForIt() throws Exception {
        try (Connection connection = TestSqlite.connect(notes)) {
            connection.setAutoCommit(false);
            write(connection);

            assertThatThrownBy(() -> FtsDeferral.on(connection).around(() -> {}))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("in-transaction"));
            connection.rollback();
        }
        assertThat(TestSqlite.ask(notes, "select count(*) from note")).isEqualTo("1");
    }

    @Test
    void aConnectionWithWorkNotCommittedIsToldSoAndTheTriggersAreKept() throws Exception {
        try (Connection connection = TestSqlite.connect(notes)) {
            connection.setAutoCommit(false);

            assertThatThrownBy(() -> FtsDeferral.on(connection).around(() -> write(connection)))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.code()).isEqualTo("in-transaction"));
            connection.commit();
        }

        assertThat(FtsDeferral.on(notes).restore().indexes()).hasSize(1);
        assertThat(TestSqlite.ask(notes, FOUND)).isEqualTo("2");
        assertThat(FtsDeferral.on(notes).restore().indexes()).isEmpty();
    }

    @Test
    void workThatFailsIsThrownAndTheTriggersAreBack() throws Exception {
        SQLiteDataSource source = new SQLiteDataSource();
        source.setUrl("jdbc:sqlite:" + notes);

        assertThatThrownBy(() -> FtsDeferral.on(source).around(() -> {
                    throw new IOException("the file ended");
                }))
                .isInstanceOf(IOException.class)
                .hasMessage("the file ended")
                .hasNoSuppressedExceptions();

        assertThat(TestSqlite.ask(notes, TRIGGERS)).isEqualTo("note_ai");
    }

    @Test
    void anInterruptDuringTheWorkLeavesNothingDeferred() throws Exception {
        assertThatThrownBy(() -> FtsDeferral.on(notes).around(() -> {
                    Thread.currentThread().interrupt();
                    throw new InterruptedException("stopped");
                }))
                .isInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(TestSqlite.ask(notes, TRIGGERS)).isEqualTo("note_ai");
    }

    /** At once or as it waits for the lock, for which it would wait half a minute otherwise. */
    @ParameterizedTest
    @ValueSource(longs = {0, 700})
    void anInterruptBeforeTheWorkChangesNothing(long afterMillis) throws Exception {
        String schema = TestSqlite.schema(notes);
        Thread caller = Thread.currentThread();
        try (Connection blocker = TestSqlite.connect(notes);
                Statement statement = blocker.createStatement()) {
            statement.execute("begin immediate");
            Thread interrupter = new Thread(() -> {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(afterMillis));
                caller.interrupt();
            });
            interrupter.start();

            assertThatThrownBy(() -> FtsDeferral.on(notes).around(() -> {})).isInstanceOf(InterruptedException.class);
            interrupter.join();
            statement.execute("rollback");
        }

        assertThat(Thread.interrupted()).isFalse();
        assertThat(TestSqlite.schema(notes)).isEqualTo(schema);
    }
}
