package dev.lockstep.mirror;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lockstep.mirror.TestMirror.Kind;
import dev.lockstep.testing.Await;
import dev.lockstep.testing.LockstepRun;
import dev.lockstep.testing.RunningLockstep;
import dev.lockstep.testing.TestSqlite;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Whoever follows a source ends equal to it, or says why not, whatever the source does. */
public class FollowTest {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final String MANY = "create table many (id integer primary key, name text)";

    @TempDir
    Path dir;

    @ParameterizedTest
    @EnumSource
    void takesEveryKindOfChangeToTheMirror(Kind kind) throws SQLException {
        try (TestMirror mirror =
                        new TestMirror(kind, dir, MANY, "insert into many values (1, 'a'), (2, 'b'), (3, 'c')");
                RunningLockstep follow = follow(mirror)) {
            follow.awaitStdout("following 1 table");
            mirror.sql(
                    "insert into many values (4, 'd')",
                    "update many set name = null where id = 1",
                    "delete from many where id = 2",
                    "replace into many values (3, 'C')",
                    "update many set id = 9 where id = 4");

            follow.awaitStdout("many: ");
            awaitEqual(mirror, "many");
        }
    }

    @Test
    void aRowThatDoesNotFitStopsItsTableUntilItDoes() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                        Kind.POSTGRESQL, dir, MANY, "create table other (id integer primary key, name text)");
                RunningLockstep follow = follow(mirror)) {
            follow.awaitStdout("following 2 tables");
            mirror.sql("insert into many values (1, cast(x'6100' as text)), (2, 'good')");
            follow.awaitStdout("many: FAILED: many, key 1, column name: a NUL character");
            mirror.sql("insert into other values (1, 'not stopped')");
            awaitEqual(mirror, "other");
            assertThat(mirror.ask("select count(*) from many")).isEqualTo("0");

            mirror.sql("update many set name = 'mended' where id = 1");
            awaitEqual(mirror, "many");
        }
    }

    @Test
    void putsTheBadRowInQuarantineAndTakesTheOthers() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, MANY);
                RunningLockstep follow = follow(mirror, "--on-bad-row", "quarantine")) {
            follow.awaitStdout("following 1 table");
            mirror.sql("insert into many values (1, cast(x'6100' as text)), (2, 'good')");

            Await.until("the good row", PATIENCE, () -> "1".equals(mirror.ask("select count(*) from many")));
            assertThat(mirror.ask("select row_key from lockstep_mirror_reject")).isEqualTo("1");
            mirror.sql("insert into many values (3, 'another')");
            Await.until("the next row", PATIENCE, () -> "2".equals(mirror.ask("select count(*) from many")));
            assertThat(mirror.ask("select row_key from lockstep_mirror_reject")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsThatSwapAUniqueValueOfTheMirrorArrive(Kind kind) throws SQLException {
        try (TestMirror mirror = new TestMirror(kind, dir, MANY, "insert into many values (1, 'a'), (2, 'b')")) {
            mirror.execute("create table many (id bigint primary key, name varchar(100) unique)");
            try (RunningLockstep follow = follow(mirror)) {
                follow.awaitStdout("following 1 table");
                mirror.sql(
                        "update many set name = 'c' where id = 1",
                        "update many set name = 'a' where id = 2",
                        "update many set name = 'b' where id = 1");
                awaitEqual(mirror, "many");
            }
        }
    }

    @Test
    void aKeyThatChangesItsCaseAloneIsAnother() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                        Kind.POSTGRESQL,
                        dir,
                        "create table t (k text collate nocase primary key)",
                        "insert into t values ('a')");
                RunningLockstep follow = follow(mirror)) {
            follow.awaitStdout("following 1 table");
            mirror.sql("update t set k = 'A'");

            awaitEqual(mirror, "t");
        }
    }

    /** Where the mirror might take one key for another, only what it does take for another is compared as a whole. */
    @Test
    void changesGoByKeysWhereNoneIsTakenForAnother() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.MARIADB,
                dir,
                "create table t (k text primary key, v text)",
                "insert into t values ('a', 'first'), ('b', 'second')")) {
            mirror.execute("create table t (k varchar(100) primary key, v text) collate utf8mb4_general_ci");
            try (RunningLockstep follow = follow(mirror)) {
                follow.awaitStdout("following 1 table");
                mirror.sql("update t set v = 'third' where k = 'b'", "insert into t values ('C', 'x')");
                awaitEqual(mirror, "t");
                mirror.sql("update t set k = 'c' where k = 'C'");
                awaitEqual(mirror, "t");
                assertThat(follow.stderr()).doesNotContain("compared as a whole");
            }
        }
    }

    @Test
    void keysThatTheMirrorWouldMergeAreRefusedAndNothingIsLost() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                Kind.MARIADB,
                dir,
                "create table t (k text primary key, v text)",
                "insert into t values ('a', 'first')")) {
            mirror.execute("create table t (k varchar(100) primary key, v text) collate utf8mb4_general_ci");
            try (RunningLockstep follow = follow(mirror)) {
                follow.awaitStdout("following 1 table");
                mirror.sql("insert into t values ('A', 'second')");

                follow.awaitStdout("different keys of the source are one key to the mirror");
                assertThat(mirror.ask("select v from t")).isEqualTo("first");
            }
        }
    }

    @Test
    void aTableThatWasMadeAnewIsComparedAndFollowedAgain() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, MANY, "insert into many values (1, 'a')");
                RunningLockstep follow = follow(mirror)) {
            follow.awaitStdout("following 1 table");
            mirror.sql(
                    "create table fresh (id integer primary key, name text)",
                    "insert into fresh values (1, 'changed'), (2, 'b')",
                    "drop table many",
                    "alter table fresh rename to many");
            awaitEqual(mirror, "many");
            follow.awaitStderr("changes are noted again from now on");
            mirror.sql("delete from many where id = 1");
            awaitEqual(mirror, "many");
        }
    }

    @Test
    void aVacuumThatRenumbersRowsIsNoticed() throws SQLException {
        try (TestMirror mirror = new TestMirror(
                        Kind.SQLITE, dir, "create table bag (x)", "insert into bag values ('a'), ('b'), ('c')");
                RunningLockstep follow = follow(mirror)) {
            follow.awaitStdout("following 1 table");
            mirror.sql("delete from bag where x = 'a'", "vacuum", "update bag set x = 'B' where x = 'b'");

            awaitEqual(mirror, "bag");
        }
    }

    @Test
    void endsWhenItsTriggersAreRemoved() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, MANY);
                RunningLockstep follow = follow(mirror)) {
            follow.awaitStdout("following 1 table");
            LockstepRun removed = mirror.run("mirror", "follow", "--remove");

            assertThat(removed.exit()).isZero();
            assertThat(removed.stdout()).contains("many: no changes are noted any more; dropped the triggers");
            assertThat(follow.ended().exit()).isEqualTo(6);
            assertThat(follow.stderr()).contains("the triggers on many were removed");
            assertThat(TestSqlite.schema(mirror.source)).doesNotContain("lockstep");
        }
    }

    @Test
    void endsWhenTheSourceIsAnotherFile() throws SQLException, IOException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, MANY);
                RunningLockstep follow = follow(mirror)) {
            follow.awaitStdout("following 1 table");
            Path other = TestSqlite.create(dir.resolve("other.db"), MANY);
            Files.move(other, mirror.source, StandardCopyOption.REPLACE_EXISTING);

            assertThat(follow.ended().exit()).isEqualTo(6);
            assertThat(follow.stderr()).contains("is another file than the one that is followed");
        }
    }

    @Test
    void thereIsOneFollowerAndItCanBeReplaced() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.POSTGRESQL, dir, MANY);
                RunningLockstep first = follow(mirror)) {
            first.awaitStdout("following 1 table");
            LockstepRun refused = mirror.run("mirror", "follow");
            assertThat(refused.exit()).isEqualTo(6);
            assertThat(refused.stderr()).contains("another run is active", "--take-over");

            try (RunningLockstep second = follow(mirror, "--take-over")) {
                second.awaitStdout("following 1 table");
                mirror.sql("insert into many values (1, 'a')");
                assertThat(first.ended().exit()).isEqualTo(6);
                assertThat(first.stderr()).contains("superseded by");
                awaitEqual(mirror, "many");
            }
        }
    }

    @Test
    void theSweepFindsWhatNoTriggerSaw() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, MANY, "insert into many values (1, 'a'), (2, 'b')");
                RunningLockstep follow = follow(mirror, "--sweep", "100ms", "--recheck")) {
            follow.awaitStdout("following 1 table");
            mirror.execute("update many set name = 'broken' where id = 1", "insert into many values (3, 'extra')");

            awaitEqual(mirror, "many");
        }
    }

    @Test
    void installingSaysWhatItDoesAndDoesItOnce() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, MANY)) {
            String before = TestSqlite.schema(mirror.source);
            LockstepRun draft = mirror.run("mirror", "follow", "--dry-run");
            assertThat(draft.stdout()).contains("create trigger", "after delete on \"many\"");
            assertThat(TestSqlite.schema(mirror.source)).isEqualTo(before);

            LockstepRun first = mirror.run("mirror", "follow", "--install", "-o", "json");
            assertThat(first.stdout())
                    .contains("\"changed\":true", "\"state\":\"installed\"", "lockstep_journal_1_insert");
            LockstepRun second = mirror.run("mirror", "follow", "--install", "-o", "json");
            assertThat(second.stdout()).contains("\"changed\":false", "\"state\":\"present\"");
            mirror.run("mirror", "follow", "--remove");
            assertThat(TestSqlite.schema(mirror.source)).isEqualTo(before);
            assertThat(mirror.run("mirror", "follow", "--remove").stdout())
                    .contains("there are no triggers for this mirror");
        }
    }

    @Test
    void answersBadInputAsItShould() throws SQLException {
        try (TestMirror mirror = new TestMirror(Kind.SQLITE, dir, MANY, "insert into many values (1, 'a')")) {
            List<List<String>> cases = List.of(
                    List.of("2", "--install and --remove exclude each other", "--install", "--remove"),
                    List.of("2", "'5'", "--interval", "5"),
                    List.of("2", "no such table: mani", "--table", "mani"),
                    List.of("2", "the mirror has no table many"),
                    List.of("2", "no such file", "--db", dir.resolve("none.db").toString()),
                    List.of("2", "unknown policy 'skip'", "--on-bad-row", "skip"),
                    List.of("4", "cannot connect to 127.0.0.1:1", "--to", "postgresql://u@127.0.0.1:1/d"),
                    List.of("6", "source and mirror are the same database", "--to", "sqlite:" + mirror.source));
            for (List<String> one : cases) {
                List<String> arguments = new ArrayList<>(List.of("mirror", "follow"));
                arguments.addAll(one.subList(2, one.size()));
                try (RunningLockstep run =
                        RunningLockstep.start(mirror.environment(), arguments.toArray(String[]::new))) {
                    LockstepRun ended = run.ended();
                    assertThat(ended.stderr()).as(one.toString()).contains(one.get(1));
                    assertThat(ended.exit()).as(one.toString()).isEqualTo(Integer.parseInt(one.get(0)));
                }
            }
        }
    }

    public static RunningLockstep follow(TestMirror mirror, String... more) {
        return RunningLockstep.start(mirror.environment(), arguments(more));
    }

    public static String[] arguments(String... more) {
        List<String> arguments = new ArrayList<>(List.of("mirror", "follow", "--create", "--interval", "20ms"));
        arguments.addAll(List.of(more));
        return arguments.toArray(String[]::new);
    }

    static void awaitEqual(TestMirror mirror, String table) {
        Await.until(
                "an equal " + table, PATIENCE, () -> mirror.differences(table).isEmpty());
    }
}
