package dev.lockstep.db.sqlite;

import static dev.lockstep.db.DbConformance.CREATE;
import static dev.lockstep.db.DbConformance.count;
import static dev.lockstep.db.DbConformance.reason;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lockstep.db.Db;
import dev.lockstep.db.DbException;
import dev.lockstep.db.DbException.Reason;
import dev.lockstep.db.open.Databases;
import dev.lockstep.db.sqlite.SqliteFiles.Access;
import dev.lockstep.support.Environment;
import dev.lockstep.support.LockstepException;
import dev.lockstep.support.LockstepException.Kind;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files are opened as they are, and which are refused, and by which words. */
class SqliteFileTest {
    private static final int PAGE = 4096;

    @TempDir
    private Path dir;

    private Path file;

    @BeforeEach
    void makeFile() throws SQLException {
        file = TestSqlite.create(dir.resolve("test.db"), "create table made (id integer)", "drop table made");
    }

    private static Db open(Path file, Access access) {
        return open(file, access, Duration.ofSeconds(5));
    }

    private static Db open(Path file, Access access, Duration busyTimeout) {
        return new Databases(new Environment(Map.of())).sqlite(file, access, busyTimeout);
    }

    @ParameterizedTest
    @CsvSource({
        "nfs4, true",
        "9p, true",
        "fuse.sshfs, true",
        "cifs, true",
        "ext4, false",
        "overlay, false",
        "fuse.ext3, false"
    })
    void whatMachinesShareIsKnownByItsKind(String type, boolean shared) {
        assertThat(SqliteFiles.isShared(type)).isEqualTo(shared);
    }

    @Test
    void aFileThatSomebodyHoldsWholeIsBusyToOpen() throws SQLException {
        try (Connection holder = TestSqlite.connect(file);
                Statement statement = holder.createStatement()) {
            statement.execute("begin exclusive");

            assertThatThrownBy(() -> open(file, Access.WRITE, Duration.ofMillis(20)))
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.BUSY))
                    .hasMessage("locked by another process: " + file);
        }
    }

    @Test
    void aDamagedTableIsCorrupt() throws SQLException, IOException {
        TestSqlite.create(file, CREATE, "insert into note values (1, 'one')");
        int root = Integer.parseInt(TestSqlite.ask(file, "select rootpage from sqlite_master where name = 'note'"));
        overwrite((long) (root - 1) * PAGE);

        try (Db db = open(file, Access.WRITE)) {
            assertThat(reason(() -> db.read(tx -> tx.rows("select id, body from note"))))
                    .isEqualTo(Reason.CORRUPT);
        }
    }

    @Test
    void aDamagedSchemaIsFoundWhenTheFileIsOpened() throws SQLException, IOException {
        TestSqlite.create(file, CREATE);
        overwrite(100);

        assertThatThrownBy(() -> open(file, Access.WRITE))
                .isInstanceOfSatisfying(
                        DbException.class, e -> assertThat(e.reason()).isEqualTo(Reason.CORRUPT))
                .hasMessageStartingWith("damaged database: " + file + ": ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"delete", "wal"})
    void aFileThatIsCutOffIsDamagedWhereverThatIs(String journal) throws SQLException, IOException {
        TestSqlite.create(
                file,
                "pragma journal_mode = " + journal,
                CREATE,
                "insert into note with recursive n (i) as (select 1 union all select i + 1 from n where i < 500)"
                        + " select i, 'note ' || i from n");
        byte[] whole = Files.readAllBytes(file);
        Path cut = dir.resolve("cut.db");

        for (int length = whole.length - 1; length > 0; length -= 211) {
            Files.write(cut, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> open(cut, Access.READ))
                    .as("%d of %d bytes", length, whole.length)
                    .isInstanceOfSatisfying(
                            DbException.class, e -> assertThat(e.reason()).isIn(Reason.CORRUPT, Reason.NOT_A_DATABASE))
                    .hasMessageContaining(cut.toString());
        }
    }

    @Test
    void whatIsOnlyInTheLogIsNotMissing() throws SQLException {
        try (Connection writer = TestSqlite.connect(file);
                Statement statement = writer.createStatement()) {
            statement.execute("pragma journal_mode = wal");
            statement.execute(CREATE);
            statement.execute("pragma wal_checkpoint(truncate)");
            statement.execute("insert into note values (1, printf('%.100000c', 'x'))");

            try (Db db = open(file, Access.WRITE)) {
                assertThat(count(db)).isOne();
            }
        }
    }

    private void overwrite(long offset) throws IOException {
        try (RandomAccessFile raw = new RandomAccessFile(file.toFile(), "rw")) {
            raw.seek(offset);
            raw.write(new byte[] {0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f});
        }
    }

    @Test
    void aFileOfAnotherKindIsNoDatabase() throws IOException {
        Path other = Files.writeString(dir.resolve("other.db"), "this is not a database\n".repeat(100));

        assertThatThrownBy(() -> open(other, Access.WRITE))
                .isInstanceOfSatisfying(DbException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.NOT_A_DATABASE);
                    assertThat(e.kind()).isEqualTo(Kind.USAGE);
                })
                .hasMessage("not a SQLite database, or encrypted, or of a later format: " + other);
    }

    @Test
    void whatIsNotThereIsNotMade() throws IOException {
        Path missing = dir.resolve("missing.db");
        Path folder = Files.createDirectory(dir.resolve("folder.db"));
        Path empty = Files.createFile(dir.resolve("empty.db"));

        for (Path path : List.of(missing, folder, empty)) {
            assertThatThrownBy(() -> open(path, Access.WRITE))
                    .isInstanceOfSatisfying(
                            LockstepException.class, e -> assertThat(e.kind()).isEqualTo(Kind.USAGE))
                    .hasMessageContaining(path.toString());
        }
        assertThat(missing).doesNotExist();
        assertThat(empty).isEmptyFile();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a?journal_mode=off.db",
                "a#b.db",
                "100%.db",
                "%41.db",
                "é 漢.db",
                "a space.db",
                "a&b;c='d\".db",
                "file:x?mode=memory",
                ":memory:",
                "-rf"
            })
    void everyCharacterOfAFilesNameIsMeantLiterally(String name) throws SQLException, IOException {
        Path odd = Files.copy(file, dir.resolve(name));
        try (Db db = open(odd, Access.WRITE)) {
            db.run(tx -> tx.execute(CREATE));
        }
        try (Db db = open(odd, Access.READ)) {
            assertThat(count(db)).isZero();
            String journal = db.autocommit(tx -> tx.only("pragma journal_mode")).text(0);
            assertThat(journal).isEqualTo("delete");
        }
        try (Stream<Path> files = Files.list(dir)) {
            assertThat(files).containsExactlyInAnyOrder(file, odd);
        }
    }
}
