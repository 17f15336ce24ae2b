package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.mirror.copy.BackfillConformance;
import dev.lockstep.support.Json;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What others may do to the source while a backfill is half done, and what becomes of the source's write-ahead log. */
class SnapshotTest {
    private static final String[] SOURCE = {
        "pragma journal_mode = wal",
        "create table many (id integer primary key, name text)",
        BackfillConformance.MANY.formatted("many", 1, 3_000),
    };

    /** More than what is worth a warning. */
    private static final String MUCH = "insert into elsewhere values (zeroblob(70000000))";

    @TempDir
    Path dir;

    @Test
    void aSnapshotThatIsHeldIsOfOneInstantAndSaysHowTheLogGrew() throws Exception {
        LockstepRun run = changedMidway("hold", source -> {
            assertThat(emptied(source)).as("while the source is read").isFalse();
        });

        assertThat(run.stderr())
                .contains("warning: the source's write-ahead log has grown by 67 MB", "--snapshot copy");
        assertThat(grown(run)).isGreaterThan(70_000_000);
    }

    @Test
    void aSnapshotThatIsCopiedLeavesTheSourceToItsWriters() throws Exception {
        LockstepRun run = changedMidway("copy", source -> {
            assertThat(emptied(source)).as("while the copy is read").isTrue();
        });

        assertThat(run.stderr()).doesNotContain("write-ahead log");
        assertThat(grown(run)).isZero();
    }

    /** Tells what the source is like while somebody reads it. */
    @FunctionalInterface
    private interface Look {
        void at(Path source) throws SQLException;
    }

    /** Changes the source after the first rows of it have arrived; the mirror must be as the source was before. */
    private LockstepRun changedMidway(String snapshot, Look look) throws SQLException, IOException {
        Path pause = dir.resolve("pause");
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, SOURCE)) {
            mirror.sql("create table elsewhere (x blob)");
            Files.createFile(pause);
            List<String> arguments = new ArrayList<>(List.of(MirrorPair.arguments("--batch", "500")));
            arguments.addAll(List.of("--table", "many", "--snapshot", snapshot, "--pause-file", pause.toString()));
            arguments.addAll(List.of("-o", "json"));
            try (RunningLockstep backfill =
                    RunningLockstep.start(mirror.environment(), arguments.toArray(String[]::new))) {
                backfill.awaitStderr("paused");
                mirror.sql("update many set name = 'later'", "delete from many where id > 2000", MUCH);
                look.at(mirror.source);
                Files.delete(pause);

                LockstepRun run = backfill.ended();
                assertThat(run.exit()).as(run.stdout() + run.stderr()).isZero();
                assertThat(mirror.ask("select count(*) from many where name = 'row ' || id"))
                        .isEqualTo("3000");
                return run;
            }
        }
    }

    /** Whether the log could be emptied. */
    private static boolean emptied(Path source) throws SQLException {
        try (Connection connection = TestSqlite.connect(source);
                Statement statement = connection.createStatement()) {
            statement.execute("pragma busy_timeout = 0");
            try (ResultSet busy = statement.executeQuery("pragma wal_checkpoint(truncate)")) {
                return busy.next() && busy.getInt(1) == 0;
            }
        }
    }

    private static long grown(LockstepRun run) {
        Map<?, ?> data = (Map<?, ?>) ((Map<?, ?>) Json.parse(run.stdout())).get("data");
        return (Long) ((Map<?, ?>) data.get("wal")).get("grownBytes");
    }
}
