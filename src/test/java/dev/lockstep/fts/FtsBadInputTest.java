package dev.lockstep.fts;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.db.open.Databases;
import dev.lockstep.support.Environment;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.TestSqlite;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is refused, or found done already, with which status, and by a message that names it; the schema stays as it is. */
class FtsBadInputTest {
    private static final List<String> SCHEMA = List.of(
            "create table t (id integer primary key, a text, b text)",
            "create virtual table f using fts5(id, a)",
            "create trigger i after insert on t begin insert into f values (new.id, new.a); end",
            "create trigger d after delete on t begin delete from f where id = old.id; end",
            "create table other (x)",
            "create table bare (x)",
            "create view v as select a from t",
            "create virtual table old using rtree(id, x, y)",
            "create virtual table lonely using fts5(x)",
            "create virtual table noisy using fts5(x)",
            "create trigger n after insert on other begin insert into noisy values (random()); end",
            "insert into t values (1, 'x', 'y'), (2, 'y', 'z')");

    /** What becomes of a file before the command meets it. */
    private interface Ruin {
        void of(Path file) throws IOException, SQLException;
    }

    /**
     * @param kind the kind of input, as the project numbers them
     * @param ruin what there is, instead of a sound database
     * @param command all but the database
     */
    private record Bad(int kind, int exit, String message, Ruin ruin, String command) {
        @Override
        public String toString() {
            return kind + " " + command + ": " + message;
        }
    }

    private static final Ruin SOUND = file -> {};
    private static final Ruin EMPTY = file -> Files.write(file, new byte[0]);
    private static final Ruin NOISE = file -> Files.write(file, noise());
    private static final Ruin READ_ONLY = file -> patch(file, 18, 3);
    private static final Ruin LATER_VERSION = file -> patch(file, 18, 3, 3);
    private static final Ruin LATER_SCHEMA = file -> patch(file, 44, 0, 0, 0, 9);
    private static final Ruin DEFERRED = FtsBadInputTest::defer;
    private static final Ruin EDITED =
            deferred("update lockstep_fts_deferral set ddl_json = replace(ddl_json, 'after', 'AFTER')");
    private static final Ruin REMADE = deferred("create trigger i after insert on t begin select 1; end");
    private static final Ruin RENAMED = deferred("alter table t rename a to c");
    private static final Ruin SHORTENED = deferred("alter table t drop b");
    private static final Ruin BASELESS = deferred("drop table t");
    private static final Ruin INDEXLESS = deferred("drop table f");

    static Stream<Bad> inputs() {
        return Stream.of(
                new Bad(40, 2, "no such file", Files::delete, "defer"),
                new Bad(40, 2, "no such file", Files::delete, "check --deep"),
                new Bad(40, 2, "no such file", Files::delete, "rebuild -y"),
                new Bad(41, 2, "not a file", FtsBadInputTest::directory, "status"),
                new Bad(41, 2, "not a file", FtsBadInputTest::device, "defer"),
                new Bad(41, 2, "an empty file is not", EMPTY, "restore"),
                new Bad(41, 2, "not a SQLite database", NOISE, "check"),
                new Bad(42, 2, "or encrypted, or of a later format", NOISE, "status"),
                new Bad(42, 2, "or encrypted, or of a later format", LATER_VERSION, "rebuild -n"),
                new Bad(42, 2, "unsupported file format", LATER_SCHEMA, "check"),
                new Bad(44, 2, "cannot be written by this user", READ_ONLY, "defer --table f"),
                new Bad(44, 2, "cannot be written by this user", READ_ONLY, "rebuild -y --table f"),
                new Bad(44, 2, "cannot be written by this user", READ_ONLY, "tune -y --table f"),
                new Bad(44, 0, "was not measured", READ_ONLY, "check --table f"),
                new Bad(46, 6, "must be rolled back first", FtsBadInputTest::hot, "status"),
                new Bad(46, 0, "nothing is deferred", FtsBadInputTest::hot, "restore --if-deferred"),
                new Bad(49, 6, "the file is damaged", FtsBadInputTest::damage, "check"),
                new Bad(49, 6, "nothing was written", FtsBadInputTest::damage, "check --deep"),
                new Bad(49, 6, "malformed", FtsBadInputTest::damage, "defer --table f --mode rebuild"),
                new Bad(49, 6, "pragma quick_check", FtsBadInputTest::damage, "rebuild -y --table f"),
                new Bad(50, 2, "no such table: nope", SOUND, "defer --table nope"),
                new Bad(50, 2, "did you mean 'lonely'?", SOUND, "check --table lonly"),
                new Bad(50, 2, "v is a view", SOUND, "rebuild -y --table v"),
                new Bad(50, 2, "is a part of a full-text table", SOUND, "status --table f_data"),
                new Bad(50, 2, "no full-text index is about bare", SOUND, "tune --table bare"),
                new Bad(51, 2, "module rtree, not of fts5, fts4 or fts3", SOUND, "defer --table old"),
                new Bad(51, 2, "is a virtual table of module rtree", SOUND, "check --table old"),
                new Bad(52, 2, "no trigger on a table writes lonely", SOUND, "defer --table lonely"),
                new Bad(53, 0, "f is already deferred since 2", DEFERRED, "defer --table f"),
                new Bad(54, 0, "nothing is deferred", SOUND, "restore"),
                new Bad(55, 6, "are not what lockstep stored", EDITED, "restore"),
                new Bad(55, 3, "are not what lockstep stored", EDITED, "status --table f"),
                new Bad(56, 6, "begin select 1; end -- and stored is: CREATE TRIGGER i", REMADE, "restore"),
                new Bad(57, 6, "column a of t is gone", RENAMED, "restore"),
                new Bad(57, 0, "restored f: ", SHORTENED, "restore"),
                new Bad(58, 6, "give the triggers up: create table", BASELESS, "restore"),
                new Bad(58, 6, "the index f is gone", INDEXLESS, "restore"),
                new Bad(59, 2, "cannot be told from its insert triggers: random", SOUND, "defer --table noisy"),
                new Bad(59, 2, "cannot be told from its insert triggers: random", SOUND, "rebuild -y --table noisy"),
                new Bad(59, 2, "leave it out with --table", SOUND, "defer"),
                // Of no number, but of these commands.
                new Bad(0, 2, "unknown columns 'some'", SOUND, "check --columns some"),
                new Bad(0, 2, "--rows", SOUND, "check --rows many"),
                new Bad(0, 6, "there is no terminal to ask", SOUND, "rebuild --table f"),
                new Bad(0, 6, "there is no terminal to ask", SOUND, "tune --table f"),
                new Bad(0, 6, "is deferred", DEFERRED, "rebuild -y --table f"),
                new Bad(0, 6, "are put away", DEFERRED, "tune -y --table f"));
    }

    @TempDir
    private Path dir;

    private static LockstepRun fts(Path file, String command) {
        return LockstepRun.of(Map.of(), words(file, command));
    }

    private static String[] words(Path file, String command) {
        return ("fts " + command + " --db=" + file).split(" ", -1);
    }

    private Path database(String name) throws SQLException {
        return TestSqlite.create(dir.resolve(name), SCHEMA.toArray(String[]::new));
    }

    @ParameterizedTest
    @MethodSource("inputs")
    void eachIsSaidByName(Bad bad) throws Exception {
        Path file = database("bad.db");
        bad.ruin().of(file);
        byte[] before = Files.isRegularFile(file) ? Files.readAllBytes(file) : null;

        LockstepRun run = fts(file, bad.command());

        assertThat(run.exit()).as("%s", run).isEqualTo(bad.exit());
        assertThat(run.stdout() + run.stderr()).contains(bad.message()).doesNotContain("\tat ");
        assertThat(run.stderr().lines().dropWhile(line -> !line.startsWith("lockstep ")))
                .as("%s", run)
                .hasSizeLessThanOrEqualTo(3);
        if (bad.exit() != 0) {
            assertThat(Files.isRegularFile(file) ? Files.readAllBytes(file) : null)
                    .isEqualTo(before);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"defer --table f", "restore", "rebuild -y --table f", "tune -y --table f"})
    void whoHoldsTheLockIsLookedForAfterTheTimeToWait(String command) throws SQLException {
        Path file = database("busy.db");
        try (Connection holder = TestSqlite.connect(file);
                Statement statement = holder.createStatement()) {
            statement.execute("begin immediate");

            LockstepRun run = fts(file, command + " --lock-timeout 20ms");

            assertThat(run.exit()).isEqualTo(5);
            assertThat(run.stderr()).contains("locked", "'fuser -v' of the file names it");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"rebuild -y --table f", "restore", "tune -y --table f"})
    void aDiskThatIsFullLeavesEverythingAsItWas(String command) throws Exception {
        Path file = database("full.db");
        TestSqlite.create(
                file,
                "drop trigger i",
                "with recursive n(i) as (select 10 union all select i + 1 from n where i < 3000)"
                        + " insert into t select i, 'word' || i, '' from n",
                "create trigger i after insert on t begin insert into f values (new.id, new.a); end");
        if (command.equals("restore")) {
            assertThat(fts(file, "defer --table f --mode rebuild").exit()).isZero();
        }
        byte[] before = Files.readAllBytes(file);

        LockstepRun run = onAFullDisk(file, command);

        assertThat(run.exit()).as("%s", run).isEqualTo(7);
        assertThat(run.stderr()).contains("make room on the disk");
        assertThat(Files.readAllBytes(file)).isEqualTo(before);
    }

    /** Every connection may make the file no larger than it is. */
    private static LockstepRun onAFullDisk(Path file, String command) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        try (Databases databases = new Databases(new Environment(Map.of()), connector -> () -> {
            Connection connection = connector.connect();
            try (Statement statement = connection.createStatement()) {
                statement.execute("pragma max_page_count = 1");
            }
            return connection;
        })) {
            int exit = new Lockstep(databases, InputStream.nullInputStream(), print(out), print(err))
                    .run(words(file, command));
            return new LockstepRun(exit, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
        }
    }

    private static PrintStream print(ByteArrayOutputStream sink) {
        return new PrintStream(sink, false, StandardCharsets.UTF_8);
    }

    private static void directory(Path file) throws IOException {
        Files.delete(file);
        Files.createDirectory(file);
    }

    private static void device(Path file) throws IOException {
        Files.delete(file);
        Files.createSymbolicLink(file, Path.of("/dev/null"));
    }

    private static byte[] noise() {
        byte[] bytes = new byte[8192];
        new Random(1).nextBytes(bytes);
        return bytes;
    }

    private static void patch(Path file, int at, int... bytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            for (int i = 0; i < bytes.length; i++) {
                channel.write(ByteBuffer.wrap(new byte[] {(byte) bytes[i]}), at + i);
            }
        }
    }

    private static void damage(Path file) throws IOException, SQLException {
        int root = Integer.parseInt(TestSqlite.ask(file, "select rootpage from sqlite_master where name = 't'"));
        patch(file, (root - 1) * 4096, new int[100]);
    }

    /** What a writer leaves that dies after it has begun to write the file. */
    private static void hot(Path file) throws IOException, SQLException {
        Path dying = file.resolveSibling("dying.db");
        Path journal = file.resolveSibling("bad.db-journal");
        Files.copy(file, dying);
        try (Connection connection = TestSqlite.connect(dying);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma cache_size = 1");
            statement.execute("begin");
            statement.execute("with recursive n(i) as (select 10 union all select i + 1 from n where i < 3000)"
                    + " insert into other select hex(randomblob(500)) from n");
            Files.copy(dying.resolveSibling("dying.db-journal"), journal);
            Files.delete(file);
            Files.copy(dying, file);
            statement.execute("rollback");
        }
        Files.delete(dying);
    }

    private static void defer(Path file) {
        assertThat(fts(file, "defer --table f").exit()).isZero();
    }

    private static Ruin deferred(String meanwhile) {
        return file -> {
            defer(file);
            TestSqlite.create(file, meanwhile);
        };
    }

    @Test
    void aLogThatACrashHasLeftIsReadAndThenWrittenBack() throws Exception {
        Path live = database("live.db");
        Path file = dir.resolve("crashed.db");
        try (Connection connection = TestSqlite.connect(live);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma journal_mode = wal");
            statement.execute("pragma wal_autocheckpoint = 0");
            statement.execute("insert into t values (3, 'later', '')");
            Files.copy(live, file);
            Files.copy(live.resolveSibling("live.db-wal"), dir.resolve("crashed.db-wal"));
        }

        assertThat(fts(file, "status --table f").stdout()).contains("rows 3, indexed 3");
        assertThat(fts(file, "rebuild -y --table f").stdout()).contains("rebuilt f: 3 rows");
    }
}
