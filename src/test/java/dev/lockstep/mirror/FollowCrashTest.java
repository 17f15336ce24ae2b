package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.cli.Lockstep;
import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.support.Json;
import dev.lockstep.testing.ChildJvm;
import dev.lockstep.testing.Counts;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestSqlite;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A follower among applications that write, killed, stopped and cut off. */
class FollowCrashTest {
    private static final String MANY = "create table many (id integer primary key, name text)";

    @TempDir
    Path dir;

    @ParameterizedTest
    @MethodSource("dev.lockstep.mirror.TestMirror$Kind#ofLongTests")
    void isEqualToASourceThatFourWriteToMeanwhile(Kind kind) throws Exception {
        // What four writers with default durability make in 30 s on a small machine; in half an hour at night.
        int operations = Counts.of(12_000, 1_800_000);
        try (TestMirror mirror = new TestMirror(kind, dir, LiveWriters.TABLES);
                LiveWriters writers = LiveWriters.start(mirror.source, operations);
                RunningLockstep follow = FollowTest.follow(mirror)) {
            follow.awaitStdout("following 3 tables");
            writers.await();
            for (String table : LiveWriters.NAMES) {
                FollowTest.awaitEqual(mirror, table);
            }
            assertThat(mirror.run("mirror", "verify").exit()).isZero();
            assertThat(follow.stderr()).doesNotContain("compared as a whole");
        }
    }

    @ParameterizedTest
    @MethodSource("dev.lockstep.mirror.TestMirror$Kind#ofLongTests")
    void losesNothingWhereverItIsKilled(Kind kind) throws Exception {
        Random random = new Random();
        try (TestMirror mirror = new TestMirror(kind, dir, LiveWriters.TABLES)) {
            for (int kill = 0; kill < Counts.of(4, 100); kill++) {
                try (ChildJvm child = start(mirror)) {
                    child.awaitStdout("following 3 tables");
                    try (LiveWriters writers = LiveWriters.start(mirror.source, 2_000)) {
                        LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(random.nextInt(400_000)));
                        child.kill();
                        writers.await();
                    }
                }
                // Whoever opens a SQLite mirror for writing undoes what a killed writer left half done; a verification
                // does not.
                mirror.ask("select count(*) from lockstep_mirror_run");
                assertThat(unshipped(mirror)).containsAll(differing(mirror));
            }
            try (RunningLockstep follow = FollowTest.follow(mirror)) {
                follow.awaitStdout("following 3 tables");
            }
            for (String table : LiveWriters.NAMES) {
                assertThat(mirror.differences(table)).as(table).isEmpty();
            }
        }
    }

    @Test
    void endsCleanlyAtASignalAndGoesOnAfterwards() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, MANY, "insert into many values (1, 'a')")) {
            try (ChildJvm child = start(mirror)) {
                child.awaitStdout("following 1 table");
                mirror.sql("insert into many values (2, 'b')");
                child.awaitStdout("many: 1 inserted, 0 updated, 0 deleted");
                child.signal("TERM");

                assertThat(child.exitCode()).isEqualTo(143);
                assertThat(child.stdout()).contains("many: in all 2 inserted, 0 updated, 0 deleted");
                assertThat(child.stderr()).contains("stopped by a signal");
            }
            assertThat(mirror.ask("select state from lockstep_mirror_run")).isEqualTo("complete");
            mirror.sql("delete from many where id = 1");
            assertThat(unshipped(mirror)).containsExactly("many, key 1");
            assertThat(mirror.run("mirror", "status").stdout())
                    .contains("many: 1 changes are noted and not confirmed to be shipped")
                    .startsWith("complete");
            try (RunningLockstep follow = FollowTest.follow(mirror)) {
                follow.awaitStdout("following 1 table");
                assertThat(mirror.differences("many")).isEmpty();
            }
        }
    }

    @Test
    void goesOnWhenTheMirrorComesBack() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, MANY, "insert into many values (1, 'a')");
                RunningLockstep follow = FollowTest.follow(mirror)) {
            follow.awaitStdout("following 1 table");
            mirror.disconnectAll();
            mirror.sql("insert into many values (2, 'b')");

            FollowTest.awaitEqual(mirror, "many");
            follow.awaitStderr("connected to the mirror again");
        }
    }

    private static ChildJvm start(TestMirror mirror) {
        return ChildJvm.start(Lockstep.class, mirror.environment(), FollowTest.arguments());
    }

    /** The rows in which the mirror differs. */
    static Set<String> differing(TestMirror mirror) {
        Set<String> rows = new TreeSet<>();
        LockstepRun run = mirror.run("mirror", "verify", "-o", "jsonl");
        assertThat(run.exit()).as(run.stderr()).isIn(0, 3);
        run.stdout().lines().forEach(line -> {
            Map<?, ?> event = (Map<?, ?>) Json.parse(line);
            if ("row".equals(event.get("type"))) {
                rows.add(event.get("table") + ", key " + event.get("key"));
            }
        });
        return rows;
    }

    /** The rows that are noted and not acknowledged. */
    static Set<String> unshipped(TestMirror mirror) throws SQLException {
        Set<String> rows = new TreeSet<>();
        try (Connection connection = TestSqlite.connect(mirror.source);
                Statement statement = connection.createStatement()) {
            Map<String, String> logs = new TreeMap<>();
            try (ResultSet rs = statement.executeQuery("select id, tbl, acknowledged from lockstep_journal")) {
                while (rs.next()) {
                    logs.put(
                            rs.getString("tbl"),
                            "lockstep_journal_" + rs.getLong("id") + " where seq > " + rs.getLong("acknowledged"));
                }
            }
            for (Map.Entry<String, String> log : logs.entrySet()) {
                try (ResultSet rs = statement.executeQuery("select * from " + log.getValue())) {
                    while (rs.next()) {
                        List<String> key = new ArrayList<>();
                        for (int i = 2; i <= rs.getMetaData().getColumnCount(); i++) {
                            Object value = rs.getObject(i);
                            key.add(value instanceof String ? "'" + value + "'" : String.valueOf(value));
                        }
                        rows.add(log.getKey() + ", key " + String.join(", ", key));
                    }
                }
            }
        }
        return rows;
    }
}
