package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A source that is not what it should be, and a mirror that must not be one: nothing of either is touched. */
class WrongDatabaseTest {
    private static final List<String> TABLES = List.of("t");
    private static final int ROWS = 300;

    /** All that an operator can say to have his way. */
    private static final String[] INSISTING = {
        "mirror", "backfill", "--create", "--restart", "--allow-empty-source", "--max-delete", "1000000"
    };

    @TempDir
    private Path dir;

    private MirrorPair pair;

    @BeforeEach
    void makeMirror() throws SQLException {
        Path source = TestSqlite.create(
                dir.resolve("source.db"),
                "create table t (id integer primary key, name text)",
                BackfillConformance.MANY.formatted("t", 1, ROWS));
        pair = MirrorPair.of(source, dir.resolve("mirror.db"));
        pair.backfillToEqual(TABLES);
    }

    @Test
    void whatIsNoSourceChangesNothing() throws SQLException, IOException {
        Map<Path, String> sources = new LinkedHashMap<>();
        sources.put(dir.resolve("none.db"), "2 no such file");
        sources.put(Files.createDirectory(dir.resolve("folder.db")), "2 not a file");
        sources.put(Files.createFile(dir.resolve("empty.db")), "2 an empty file is not a SQLite database");
        sources.put(Files.writeString(dir.resolve("text.db"), "hello\n".repeat(100)), "2 not a SQLite database");
        sources.put(
                TestSqlite.create(dir.resolve("bare.db"), "pragma user_version = 1"),
                "2 the source has no tables to mirror");
        for (Map.Entry<Path, String> source : sources.entrySet()) {
            for (String verb : List.of("plan", "backfill", "verify", "follow")) {
                expect(
                        source.getValue(),
                        pair.run("mirror", verb, "--db", source.getKey().toString()));
            }
            expect(source.getValue(), insisting(source.getKey()));
            pair.assertEqual(TABLES);
        }
        assertThat(pair.run("mirror", "status").stdout()).startsWith("complete");
    }

    @Test
    void aSourceThatIsCutOffIsNoSmallerSource() throws SQLException, IOException {
        byte[] whole = Files.readAllBytes(pair.source());
        Path cut = dir.resolve("cut.db");
        for (int length = whole.length - 1; length > 0; length -= 509) {
            Files.write(cut, Arrays.copyOf(whole, length));
            LockstepRun run = insisting(cut);
            assertThat(run.exit())
                    .as("%d bytes of %d: %s", length, whole.length, run)
                    .isIn(2, 6);
            assertThat(run.stderr()).as("%d bytes of %d", length, whole.length).contains(cut.toString());
        }
        pair.assertEqual(TABLES);
    }

    @Test
    void aSourceIsNotItsOwnMirrorByWhateverName() throws IOException {
        Path source = pair.source();
        List<Path> names = List.of(
                source,
                dir.resolve("../" + dir.getFileName() + "/source.db"),
                Files.createSymbolicLink(dir.resolve("symbolic.db"), source),
                Files.createLink(dir.resolve("hard.db"), source));
        byte[] before = Files.readAllBytes(source);
        for (Path name : names) {
            for (String verb : List.of("plan", "backfill", "verify", "status", "follow")) {
                expect("6 source and mirror are the same database", pair.run("mirror", verb, "--to", "sqlite:" + name));
            }
        }
        assertThat(Files.readAllBytes(source)).isEqualTo(before);
    }

    @Test
    void theSourceOfAnotherMirrorIsNoMirror() throws SQLException {
        Path first = TestSqlite.create(dir.resolve("first.db"), "create table t (id integer primary key, name text)");
        assertThat(pair.run("mirror", "follow", "--install").exit()).isZero();
        String before = TestSqlite.schema(pair.source());

        LockstepRun run = pair.run("mirror", "backfill", "--db", first.toString(), "--to", "sqlite:" + pair.source());
        expect("6 the mirror is itself the source of another, " + dir.resolve("mirror.db"), run);

        assertThat(TestSqlite.schema(pair.source())).isEqualTo(before);
        assertThat(TestSqlite.ask(pair.source(), "select count(*) from t")).isEqualTo("" + ROWS);
    }

    @Test
    void aMirrorIsNotWrittenBackToItsSourceUnlessThatIsMeant() throws SQLException {
        Path source = pair.source();
        String[] back = {"mirror", "backfill", "--db", dir.resolve("mirror.db").toString(), "--to", "sqlite:" + source};
        pair.sql("update t set name = 'newer' where id = 1");
        String before = TestSqlite.schema(source);

        expect("6 the source is the mirror of " + source, pair.run(back));
        assertThat(TestSqlite.schema(source)).isEqualTo(before);
        assertThat(TestSqlite.ask(source, "select name from t where id = 1")).isEqualTo("newer");

        String[] restoring = Arrays.copyOf(back, back.length + 1);
        restoring[back.length] = "--restart";
        assertThat(pair.run(restoring).stdout()).contains("1 updated");
        assertThat(TestSqlite.ask(source, "select name from t where id = 1")).isEqualTo("row 1");
    }

    @Test
    void aFileThatCannotBeWrittenIsRefusedByName() throws SQLException, IOException {
        Path folder = Files.createDirectory(dir.resolve("locked"));
        Path wal = TestSqlite.create(
                folder.resolve("wal.db"), "pragma journal_mode = wal", "create table t (id integer primary key)");
        Path readable = TestSqlite.create(dir.resolve("readable.db"), "pragma user_version = 1");
        Path mirror = dir.resolve("mirror.db");
        permit(readable, "r--r--r--");
        permit(folder, "r-xr-xr-x");
        try {
            expect(
                    "2 cannot read " + wal + ": it is in WAL mode, and its directory cannot be written",
                    unprivileged("--db", wal.toString(), "--to", "sqlite:" + mirror));
            expect(
                    "2 cannot write to the mirror: ",
                    unprivileged("--db", pair.source().toString(), "--to", "sqlite:" + readable));
        } finally {
            permit(folder, "rwxr-xr-x");
        }
        pair.assertEqual(TABLES);
    }

    private static void permit(Path path, String permissions) throws IOException {
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(permissions));
    }

    private LockstepRun unprivileged(String... databases) {
        String[] arguments = Arrays.copyOf(new String[] {"mirror", "backfill", "--create"}, 3 + databases.length);
        System.arraycopy(databases, 0, arguments, 3, databases.length);
        try (ChildJvm child = ChildJvm.startUnprivileged(Lockstep.class, Map.of(), arguments)) {
            return new LockstepRun(child.exitCode(), child.stdout(), child.stderr());
        }
    }

    private LockstepRun insisting(Path source) {
        String[] arguments = Arrays.copyOf(INSISTING, INSISTING.length + 2);
        arguments[INSISTING.length] = "--db";
        arguments[INSISTING.length + 1] = source.toString();
        return pair.run(arguments);
    }

    /** @param expected the exit status, and what the error says */
    private static void expect(String expected, LockstepRun run) {
        assertThat(run.exit()).as(run.toString()).isEqualTo(expected.charAt(0) - '0');
        assertThat(run.stderr()).contains(expected.substring(2));
        assertThat(run.stderr().lines().count()).as(run.stderr()).isLessThanOrEqualTo(3);
    }
}
