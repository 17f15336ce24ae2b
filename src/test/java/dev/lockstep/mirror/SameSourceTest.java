package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.PostgresExtension;
import dev.lockstep.testing.TestDatabase;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A source that consists of the very bytes that were copied, and one that only looks like it. */
class SameSourceTest {
    private static final List<String> TABLES = List.of("t", "u");
    private static final FileTime THEN = FileTime.from(Instant.parse("2026-01-02T03:04:05.678Z"));
    private static final String SAME = ": the source consists of the bytes that were copied";

    @TempDir
    private Path dir;

    private MirrorPair pair;

    @BeforeEach
    void copy() throws SQLException, IOException {
        Path source = TestSqlite.create(
                dir.resolve("source.db"),
                "create table t (id integer primary key, name text)",
                "create table u (k text primary key, n integer) without rowid",
                "insert into t values (1, 'one'), (2, 'two')",
                "insert into u values ('a', 1)");
        age(source);
        pair = MirrorPair.of(source, dir.resolve("mirror.db"));
        pair.backfillToEqual(TABLES);
    }

    private static void age(Path file) throws IOException {
        Files.setLastModifiedTime(file, THEN);
    }

    private LockstepRun again(String... more) {
        LockstepRun run = LockstepRun.of(pair.environment(), MirrorPair.arguments(more));
        assertThat(run.exit()).as(run.stderr()).isZero();
        return run;
    }

    @Test
    void theSameBytesAreNotReadRowByRow() throws SQLException {
        for (int i = 0; i < 2; i++) {
            LockstepRun run = again("-v", "--json");

            assertThat(run.stderr()).contains("t" + SAME, "u" + SAME);
            assertThat(run.stdout()).contains("\"read\":2,\"inserted\":0,\"updated\":0,\"deleted\":0,\"unchanged\":2");
        }
        pair.assertEqual(TABLES);
    }

    @Test
    void aChangeThatNoSizeAndNoTimeTellsIsCopied() throws SQLException, IOException {
        pair.sql("update t set name = 'eno' where id = 1");
        age(pair.source());

        assertThat(again("-v").stderr()).doesNotContain(SAME);
        pair.assertEqual(TABLES);
        assertThat(again("-v").stderr()).contains(SAME);
    }

    @Test
    void aChangeThatIsOnlyInTheLogIsCopied() throws SQLException, IOException {
        pair.sql("pragma journal_mode = wal");
        age(pair.source());
        again();
        try (Connection writer = TestSqlite.connect(pair.source());
                Statement statement = writer.createStatement()) {
            statement.execute("update u set n = 2");
            age(pair.source());
            age(pair.source().resolveSibling("source.db-wal"));

            assertThat(again("-v").stderr()).doesNotContain(SAME);
            pair.assertEqual(TABLES);
            assertThat(again("-v").stderr()).contains(SAME);

            statement.execute("update u set n = 3");
            age(pair.source().resolveSibling("source.db-wal"));
            again();
            pair.assertEqual(TABLES);
        }
    }

    @Test
    void aFileThatWasJustWrittenMayBeWrittenAgainAndIsRead() throws SQLException, IOException {
        Files.setLastModifiedTime(pair.source(), FileTime.from(Instant.now()));

        again();
        Files.setLastModifiedTime(pair.source(), FileTime.from(Instant.now()));
        assertThat(again("-v").stderr()).doesNotContain(SAME);
    }

    @Test
    void aMirrorThatHasOtherRowsIsCompared() throws SQLException {
        pair.execute("delete from t where id = 1");

        assertThat(again("-v").stderr()).doesNotContain("t" + SAME).contains("u" + SAME);
        pair.assertEqual(TABLES);
    }

    @Test
    @ExtendWith(PostgresExtension.class)
    void aMirrorWhoseColumnHoldsLessNowIsCompared(TestDatabase mirror) throws SQLException {
        pair = MirrorPair.of(pair.source(), mirror);
        again();
        pair.execute("alter table t alter column name type varchar(10)");

        assertThat(again("-v").stderr()).doesNotContain("t" + SAME).contains("u" + SAME);
        assertThat(again("-v").stderr()).contains("t" + SAME, "u" + SAME);
    }

    @Test
    void whatMustNotBeBelievedIsComparedAllTheSame() throws SQLException {
        pair.execute("update t set name = 'other' where id = 1");

        assertThat(again("-v", "--recheck").stderr()).doesNotContain(SAME);
        pair.assertEqual(TABLES);
    }

    @Test
    void anotherFileOfTheSameNameIsRead() throws SQLException, IOException {
        Path other = TestSqlite.create(
                dir.resolve("other.db"),
                "create table t (id integer primary key, name text)",
                "create table u (k text primary key, n integer) without rowid",
                "insert into t values (1, 'one'), (3, 'three')",
                "insert into u values ('a', 1)");
        Files.move(other, pair.source(), StandardCopyOption.REPLACE_EXISTING);
        age(pair.source());

        again();
        pair.assertEqual(TABLES);
    }
}
